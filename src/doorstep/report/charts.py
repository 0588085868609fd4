"""Drawings of a page as SVG text: the map of the first page and the bars before and after."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.report.background import Background
from doorstep.report.qml import SHARE_COLOURS, SHARE_LIMITS
from doorstep.report.wording import Wording

__all__ = ["HubMark", "bar_chart", "overview_map", "round_length_m"]

HubMark = tuple[float, float, float, str, str]
"""x in m, y in m, people, colour, what it says under the pointer."""

_WIDTH = 760.0
_FOOT = 22.0


def overview_map(
    background: Background,
    hubs: Sequence[HubMark],
    share_of_community: dict[str, float],
    wording: Wording,
) -> str:
    """Return the picture of the whole city: communities by share given a place, main streets, hubs by people.

    Parameters
    ----------
    background
        Map layers.
    hubs
        What to mark; circles by people given a place.
    share_of_community
        Share of people in need given a place, by community id; absent means unknown and is left white.
    wording
        Of the notes on the picture.
    """
    west, south, east, north = background.view_m(np.array([hub[:2] for hub in hubs], dtype=np.float64).reshape(-1, 2))
    scale = min(_WIDTH / (east - west), 620.0 / (north - south))
    width, height = (east - west) * scale, (north - south) * scale

    def xy(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack([(points[:, 0] - west) * scale, (north - points[:, 1]) * scale])

    def path(shape: object) -> str:
        return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in xy(shapely.get_coordinates(shape)))

    parts = [f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fbfaf7"/>']
    for row in background.communities.itertuples(index=False):
        share = share_of_community.get(row.id)
        fill = "#ffffff" if share is None else SHARE_COLOURS[int(np.searchsorted(SHARE_LIMITS, share, side="right"))]
        rings = [
            ring
            for part in shapely.get_parts(shapely.simplify(row.geometry, 1 / scale))
            for ring in (part.exterior, *part.interiors)
        ]
        title = escape(f"{row.name}: {wording.percent(share, 1.0) if share is not None else wording('not_known')}")
        parts.append(
            f'<path d="{"".join(path(ring) + "Z" for ring in rings)}" fill="{fill}" fill-opacity=".45"'
            f' fill-rule="evenodd" stroke="#5d6b70" stroke-width=".8"><title>{title}</title></path>'
        )
    drawn = background.streets[background.street_main] if len(background.streets) > 4000 else background.streets
    lines = shapely.simplify(shapely.clip_by_rect(drawn, west, south, east, north), 0.7 / scale)
    flat = [line for line in shapely.get_parts(lines) if not line.is_empty and line.length * scale > 3]
    parts.append(
        f'<path d="{"".join(path(line) for line in flat)}" fill="none" stroke="#8d8a82" stroke-width=".7"'
        ' stroke-opacity=".7"/>'
    )
    most = max((people for _, _, people, _, _ in hubs), default=1.0) or 1.0
    for x, y, people, colour, title in sorted(hubs, key=lambda one: -one[2]):
        (px, py), radius = xy(np.array([[x, y]]))[0], 3.5 + 9.5 * (people / most) ** 0.5
        parts.append(
            f'<circle class="hub" cx="{px:.1f}" cy="{py:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity=".88"'
            f' stroke="#fff" stroke-width="1.4"><title>{escape(title)}</title></circle>'
        )
    parts.append(_furniture(wording, width, height, scale))
    label = escape(wording("map_label"))
    return (
        f'<svg class="overview" viewBox="0 0 {width:.0f} {height + _FOOT:.0f}" role="img" aria-label="{label}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _furniture(wording: Wording, width: float, height: float, scale: float) -> str:
    """Scale bar and north; the page sets attribution and approval number under each map."""
    bar_m = round_length_m(0.2 * width / scale)
    bar = bar_m * scale
    length = f"{bar_m / 1000:g} km" if bar_m >= 1000 else f"{bar_m:g} m"
    y = height + 14
    ground = f'<rect y="{height:.0f}" width="{width:.0f}" height="{_FOOT:.0f}" fill="#ffffff"/>'
    return ground + (
        f'<path d="M4 {y - 5:.0f}V{y:.0f}H{4 + bar:.0f}V{y - 5:.0f}" fill="none" stroke="#1c2b33" stroke-width="1.4"/>'
        f'<text x="{10 + bar:.0f}" y="{y:.0f}" font-size="11" fill="#1c2b33">{length}</text>'
        f'<path d="M{width - 20:.0f} 34l7 -22l7 22l-7 -6z" fill="#1c2b33"/>'
        f'<text x="{width - 13:.0f}" y="48" font-size="12" text-anchor="middle" fill="#1c2b33">'
        f"{escape(wording('north'))}</text>"
    )


def round_length_m(length_m: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is not longer.

    Examples
    --------
    >>> round_length_m(370.0)
    200.0
    """
    power = 10.0 ** np.floor(np.log10(length_m))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= length_m))


def bar_chart(rows: Sequence[tuple[str, float, float, float]], wording: Wording) -> str:
    """Return bars of the share given a place before and after.

    Parameters
    ----------
    rows
        Name, people in need, given a place before, given a place after.
    wording
        For the label.
    """
    height = 44 * len(rows) + 26
    parts = []
    for tick in (0, 25, 50, 75, 100):
        x = 250 + 4.8 * tick
        parts.append(f'<path d="M{x:.0f} 6V{height - 20}" stroke="#e2ded5"/>')
        parts.append(
            f'<text x="{x:.0f}" y="{height - 5}" font-size="11" text-anchor="middle" fill="#52605f">{tick}%</text>'
        )
    for number, (name, whole, before, after) in enumerate(rows):
        y = 8 + 44 * number
        first, second = (480 * part / whole if whole else 0.0 for part in (before, after))
        parts.append(
            f'<text x="240" y="{y + 22}" font-size="13" text-anchor="end" fill="#1c2b33">{escape(name)}</text>'
        )
        parts.append(f'<rect x="250" y="{y}" width="{first:.1f}" height="13" fill="#b9b1a0"/>')
        parts.append(f'<rect x="250" y="{y + 15}" width="{second:.1f}" height="15" fill="#2166ac"/>')
        parts.append(
            f'<text x="{256 + first:.0f}" y="{y + 11}" font-size="11" fill="#52605f">'
            f"{wording.percent(before, whole)}</text>"
        )
        parts.append(
            f'<text x="{256 + second:.0f}" y="{y + 27}" font-size="12" font-weight="600" fill="#1c2b33">'
            f"{wording.percent(after, whole)}</text>"
        )
    label = escape(wording("bars_label"))
    return f'<svg class="bars" viewBox="0 0 780 {height}" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
