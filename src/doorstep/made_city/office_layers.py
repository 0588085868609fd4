"""The layers of the natural resources office: parcels as a shapefile in GBK, two compounds as KML and as DXF."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from doorstep.made_city.city import MadeCity
from doorstep.made_city.faults import Faults
from doorstep.made_city.ground import CRS
from doorstep.made_city.office_points import NOTE, OwnGrid, own_grid

__all__ = ["write_parcels", "write_two_compounds"]

PARCELS, KML, DXF = "小区用地.shp", "两个小区.kml", "两个小区_现状图.dxf"
WRITTEN = bytes([126, 1, 15])
"""Date in the head of a dbf: 2026-01-15."""


def write_parcels(city: MadeCity, folder: Path, faults: Faults) -> None:
    """Write the compounds' parcels; the file says neither its coordinate system nor anything but GBK."""
    frame = city.compounds
    rings = np.stack([np.stack(frame["ring_x"].to_list()), np.stack(frame["ring_y"].to_list())], axis=2).round(3)
    ids = frame["id"].tolist()
    faults.layout(PARCELS, f"no .prj; dbf in GBK; true system {CRS}", "ask or infer, and show the evidence")
    again = None
    for kind, nth in faults.chosen(len(frame), ("bow-tie", "twice"), most=1):
        if kind == "twice":
            again = nth
            continue
        rings[nth, [1, 2]] = rings[nth, [2, 1]]
        faults.plant(
            PARCELS,
            nth + 1,
            "geometry",
            ids[nth],
            "polygon crosses itself (bow-tie)",
            None,
            None,
            "refuse, or repair and report",
        )
    order = [*range(len(frame)), *([] if again is None else [again])]
    if again is not None:
        faults.plant(PARCELS, len(order), "", ids[again], "the same parcel twice", None, None, "report and use once")
    columns = {
        "宗地编号": "id",
        "小区名": "name",
        "用地性质": "type_zh",
        "供地年": "year",
        "面积平米": "area_m2",
        "人口": "people",
    }
    table = frame[list(columns.values())].set_axis(list(columns), axis=1).assign(备注=NOTE).iloc[order]
    layer = gpd.GeoDataFrame(table, geometry=shapely.polygons(rings[order]))
    with warnings.catch_warnings():  # that no system is written is the point
        warnings.simplefilter("ignore", UserWarning)
        layer.to_file(folder / PARCELS, driver="ESRI Shapefile", encoding="GBK", engine="pyogrio")
    (folder / "小区用地.prj").unlink(missing_ok=True)
    (folder / "小区用地.cpg").write_text("GBK", encoding="ascii")
    table_file = folder / "小区用地.dbf"
    content = bytearray(table_file.read_bytes())
    content[1:4] = WRITTEN
    table_file.write_bytes(bytes(content))


def write_two_compounds(city: MadeCity, folder: Path, faults: Faults) -> None:
    """Write two compounds with their buildings: KML in degrees, DXF in the city's own grid."""
    chosen = city.compounds[city.compounds["walled"]].head(2)
    chosen = city.compounds.head(2) if chosen.empty else chosen
    shapes = [
        (one["name"], one["type_zh"], (one["ring_x"], one["ring_y"]), _houses(city, one["id"]))
        for one in chosen.to_dict("records")
    ]
    (folder / KML).write_text(_kml(shapes), encoding="utf-8")
    (folder / DXF).write_bytes(_dxf(shapes, own_grid(city.seed)).encode("gb18030"))
    faults.layout(
        DXF,
        "the city's own grid, metres, unit not given; layer names in Chinese",
        "control points of the other table; ask for the unit",
    )


def _houses(city: MadeCity, compound: str) -> list[tuple[str, str, Any]]:
    frame = city.residences[city.residences["compound"] == compound]
    return [
        (one["name"], f"层数:{one['storeys']} 户数:{one['dwellings']}", _box(one)) for one in frame.to_dict("records")
    ]


def _box(one: Any) -> tuple[Any, Any]:
    x = one["x"] + one["half_x"] * np.array([-1, 1, 1, -1, -1])
    y = one["y"] + one["half_y"] * np.array([-1, -1, 1, 1, -1])
    return x, y


def _kml(shapes: list[Any]) -> str:
    to_degrees = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)

    def mark(name: str, more: str, ring: Any) -> str:
        lon, lat = to_degrees.transform(*ring)
        places = " ".join(f"{x:.7f},{y:.7f},0" for x, y in zip(lon, lat, strict=True))
        return (
            f"<Placemark><name>{name}</name>{more}<Polygon><outerBoundaryIs><LinearRing><coordinates>{places}"
            "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>\n"
        )

    parts = []
    for name, kind, ring, houses in shapes:
        told = f"<ExtendedData><Data name='类型'><value>{kind}</value></Data></ExtendedData>"
        marks = "".join(mark(house, f"<description>{words}</description>", box) for house, words, box in houses)
        parts.append(f"<Folder><name>{name}</name>\n{mark(name, told, ring)}{marks}</Folder>\n")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    return f"{head}<name>虚构小区 (made up)</name>\n{''.join(parts)}</Document></kml>\n"


def _dxf(shapes: list[Any], grid: OwnGrid) -> str:
    """Release 12, the oldest that programs still exchange: closed polylines and texts, by layer."""
    lines = [
        "999",
        "MADE UP 虚构",
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1009",
        "9",
        "$DWGCODEPAGE",
        "3",
        "ANSI_936",
        "0",
        "ENDSEC",
    ]
    lines += ["0", "SECTION", "2", "ENTITIES"]

    def outline(layer: str, ring: Any) -> None:
        east, north = grid.local(*ring)
        lines.extend(["0", "POLYLINE", "8", layer, "66", "1", "70", "1", "10", "0.0", "20", "0.0", "30", "0.0"])
        for x, y in list(zip(east.tolist(), north.tolist(), strict=True))[:-1]:
            lines.extend(["0", "VERTEX", "8", layer, "10", f"{x:.3f}", "20", f"{y:.3f}", "30", "0.0"])
        lines.extend(["0", "SEQEND", "8", layer])

    def words(layer: str, said: str, ring: Any) -> None:
        east, north = (float(one[:4].mean()) for one in grid.local(*ring))
        lines.extend(
            ["0", "TEXT", "8", layer, "10", f"{east:.3f}", "20", f"{north:.3f}", "30", "0.0", "40", "2.5", "1", said]
        )

    for name, _, ring, houses in shapes:
        outline("小区红线", ring)
        words("注记", name, ring)
        for house, _, box in houses:
            outline("建筑", box)
            words("注记", house.removeprefix(name), box)
    return "\n".join([*lines, "0", "ENDSEC", "0", "EOF"]) + "\n"
