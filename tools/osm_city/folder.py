"""Write the tables of a city folder: the same bytes from the same input."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import shapely
from pyproj import Transformer

from osm_city.communities import Community


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table in UTF-8 with a byte order mark, so that Excel and WPS read the names right."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def degrees_of(points: Sequence[shapely.Point], crs: str) -> list[tuple[str, str]]:
    """Return longitude and latitude of each point as text with 7 decimals (about 1 cm)."""
    if not points:
        return []
    xy_m = np.array([(point.x, point.y) for point in points])
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(xy_m[:, 0], xy_m[:, 1])
    return [(f"{x:.7f}", f"{y:.7f}") for x, y in zip(lon, lat, strict=True)]


def write_communities(path: Path, communities: Iterable[Community], crs: str) -> None:
    """Write the outlines as GeoJSON in degrees, one feature a line."""
    transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    features = []
    for one in communities:
        degrees = shapely.transform(one.area, lambda xy: np.round(np.column_stack(transformer.transform(*xy.T)), 7))
        shape = shapely.geometry.mapping(shapely.orient_polygons(shapely.normalize(degrees)))
        feature = {
            "type": "Feature",
            "properties": {"id": one.id, "name": one.name, "type": "", "cut": one.cut},
            "geometry": shape,
        }
        features.append(json.dumps(feature, ensure_ascii=False))
    text = '{"type": "FeatureCollection", "features": [\n' + ",\n".join(features) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def toml_text(text: str) -> str:
    """Return a TOML basic string."""
    return json.dumps(text, ensure_ascii=False)
