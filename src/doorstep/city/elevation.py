"""How high the nodes of the streets lie: from a raster of the city folder, else from heights in the map.

The rules stand in the section "Walking" of ``docs/explain/model.md``.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from doorstep.city.model import Streets
from doorstep.city.tables import files_named
from doorstep.city.walkable import walkable_ways
from doorstep.errors import Problem

__all__ = ["find_elevation", "node_heights"]

ELE = re.compile(r"([+-]?\d{1,4}(?:\.\d+)?) ?m?")

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""Below the Dead Sea and above the Himalaya nobody walks: such a height is unknown."""
_COVERED = 0.99  # a node or two at the rim of a raster is no news

Metres = npt.NDArray[np.float64]


def find_elevation(folder: Path, problems: list[Problem]) -> Path | None:
    """Return the raster of heights in a city folder, None if there is none; two are a problem."""
    found = files_named(folder, "elevation", (".tif", ".tiff"))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        problems.append(Problem(found[0].name, "table-twice", values={"table": "elevation", "found": names}))
    return found[0] if found else None


def node_heights(streets: Streets, crs: str, raster: Path | None, problems: list[Problem]) -> Metres:
    """Return the height of each node of the streets.

    Parameters
    ----------
    streets
        In the city's metric system; not changed.
    crs
        That system.
    raster
        GeoTIFF of heights in metres above the sea (a terrain model: one of surfaces holds roofs and trees), in any
        system; ``None``: heights come from ``ele`` of nodes.
    problems
        A raster that cannot be read (``elevation-unreadable``) or does not say where it lies
        (``elevation-crs-missing``) is added as an error, and no height is known; one that leaves out more than one in
        a hundred nodes of walkable ways (``elevation-part``) as a warning.

    Returns
    -------
    Metres
        Shape (n_nodes,); NaN where nothing is known.

    Notes
    -----
    Of a raster of a whole country only the part under the streets is read. The library for rasters is loaded only if
    there is one.
    """
    heights = _tagged(streets) if raster is None else _from_raster(streets, crs, raster, problems)
    if raster is not None:
        _check_cover(streets, heights, raster, problems)
        _span(streets, heights)
    return _along_ways(streets, heights)


def _tagged(streets: Streets) -> Metres:
    heights = np.full(len(streets.node_id), np.nan)
    for node, tags in streets.node_tags.items():
        found = ELE.fullmatch(tags.get("ele", "").strip())
        if found:
            heights[node] = float(found[1])
    return heights


def _from_raster(streets: Streets, crs: str, raster: Path, problems: list[Problem]) -> Metres:
    import rasterio  # lazy: a third of a second that most cities do not need
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.windows import Window

    nothing = np.full(len(streets.node_id), np.nan)
    try:
        with warnings.catch_warnings():
            # A raster without a place is told below; the other is between rasterio and a library of its own.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            source = rasterio.open(raster)
            to_pixel = ~source.transform
        with source:
            if source.crs is None:
                problems.append(Problem(raster.name, "elevation-crs-missing"))
                return nothing
            transformer = pyproj.Transformer.from_crs(crs, source.crs.to_wkt(), always_xy=True)
            x, y = (np.asarray(one) for one in transformer.transform(streets.node_x_m, streets.node_y_m))
            # Pixel centres lie at whole numbers.
            column = to_pixel.a * x + to_pixel.b * y + to_pixel.c - 0.5
            row = to_pixel.d * x + to_pixel.e * y + to_pixel.f - 0.5
            # NaN and infinite places are not inside, either.
            inside = (column >= 0) & (column <= source.width - 1) & (row >= 0) & (row <= source.height - 1)
            if not inside.any():
                return nothing
            left, top = int(column[inside].min()), int(row[inside].min())
            right = min(source.width, int(column[inside].max()) + 2)
            bottom = min(source.height, int(row[inside].max()) + 2)
            pixels = source.read(1, window=Window(left, top, right - left, bottom - top), masked=True)
            heights = pixels.astype(np.float64).filled(np.nan)
            # No place on land: millimetres, feet times something, or marks of what is not known.
            heights[(heights < LOWEST_M) | (heights > HIGHEST_M)] = np.nan
            nothing[inside] = _bilinear(heights, column[inside] - left, row[inside] - top)
    except (RasterioError, OSError, pyproj.exceptions.ProjError) as fault:
        problems.append(Problem(raster.name, "elevation-unreadable", values={"reason": str(fault)}))
    return nothing


def _check_cover(streets: Streets, heights: Metres, raster: Path, problems: list[Problem]) -> None:
    """Warn of a raster that says nothing of a part of the nodes that people walk over."""
    if any(one.file == raster.name and one.severity == "error" for one in problems):
        return
    walkable = np.repeat(walkable_ways(streets.way_tags), np.diff(streets.first_node_of_way))
    known = ~np.isnan(heights[np.unique(streets.way_nodes[walkable])])
    if len(known) and known.mean() < _COVERED:
        share = f"{math.floor(100 * known.mean())}"
        problems.append(Problem(raster.name, "elevation-part", None, None, {"share": share}, "warning"))


def _bilinear(pixels: Metres, column: Metres, row: Metres) -> Metres:
    """Interpolate between the centres of four pixels; NaN if one of the four is."""
    left = np.clip(np.floor(column).astype(np.int64), 0, max(0, pixels.shape[1] - 2))
    top = np.clip(np.floor(row).astype(np.int64), 0, max(0, pixels.shape[0] - 2))
    right, bottom = np.minimum(left + 1, pixels.shape[1] - 1), np.minimum(top + 1, pixels.shape[0] - 1)
    across, down = column - left, row - top
    upper = pixels[top, left] * (1 - across) + pixels[top, right] * across
    lower = pixels[bottom, left] * (1 - across) + pixels[bottom, right] * across
    heights: Metres = upper * (1 - down) + lower * down
    return np.where(np.isfinite(heights), heights, np.nan)


def _span(streets: Streets, heights: Metres) -> None:
    """Put the nodes that only bridges and tunnels touch on straight lines between their ends, in place.

    The raster shows the ground below, or above. A bridge is mostly drawn as several ways, and may fork: of each node
    in between the slopes to its neighbours, Σ (z_neighbour − z) / length, add up to 0.
    """
    aloft_way = np.array([_is_aloft(tags) for tags in streets.way_tags], dtype=np.bool_)
    is_way = np.array(["highway" in tags for tags in streets.way_tags], dtype=np.bool_)
    way = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    nodes = streets.way_nodes
    aloft, on_ground = np.zeros((2, len(heights)), dtype=np.bool_)
    aloft[nodes[(is_way & aloft_way)[way]]] = True
    on_ground[nodes[(is_way & ~aloft_way)[way]]] = True
    aloft &= ~on_ground
    heights[aloft] = np.nan
    first = np.flatnonzero((way[:-1] == way[1:]) & (is_way & aloft_way)[way[:-1]])
    u, v = np.concatenate([nodes[first], nodes[first + 1]]), np.concatenate([nodes[first + 1], nodes[first]])
    u, v = u[aloft[u]], v[aloft[u]]
    pull = 1.0 / np.maximum(
        np.hypot(streets.node_x_m[u] - streets.node_x_m[v], streets.node_y_m[u] - streets.node_y_m[v]), 0.001
    )
    # Only bridges that hang on an end of known height can be told.
    inner = aloft[v]
    links = coo_array((np.ones(inner.sum(), np.int8), (u[inner], v[inner])), shape=(len(heights), len(heights)))
    part = connected_components(links, directed=False)[1]
    ends = ~inner & ~np.isnan(heights[v])
    told = aloft & np.isin(part, part[u[ends]])
    number = np.cumsum(told) - 1
    ends, inner = ends & told[u], inner & told[u]
    size = int(told.sum())
    if size == 0:
        return
    total = np.bincount(number[u[ends | inner]], weights=pull[ends | inner], minlength=size)
    known = np.bincount(number[u[ends]], weights=(pull * heights[v])[ends], minlength=size)
    matrix = coo_array((-pull[inner], (number[u[inner]], number[v[inner]])), shape=(size, size)).tocsc() + diags_array(
        total
    )
    heights[told] = spsolve(matrix.tocsc(), known)


def _is_aloft(tags: Mapping[str, str]) -> bool:
    return tags.get("bridge", "no") != "no" or tags.get("tunnel", "no") != "no"


def _along_ways(streets: Streets, known: Metres) -> Metres:
    """Put nodes that lie on a way between two of known height on the straight line between the nearest two."""
    heights = known.copy()
    is_known = ~np.isnan(known)
    first = streets.first_node_of_way
    count = np.concatenate([[0], np.cumsum(is_known[streets.way_nodes])])
    known_of_way = count[first[1:]] - count[first[:-1]]
    for way in np.flatnonzero((known_of_way >= 2) & (known_of_way < np.diff(first))):
        if "highway" not in streets.way_tags[way]:
            continue
        nodes = streets.way_nodes[first[way] : first[way + 1]]
        x, y = streets.node_x_m[nodes], streets.node_y_m[nodes]
        along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        given = is_known[nodes]
        line = np.interp(along, along[given], known[nodes[given]], left=np.nan, right=np.nan)
        empty = np.isnan(heights[nodes])
        heights[nodes[empty]] = line[empty]
    return heights
