"""The chart of a front: cost against what it brings, points coloured by a share, numbered as in the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from doorstep.report.city_map import round_length_m
from doorstep.report.qml import SHARE_COLOURS, SHARE_LIMITS

__all__ = ["Dot", "front_chart", "share_colour"]

_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 780.0, 430.0, 74.0, 14.0, 46.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A point: where, its share, its label, what it says under the pointer, and whether a line leads to it."""

    x: float
    y: float
    share: float
    label: str
    told: str
    on_line: bool


def share_colour(share: float) -> str:
    """Return the colour of a share's class: nobody, under a quarter, a half, three quarters, more."""
    return SHARE_COLOURS[int(np.searchsorted(SHARE_LIMITS, share, side="right"))]


def front_chart(dots: Sequence[Dot], x_title: str, y_title: str, label: str) -> str:
    """Return the chart as SVG; figures of the axes are those of the dots."""
    xs, ys = [one.x for one in dots] or [0.0], [one.y for one in dots] or [0.0]
    x_ticks, y_ticks = _ticks(0.0, max(xs)), _ticks(min(ys) - 0.05 * np.ptp(ys), max(ys))
    width, height = _WIDTH - _LEFT - 26, _HEIGHT - _TOP - _FOOT

    def x_at(value: float) -> float:
        return _LEFT + width * (value - x_ticks[0]) / max(x_ticks[-1] - x_ticks[0], 1e-12)

    def y_at(value: float) -> float:
        return _TOP + height * (1 - (value - y_ticks[0]) / max(y_ticks[-1] - y_ticks[0], 1e-12))

    parts = []
    for tick in x_ticks:
        x = x_at(tick)
        parts.append(f'<path d="M{x:.1f} {_TOP}V{_TOP + height:.1f}" stroke="#e2ded5"/>')
        parts.append(_text(x, _TOP + height + 17, f"{tick:,.10g}", "middle"))
    for tick in y_ticks:
        y = y_at(tick)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_LEFT + width:.1f}" stroke="#e2ded5"/>')
        parts.append(_text(_LEFT - 7, y + 4, f"{tick:,.10g}", "end"))
    parts.append(_text(_LEFT + width / 2, _HEIGHT - 8, x_title, "middle"))
    parts.append(
        f'<text transform="translate(14 {_TOP + height / 2:.1f}) rotate(-90)" font-size="12" text-anchor="middle"'
        f' fill="#52605f">{escape(y_title)}</text>'
    )
    line = sorted((one.x, one.y) for one in dots if one.on_line)
    if len(line) > 1:
        path = "L".join(f"{x_at(x):.1f} {y_at(y):.1f}" for x, y in line)
        parts.append(f'<path d="M{path}" fill="none" stroke="#8d8a82" stroke-width="1.2" stroke-dasharray="4 3"/>')
    for one in dots:
        x, y = x_at(one.x), y_at(one.y)
        ring = ' stroke="#1c2b33" stroke-width="1.2"' if one.on_line else ' stroke="#ffffff" stroke-width="1"'
        parts.append(
            f'<g><circle cx="{x:.1f}" cy="{y:.1f}" r="8.5" fill="{share_colour(one.share)}"{ring}/>'
            f'<text x="{x:.1f}" y="{y + 3.4:.1f}" font-size="9.5" font-weight="600" text-anchor="middle"'
            f' fill="{_ink(share_colour(one.share))}">{escape(one.label)}</text><title>{escape(one.told)}</title></g>'
        )
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{escape(label)}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}" fill="#52605f">{escape(words)}</text>'


def _ink(colour: str) -> str:
    """White on dark, dark on light."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#ffffff" if 0.3 * red + 0.59 * green + 0.11 * blue < 140 else "#1c2b33"


def _ticks(least: float, most: float) -> list[float]:
    """Round figures from below the least to above the most, about six of them.

    Examples
    --------
    >>> _ticks(0.0, 34.0)
    [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0]
    """
    step = round_length_m(max(most - least, 1e-9) / 4)
    first, last = int(np.floor(least / step)), int(np.ceil(most / step))
    return [float(f"{number * step:.10g}") for number in range(first, max(last, first + 1) + 1)]
