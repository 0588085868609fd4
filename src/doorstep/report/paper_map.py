"""The small map of a printed sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from reportlab.lib.colors import HexColor

from doorstep.report.background import Background
from doorstep.report.city_map import round_length_m
from doorstep.report.paper import INK, MM, SOFT, Paper
from doorstep.report.wording import Wording

__all__ = ["Dots", "MapLayers", "draw_map", "map_layers_of"]


@dataclass(frozen=True, slots=True, eq=False)
class MapLayers:
    """Streets with their index and points of the city, made once and shared by all sheets."""

    streets: npt.NDArray[np.object_]
    main: npt.NDArray[np.bool_]
    tree: shapely.STRtree
    communities: npt.NDArray[np.object_]
    facilities_m: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """Points of one look: shape (n, 2) metres, radius in points, one per dot."""

    xy_m: npt.NDArray[np.float64]
    radius_pt: npt.NDArray[np.float64]
    colour: str
    labels: Sequence[str] = ()


def map_layers_of(background: Background) -> MapLayers:
    """Index the streets, simplified to 1.5 m: a sheet shows a metre as a tenth of a millimetre."""
    streets = shapely.simplify(background.streets, 1.5)
    facilities = shapely.point_on_surface(background.facilities.geometry.to_numpy())
    return MapLayers(
        streets,
        background.street_main,
        shapely.STRtree(streets),
        background.communities.geometry.to_numpy(),
        shapely.get_coordinates(facilities),
    )


def draw_map(
    paper: Paper,
    layers: MapLayers,
    wording: Wording,
    frame_mm: tuple[float, float, float, float],
    view_m: tuple[float, float, float, float],
    dots: Sequence[Dots],
    outline: Any = None,
) -> None:
    """Draw streets, outlines, dots, scale and north inside a frame.

    Parameters
    ----------
    paper
        Page to draw on.
    layers
        Shared layers.
    wording
        Of "north".
    frame_mm
        Left, top, width, height on the page.
    view_m
        West, south, east, north to show; widened to the frame's shape.
    dots
        Drawn in this order, the last on top.
    outline
        A polygon to stress, or None.
    """
    left, top, width, height = frame_mm
    west, south, east, north = _widened(view_m, width / height)
    scale = width * MM / (east - west)
    x0, y0 = left * MM, (paper.height_mm - top - height) * MM
    canvas = paper.canvas
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(x0, y0, width * MM, height * MM)
    canvas.setFillColor(HexColor("#fbfaf7"))
    canvas.setStrokeColor(HexColor("#cfc9bb"))
    canvas.setLineWidth(0.6)
    canvas.clipPath(frame, stroke=1, fill=1)

    to_page = partial(_to_page, west_m=west, south_m=south, scale=scale, x0=x0, y0=y0)

    def stroke(shapes: npt.NDArray[np.object_], colour: str, pt: float) -> None:
        clipped = shapely.clip_by_rect(shapes, west - 20, south - 20, east + 20, north + 20)
        lines = shapely.simplify(shapely.get_parts(clipped), 0.25 / scale)
        canvas.setStrokeColor(HexColor(colour))
        canvas.setLineWidth(pt)
        canvas.addLiteral(_path_operators(lines, to_page))

    near = np.sort(layers.tree.query(shapely.box(west, south, east, north)))
    streets, main = layers.streets[near], layers.main[near]
    canvas.setLineCap(1)
    stroke(streets[~main], "#dcd6c8", 0.7)
    stroke(streets[main], "#c3bba8", 1.8)
    canvas.setDash(4, 2)
    stroke(shapely.boundary(layers.communities), "#7d898c", 0.7)
    canvas.setDash()
    if outline is not None:
        stroke(np.array([shapely.boundary(outline)], dtype=object), INK, 1.4)
    canvas.setStrokeColor(HexColor("#ffffff"))
    canvas.setFillColor(HexColor("#1d6a5a"))
    canvas.setLineWidth(0.5)
    view = (west, south, east, north)
    for x, y in to_page(layers.facilities_m[_inside(layers.facilities_m, view)]):
        canvas.addLiteral(f"{x:.1f} {y + 3.2:.1f} m {x + 2.9:.1f} {y - 2:.1f} l {x - 2.9:.1f} {y - 2:.1f} l b")
    for layer in dots:
        inside = _inside(layer.xy_m, view)
        _draw_dots(paper, to_page(layer.xy_m[inside]), layer.radius_pt[inside], layer.colour)
        for number in np.flatnonzero(inside).tolist() if layer.labels else ():
            ((x, y),) = to_page(layer.xy_m[[number]])
            label = layer.labels[number]
            paper.text(x / MM, paper.height_mm - y / MM + 1.0, label, 7, bold=True, colour="#ffffff", align="centre")
    _scale_and_north(paper, wording, frame_mm, scale)
    canvas.restoreState()


def _scale_and_north(paper: Paper, wording: Wording, frame_mm: tuple[float, float, float, float], scale: float) -> None:
    left, top, width, height = frame_mm
    length_m = round_length_m(0.25 * width * MM / scale)
    bar = length_m * scale / MM
    label = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    x, y = left + 3, top + height - 3
    behind = bar + 4.5 + paper.text_width_mm(label, 7)
    canvas = paper.canvas
    canvas.setFillColor(HexColor("#fbfaf7"))
    canvas.rect((x - 1.5) * MM, (paper.height_mm - y - 1.5) * MM, behind * MM, 5 * MM, stroke=0, fill=1)
    canvas.setStrokeColor(HexColor(INK))
    canvas.setLineWidth(0.9)
    base = (paper.height_mm - y) * MM
    canvas.lines(
        [
            (x * MM, base, (x + bar) * MM, base),
            (x * MM, base, x * MM, base + 4),
            ((x + bar) * MM, base, (x + bar) * MM, base + 4),
        ]
    )
    paper.text(x + bar + 1.5, y, label, 7)
    arrow = canvas.beginPath()
    tip_x, tip_y = (left + width - 5) * MM, (paper.height_mm - top - 3) * MM
    arrow.moveTo(tip_x, tip_y)
    arrow.lineTo(tip_x + 5, tip_y - 14)
    arrow.lineTo(tip_x, tip_y - 10.5)
    arrow.lineTo(tip_x - 5, tip_y - 14)
    arrow.close()
    canvas.setFillColor(HexColor(INK))
    canvas.drawPath(arrow, stroke=0, fill=1)
    paper.text(left + width - 5, top + 11.5, wording("north"), 7, colour=SOFT, align="centre")


def _widened(view_m: tuple[float, float, float, float], shape: float) -> tuple[float, float, float, float]:
    west, south, east, north = view_m
    width, height = max(east - west, (north - south) * shape), max(north - south, (east - west) / shape)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _inside(xy_m: npt.NDArray[np.float64], view: tuple[float, float, float, float]) -> npt.NDArray[np.bool_]:
    west, south, east, north = view
    inside: npt.NDArray[np.bool_] = (
        (xy_m[:, 0] >= west) & (xy_m[:, 0] <= east) & (xy_m[:, 1] >= south) & (xy_m[:, 1] <= north)
    )
    return inside


def _to_page(
    xy_m: npt.NDArray[np.float64], *, west_m: float, south_m: float, scale: float, x0: float, y0: float
) -> npt.NDArray[np.float64]:
    placed: npt.NDArray[np.float64] = (xy_m - (west_m, south_m)) * scale + (x0, y0)
    return placed


def _path_operators(
    lines: npt.NDArray[np.object_], to_page: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
) -> str:
    """PDF operators that stroke lines: written at once, because a city has ten thousands of corners."""
    xy, line_of = shapely.get_coordinates(lines, return_index=True)
    starts = np.diff(line_of, prepend=-1) != 0
    steps = [
        f"{x:.1f} {y:.1f} {'m' if start else 'l'}" for (x, y), start in zip(to_page(xy).tolist(), starts, strict=True)
    ]
    return "\n".join([*steps, "S"]) if steps else "n"


def _draw_dots(
    paper: Paper, points_pt: npt.NDArray[np.float64], radius_pt: npt.NDArray[np.float64], colour: str
) -> None:
    """Dots as strokes without length and with round ends, by size; a white ring about the large ones."""
    canvas = paper.canvas
    sizes = np.round(radius_pt, 1)
    canvas.setLineCap(1)
    for size in np.unique(sizes):
        strokes = "\n".join(f"{x:.1f} {y:.1f} m {x:.1f} {y:.1f} l" for x, y in points_pt[sizes == size].tolist())
        rings = [("#ffffff", 2 * size + 1.4)] if size > 2.5 else []
        for ring_colour, width in [*rings, (colour, 2 * size)]:
            canvas.setStrokeColor(HexColor(ring_colour))
            canvas.setLineWidth(float(width))
            canvas.addLiteral(strokes + "\nS")
