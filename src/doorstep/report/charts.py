"""Drawings of a page as SVG text: the map of the first page and the bars before and after."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from doorstep.report.background import Background
from doorstep.report.city_map import CityMap
from doorstep.report.qml import SHARE_COLOURS, SHARE_LIMITS
from doorstep.report.wording import Wording

__all__ = ["HubMark", "bar_chart", "overview_map"]

HubMark = tuple[float, float, float, str, str]
"""x in m, y in m, people, colour, what it says under the pointer."""


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
    drawing = CityMap(background, np.array([hub[:2] for hub in hubs], dtype=np.float64).reshape(-1, 2), wording)
    fills = {}
    for community, name in zip(background.communities["id"], background.communities["name"], strict=True):
        share = share_of_community.get(community)
        colour = "#ffffff" if share is None else SHARE_COLOURS[int(np.searchsorted(SHARE_LIMITS, share, side="right"))]
        told = wording.percent(share, 1.0) if share is not None else wording("not_known")
        fills[community] = (colour, f"{name}: {told}")
    parts = drawing.ground(fills)
    most = max((people for _, _, people, _, _ in hubs), default=1.0) or 1.0
    for x, y, people, colour, title in sorted(hubs, key=lambda one: -one[2]):
        (px, py), radius = drawing.xy(np.array([[x, y]]))[0], 3.5 + 9.5 * (people / most) ** 0.5
        parts.append(
            f'<circle class="hub" cx="{px:.1f}" cy="{py:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity=".88"'
            f' stroke="#fff" stroke-width="1.4"><title>{escape(title)}</title></circle>'
        )
    return drawing.picture(parts, wording("map_label"))


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
