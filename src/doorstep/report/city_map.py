"""The ground of a picture of the whole city: communities, streets, scale and north, and where a point of it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import numpy.typing as npt
import shapely

from doorstep.report.background import Background
from doorstep.report.wording import Wording

__all__ = ["CityMap", "round_length_m"]

_WIDTH, _HEIGHT, _FOOT = 760.0, 620.0, 22.0


class CityMap:
    """A picture in SVG, its lines in the order in which they are drawn.

    Parameters
    ----------
    background
        Map layers.
    points_m
        Shape (n, 2): what must be seen, metres.
    wording
        Of the notes on the picture.
    """

    def __init__(self, background: Background, points_m: npt.NDArray[np.float64], wording: Wording) -> None:
        self.background, self.wording = background, wording
        self.west, self.south, self.east, self.north = background.view_m(points_m.reshape(-1, 2))
        self.scale = min(_WIDTH / (self.east - self.west), _HEIGHT / (self.north - self.south))
        self.width = (self.east - self.west) * self.scale
        self.height = (self.north - self.south) * self.scale

    def xy(self, points_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return where points lie on the picture, shape (n, 2)."""
        return np.column_stack([(points_m[:, 0] - self.west) * self.scale, (self.north - points_m[:, 1]) * self.scale])

    def ground(self, fills: Mapping[str, tuple[str, str]]) -> list[str]:
        """Return communities, each with its colour and what it says under the pointer, and the streets above them."""
        parts = [f'<rect width="{self.width:.0f}" height="{self.height:.0f}" fill="#fbfaf7"/>']
        for row in self.background.communities.itertuples(index=False):
            fill, told = fills.get(row.id, ("#ffffff", str(row.name)))
            rings = [
                ring
                for part in shapely.get_parts(shapely.simplify(row.geometry, 1 / self.scale))
                for ring in (part.exterior, *part.interiors)
            ]
            parts.append(
                f'<path d="{"".join(self._path(ring) + "Z" for ring in rings)}" fill="{fill}" fill-opacity=".45"'
                f' fill-rule="evenodd" stroke="#5d6b70" stroke-width=".8"><title>{escape(told)}</title></path>'
            )
        streets, main = self.background.streets, self.background.street_main
        drawn = streets[main] if len(streets) > 4000 else streets
        clipped = shapely.clip_by_rect(drawn, self.west, self.south, self.east, self.north)
        lines = shapely.simplify(clipped, 0.7 / self.scale)
        flat = [line for line in shapely.get_parts(lines) if not line.is_empty and line.length * self.scale > 3]
        parts.append(
            f'<path d="{"".join(self._path(line) for line in flat)}" fill="none" stroke="#8d8a82" stroke-width=".7"'
            ' stroke-opacity=".7"/>'
        )
        return parts

    def dots(self, points_m: npt.NDArray[np.float64], colour: str, width: float) -> str:
        """Return points that look alike as one stroke without length and with round ends."""
        inside = (points_m[:, 0] >= self.west) & (points_m[:, 0] <= self.east)
        inside &= (points_m[:, 1] >= self.south) & (points_m[:, 1] <= self.north)
        path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in self.xy(points_m[inside]).tolist())
        look = f'fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"'
        return f'<path d="{path or "M0 0"}" {look}/>'

    def marks(self, points_m: npt.NDArray[np.float64], labels: Sequence[str], told: Sequence[str], colour: str) -> str:
        """Return numbered marks with what they say under the pointer."""
        drawn = []
        for (x, y), label, words in zip(self.xy(points_m.reshape(-1, 2)).tolist(), labels, told, strict=True):
            drawn.append(
                f'<g><circle cx="{x:.1f}" cy="{y:.1f}" r="8.5" fill="{colour}" stroke="#fff" stroke-width="1.4"/>'
                f'<text x="{x:.1f}" y="{y + 3.8:.1f}" font-size="10.5" font-weight="600" text-anchor="middle"'
                f' fill="#fff">{escape(label)}</text><title>{escape(words)}</title></g>'
            )
        return "".join(drawn)

    def picture(self, parts: Sequence[str], label: str) -> str:
        """Return the picture; the page sets attribution and approval number under it."""
        return (
            f'<svg class="overview" viewBox="0 0 {self.width:.0f} {self.height + _FOOT:.0f}" role="img"'
            f' aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">'
            f"{''.join(parts)}{self._scale_and_north()}</svg>"
        )

    def _path(self, shape: object) -> str:
        return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in self.xy(shapely.get_coordinates(shape)))

    def _scale_and_north(self) -> str:
        bar_m = round_length_m(0.2 * self.width / self.scale)
        bar = bar_m * self.scale
        length = f"{bar_m / 1000:g} km" if bar_m >= 1000 else f"{bar_m:g} m"
        width, height = self.width, self.height
        y = height + 14
        ground = f'<rect y="{height:.0f}" width="{width:.0f}" height="{_FOOT:.0f}" fill="#ffffff"/>'
        return ground + (
            f'<path d="M4 {y - 5:.0f}V{y:.0f}H{4 + bar:.0f}V{y - 5:.0f}" fill="none" stroke="#1c2b33"'
            ' stroke-width="1.4"/>'
            f'<text x="{10 + bar:.0f}" y="{y:.0f}" font-size="11" fill="#1c2b33">{length}</text>'
            f'<path d="M{width - 20:.0f} 34l7 -22l7 22l-7 -6z" fill="#1c2b33"/>'
            f'<text x="{width - 13:.0f}" y="48" font-size="12" text-anchor="middle" fill="#1c2b33">'
            f"{escape(self.wording('north'))}</text>"
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
