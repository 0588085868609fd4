"""Small city folders written by hand, for the tests of every room."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import shapely

Row = dict[str, Any]
Change = Callable[[list[Row]], list[Row]]

__all__ = [
    "ORIGIN_M",
    "closed_block",
    "into_the_block",
    "toy_tables",
    "write_csv",
    "write_geojson",
    "write_strange_city",
    "write_toy_city",
]

ORIGIN_M = (500_000, 5_710_000)
"""South-west corner of the toy street grid in EPSG:32630."""

_AGES = ("p_0_2", "p_3_5", "p_6_14", "p_15_34", "p_35_59", "p_60_69", "p_70_79", "p_80p")


def toy_tables() -> dict[str, list[Row]]:
    """Return the rows of the toy city by table: a grid of 5 x 5 crossings 100 m apart, 12 homes, 2 communities.

    Streets run west-east (ways 1 to 5) and south-north (ways 6 to 10). The west community W holds x < 200 m, the
    east one E the rest.
    Geometry is given as ``geometry``, GeoJSON in EPSG:32630, for communities and streets, else as ``x`` and ``y``.
    """
    x0, y0 = ORIGIN_M

    def box(west: int, south: int, east: int, north: int) -> Row:
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        return {"type": "Polygon", "coordinates": [[[x0 + x, y0 + y] for x, y in ring]]}

    def line(corners: list[tuple[int, int]]) -> Row:
        return {"type": "LineString", "coordinates": [[x0 + x, y0 + y] for x, y in corners]}

    steps = [0, 100, 200, 300, 400]
    streets: list[Row] = [
        {"id": 1 + n, "highway": "residential", "geometry": line([(x, y) for x in steps])} for n, y in enumerate(steps)
    ]
    streets += [
        {"id": 6 + n, "highway": "footway", "geometry": line([(x, y) for y in steps])} for n, x in enumerate(steps)
    ]
    communities: list[Row] = [
        {"id": "E", "name": "East", "type": "old", "households": 220, "geometry": box(200, -50, 450, 450)},
        {"id": "W", "name": "West", "type": "new", "households": 180, "geometry": box(-50, -50, 200, 450)},
    ]
    homes = [(50, 10), (150, 10), (250, 10), (350, 10), (50, 110), (150, 210), (250, 110), (350, 210)]
    homes += [(50, 310), (150, 390), (250, 310), (350, 390)]
    people = [3, 3, 10, 26, 33, 12, 8, 5]
    residences: list[Row] = []
    for number, (x, y) in enumerate(homes, start=1):
        ages = {age: count + (number if age == "p_35_59" else 0) for age, count in zip(_AGES, people, strict=True)}
        residences.append(
            {"id": f"R{number:02}", "name": f"House {number}", "dwellings": 40, **ages, "x": x0 + x, "y": y0 + y}
        )
    facilities: list[Row] = [
        {"id": "F1", "service": "elderly_care", "place": "Day centre", "capacity": 5, "capacity_unit": "day_place"},
        {"id": "F2", "service": "health", "place": "Surgery", "capacity": 60, "capacity_unit": "visit_week"},
        {"id": "F3", "service": "sport", "place": "Sports hall", "capacity": "", "capacity_unit": ""},
    ]
    more = [
        {
            "kind": "",
            "area_m2": 200,
            "open_days_week": 5,
            "price": 30,
            "price_unit": "day",
            "x": x0 + 90,
            "y": y0 + 205,
        },
        {
            "kind": "amenity=doctors",
            "area_m2": 150,
            "open_days_week": 5,
            "price": "",
            "price_unit": "",
            "x": x0 + 310,
            "y": y0 + 95,
        },
        {
            "kind": "leisure=sports_centre",
            "area_m2": 900,
            "open_days_week": 7,
            "price": 6,
            "price_unit": "visit",
            "x": x0 + 205,
            "y": y0 + 350,
        },
    ]
    facilities = [{**a, **b} for a, b in zip(facilities, more, strict=True)]
    spaces: list[Row] = [
        {
            "id": "S1",
            "place": "Corner shop",
            "kind": "shop",
            "area_m2": 150,
            "storey": 1,
            "lift": "no",
            "outdoor_m2": 0,
            "channel": "convert",
        },
        {
            "id": "S2",
            "place": "Old office",
            "kind": "office",
            "area_m2": 320,
            "storey": 2,
            "lift": "yes",
            "outdoor_m2": 0,
            "channel": "supplement",
        },
        {
            "id": "S3",
            "place": "Chapel hall",
            "kind": "hall",
            "area_m2": 650,
            "storey": 1,
            "lift": "no",
            "outdoor_m2": 200,
            "channel": "transfer",
        },
        {
            "id": "S4",
            "place": "Empty school",
            "kind": "school",
            "area_m2": 1200,
            "storey": 1,
            "lift": "yes",
            "outdoor_m2": 800,
            "channel": "rent",
        },
    ]
    limits = ["no_open_kitchen", "", "", ""]
    prices = [(900, 80), (1200, 90), (1000, 0), (800, 100)]
    spots = [(110, 5), (305, 205), (195, 290), (210, 95)]
    for space, limit, (cost, rent), (x, y) in zip(spaces, limits, prices, spots, strict=True):
        space.update(
            owner="Council", title="registered", present_use="vacant", capital_cost_per_m2=cost,
            rent_per_m2_year=rent,
            available_from="2026-04-01", decision="may", limits=limit, x=x0 + x, y=y0 + y,
        )  # fmt: skip
    return {
        "communities": communities,
        "residences": residences,
        "facilities": facilities,
        "spaces": spaces,
        "streets": streets,
    }


def write_toy_city(folder: Path, *, toml: Mapping[str, str] | None = None, **changes: Change | None) -> Path:
    """Write the toy city (generic-gb, GBP, EPSG:32630) and return its folder.

    Parameters
    ----------
    folder
        Made if it is not there.
    toml
        Lines of ``city.toml`` to replace: key -> value as it stands in TOML (``{"currency": '"EUR"'}``); an empty
        value leaves the key out.
    **changes
        Table name (communities, residences, facilities, spaces, streets) -> function of its rows that returns the
        rows to write;
        ``None`` leaves the file out.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = write_toy_city(Path(place), spaces=lambda rows: rows[:1])
    ...     print(sorted(file.name for file in folder.iterdir()))
    ['city.toml', 'communities.geojson', 'facilities.csv', 'residences.csv', 'spaces.csv', 'streets.geojson']
    """
    folder.mkdir(parents=True, exist_ok=True)
    head = {
        "name": '"Toytown"',
        "language": '"en"',
        "currency": '"GBP"',
        "crs": '"EPSG:32630"',
        "profile": '"generic-gb"',
        "made_up": "true",
        "assumptions": '["Everything is made up."]',
    }
    head.update(toml or {})
    lines = [f"{key} = {value}" for key, value in head.items() if value]
    lines += ["", "[[sources]]", 'what = "everything"', 'from = "drawn by hand"', "year = 2026", 'licence = "CC0 1.0"']
    (folder / "city.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for table, rows in toy_tables().items():
        change = changes.get(table, lambda same: same)
        if change is None:
            continue
        changed = change(rows)
        if table in ("communities", "streets"):
            write_geojson(folder / f"{table}.geojson", changed, crs="EPSG::32630")
        else:
            write_csv(folder / f"{table}.csv", changed)
    return folder


def closed_block(rows: list[Row]) -> list[Row]:
    """Draw a wall round the block between the third and the fourth streets; its gate, in the north, is shut."""

    def line(*corners: tuple[int, int]) -> Row:
        return {"type": "LineString", "coordinates": [[ORIGIN_M[0] + x, ORIGIN_M[1] + y] for x, y in corners]}

    wall = line((220, 290), (290, 290), (290, 210), (210, 210), (210, 290))
    gate = line((210, 290), (220, 290))
    rows = [{**row, "barrier": "", "access": ""} for row in rows]
    one = {"id": 90, "highway": "", "barrier": "wall", "access": "", "geometry": wall}
    return [*rows, one, {**one, "id": 91, "barrier": "gate", "access": "no", "geometry": gate}]


def into_the_block(rows: list[Row]) -> list[Row]:
    """Move the last row into that block."""
    return [*rows[:-1], {**rows[-1], "x": ORIGIN_M[0] + 250, "y": ORIGIN_M[1] + 260}]


def write_csv(path: Path, rows: list[Row], *, encoding: str = "utf-8") -> None:
    """Write rows as a csv table; the columns are those of the first row."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]) if rows else ["id"])
        writer.writeheader()
        writer.writerows(rows)


def write_geojson(path: Path, rows: list[Row], *, crs: str) -> None:
    """Write rows with a ``geometry`` (GeoJSON) as a layer in the given system (``EPSG::32630``)."""
    features = [
        {
            "type": "Feature",
            "properties": {key: row[key] for key in row if key != "geometry"},
            "geometry": row["geometry"],
        }
        for row in rows
    ]
    layer = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs}"}},
        "features": features,
    }
    path.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")


def write_strange_city(parent: Path) -> Path:
    """Write a city as a bureau might hand it in, and return its folder (a name with Chinese and a space).

    Tables in EPSG:4548, streets and communities in CGCS2000 degrees (EPSG:4490): communities.xlsx with WKT,
    residences.csv in GB18030 with households only, facilities.xlsx, spaces.shp in GBK without .prj and .cpg,
    streets.gpkg as lines; Chinese headers and words; profile cn-2023, CNY. Seven by seven crossings
    120 m apart, 36 homes, 6 spaces, 2 communities.
    """
    folder = parent / "澄南 试验区"
    folder.mkdir(parents=True, exist_ok=True)
    x0, y0 = 517_000, 4_330_000

    def degrees(shapes: list[shapely.Geometry]) -> list[shapely.Geometry]:
        return list(gpd.GeoSeries(shapes, crs="EPSG:4548").to_crs("EPSG:4490"))

    (folder / "city.toml").write_text(
        'name = "澄南区(虚构)"\nlanguage = "zh"\ncurrency = "CNY"\ncrs = "EPSG:4548"\nprofile = "cn-2023"\n'
        'assumptions = ["全部为虚构"]\n[[sources]]\nwhat = "全部表格"\nfrom = "虚构"\nyear = 2026\n'
        'licence = "CC0 1.0"\n',
        encoding="utf-8",
    )
    halves = degrees(
        [shapely.box(x0 - 60, y0 - 60, x0 + 350, y0 + 790), shapely.box(x0 + 350, y0 - 60, x0 + 790, y0 + 790)]
    )
    communities: list[list[Any]] = [["社区编号", "社区名称", "类型", "WKT"]]
    communities += [
        [n, name, "老旧", half.wkt] for n, name, half in zip((101, 102), ("西里", "东里"), halves, strict=True)
    ]
    _write_xlsx(folder / "communities.xlsx", communities)
    spots = [shapely.Point(x0 + 60 + 120 * column, y0 + 12 + 120 * row) for row in range(6) for column in range(6)]
    homes: list[Row] = [
        {"编号": f"楼{n:02}", "名称": f"{n}号楼", "户数": 60 + n, "经度": f"{spot.x:.8f}", "纬度": f"{spot.y:.8f}"}
        for n, spot in enumerate(degrees(spots), start=1)
    ]
    write_csv(folder / "residences.csv", homes, encoding="gb18030")
    facilities: list[list[Any]] = [
        ["编号", "名称", "服务", "容量", "容量单位", "开放时间", "价格", "价格单位", "X坐标", "Y坐标"]
    ]
    facilities += [
        [
            "设1",
            "西里日间照料中心",
            "养老服务",
            12,
            "床或座",
            "周一至周五 08:30-17:00",
            40,
            "元/天",
            x0 + 115,
            y0 + 250,
        ],
        ["设2", "东里卫生站", "健康服务", 60, "人次/日", "周一至周六 08:00-17:30", "", "", x0 + 610, y0 + 355],
        ["设3", "文化室", "文化休闲", 30, "人", "周二至周日 09:00-17:00", 0, "元/次", x0 + 245, y0 + 485],
    ]
    _write_xlsx(folder / "facilities.xlsx", facilities)
    spaces = gpd.GeoDataFrame(
        {
            "编号": ["空1", "空2", "空3", "空4", "空5", "空6"],
            "名称": ["锅炉房", "停办幼儿园", "居委会旧用房", "沿街商铺", "配建用房", "办公楼"],
            "类型": ["锅炉房", "幼儿园", "办公", "商铺", "新建", "办公"],
            "使用面积": [260.5, 980.0, 420.0, 150.0, 700.0, 1250.0],
            "楼层": [1, 1, 2, 1, 1, 1],
            "电梯": ["不需要", "无", "有", "无", "有", "有"],
            "室外面积": [50.0, 600.0, 0.0, 0.0, 100.0, 200.0],
            "渠道": ["补改", "转型", "划转", "租赁", "配建", "转型"],
            "权属": ["业主共有", "区教育局", "街道", "个人", "开发企业", "国企"],
            "可用时间": ["2026-05-01"] * 6,
            "限制": ["不得设明火厨房", "", "需业主大会同意", "", "", ""],
        },
        geometry=[
            shapely.Point(x0 + x, y0 + y)
            for x, y in ((125, 60), (300, 245), (420, 355), (475, 600), (605, 130), (235, 610))
        ],
        crs="EPSG:4548",
    )
    spaces.to_file(folder / "spaces.shp", encoding="GBK")
    for end in (".prj", ".cpg"):
        (folder / "spaces.shp").with_suffix(end).unlink()
    across = [shapely.LineString([(x0 + 120 * n, y0 + 120 * row) for n in range(7)]) for row in range(7)]
    along = [shapely.LineString([(x0 + 120 * column, y0 + 120 * n) for n in range(7)]) for column in range(7)]
    gpd.GeoDataFrame(
        {"道路类型": ["支路"] * 7 + ["人行道"] * 7, "foot": ["yes"] * 14},
        geometry=degrees([*across, *along]),
        crs="EPSG:4490",
    ).to_file(folder / "streets.gpkg", layer="道路")
    return folder


def _write_xlsx(path: Path, lines: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    book.save(path)
