"""The city folder of a made city: tables, streets, what it says of itself. Every file says that it is made up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.made_city.city import MadeCity
from doorstep.made_city.drawing import write_pbf
from doorstep.made_city.ground import CRS

__all__ = ["CITY_NAME", "MADE_UP", "write_city_folder"]

CITY_NAME = "澄川市"
MADE_UP = "虚构"
"""Stands in the column ``made_up`` of every table."""
_PLACE = ("lon", "lat", "x", "y")
COLUMNS = {
    "compounds": (
        *("id", "name", "type", "type_zh", "community", "year", "walled", "gate_count", "access", "buildings"),
        *("dwellings", "people", "floor_area_m2", "area_m2", "newbuild_obligation_m2", *_PLACE),
    ),
    "gates": ("id", "compound", "use_zh", "opening_hours", "access", "width_m", *_PLACE),
    "residences": (
        *("id", "name", "compound", "community", "type", "state_zh", "storeys", "units", "lift_zh", "year"),
        *("dwellings", "occupied", "floor_area_m2", "people", *PEOPLE_COLUMNS, *_PLACE),
    ),
    "facilities": (
        *("id", "service", "place", "community", "compound", "address", "floor_area_m2", "capacity", "capacity_unit"),
        *("opening_hours_zh", "price", "price_unit", "operator_zh", "access", "storey", "opened", *_PLACE),
    ),
    "spaces": (
        *("id", "place", "kind", "kind_zh", "community", "compound", "address", "floor_area_m2", "usable_area_m2"),
        *("storey", "storeys", "clear_height_m", "lift_zh", "light_zh", "outdoor_area_m2", "owner", "title_zh"),
        *("fire_class_zh", "present_use_zh", "channel", "channel_zh", "capital_cost_per_m2", "rent_per_m2_year"),
        *("available_from", "photo", "limits", *_PLACE),
    ),
}
CITY_TOML = """name = "{name}(虚构)"
language = "zh"
crs = "EPSG:4549"
profile = "cn-2023"
currency = "CNY"
made_up = true
assumptions = [
  "全部内容均为虚构：地名、居民、建筑、设施和用房，由 doorstep make-city --people {people} --seed {seed} 生成。",
  "lon、lat 为 CGCS2000 经纬度（EPSG:4490）；x（东）、y（北）为 EPSG:4549 坐标，单位为米。",
]

[[sources]]
what = "全部表格和图层"
from = "由程序虚构；年龄结构参照2020年全国人口普查的大致水平"
year = 2026
licence = "CC0 1.0"
attribution = "虚构数据，仅供教学和测试"
"""
README = """# {name}(虚构)· MADE UP

**本目录的全部内容均为虚构**,由 `doorstep make-city --people {people} --seed {seed}{faults}` 生成。
任何一行都不对应真实的人、单位、机构或建筑;坐标所在之处并无此城;区划代码以 9999 开头,现实中不存在。
不能作为对任何真实城市的说明依据。

**Everything in this folder is MADE UP** by that command: no row stands for a person, firm, office or building that
exists. The ground under the coordinates is no town of this kind; codes begin with 9999, which no real division has.
It is no source for any statement about a real city. Licence: CC0 1.0.

| | |
|---|---|
{counts}

- A city folder: `city.toml`, `communities.geojson`, `residences.csv`, `facilities.csv`, `spaces.csv`,
  `streets.osm.pbf`. `compounds.csv`, `gates.csv`: walls and gates. `lon, lat` are CGCS2000 degrees, `x, y`
  EPSG:4549 (x east, y north).
- `offices/`: the same city as six offices hand it in, awkward on purpose. `faults.json`: what is awkward or wrong in
  it, of kind `layout` (how a file is) or `planted` (one cell or row; only with `--faults`). Rows as a spreadsheet or
  text editor shows them, the first is 1; of a shapefile the number of the feature.
- `truth/`: which row of an office's file is which facility or space.

Known weaknesses: streets are nearly straight, blocks have four quarters, ground is flat, shops and offices have no
footprints, facilities and rooms are points, nobody moves, and prices and areas are of a plausible order, not surveyed.
No answers of residents.
"""


def write_city_folder(city: MadeCity, folder: Path, *, faults: bool) -> None:
    """Write the tables, the streets, ``city.toml`` and ``README.md``."""
    for table, columns in COLUMNS.items():
        frame: pd.DataFrame = getattr(city, table)
        frame.assign(made_up=MADE_UP)[[*columns, "made_up"]].to_csv(
            folder / f"{table}.csv", index=False, lineterminator="\n", encoding="utf-8"
        )
    _write_communities(city.communities, folder / "communities.geojson")
    write_pbf(city.drawing, city.ground, folder / "streets.osm.pbf")
    one_district = city.communities["district"].nunique() == 1
    name = CITY_NAME + (city.communities["district_name"].iloc[0] if one_district else "")
    told = {"name": name, "people": city.people, "seed": city.seed}
    (folder / "city.toml").write_text(CITY_TOML.format(**told), encoding="utf-8")
    counts = {
        "居民 people": int(city.residences["people"].sum()),
        "60岁及以上 aged 60 and over": int(city.residences[list(PEOPLE_COLUMNS[5:])].to_numpy().sum()),
        "社区 communities": len(city.communities),
        "小区 compounds": len(city.compounds),
        "住宅楼 residential buildings": len(city.residences),
        "出入口 gates": len(city.gates),
        "现有设施 facilities": len(city.facilities),
        "空间 spaces": len(city.spaces),
    }
    rows = "\n".join(f"| {what} | {count:,} |" for what, count in counts.items())
    text = README.format(**told, faults=" --faults" if faults else "", counts=rows)
    (folder / "README.md").write_text(text, encoding="utf-8")


def _write_communities(communities: pd.DataFrame, path: Path) -> None:
    transformer = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    x, y = (np.stack(communities[name].to_list()) for name in ("ring_x", "ring_y"))
    lon, lat = transformer.transform(x, y)
    rings = np.stack([np.round(lon, 7), np.round(lat, 7)], axis=2).tolist()
    columns = ["id", "name", "district_name", "subdistrict_name", "subdistrict_code", "type", "type_zh", "compounds"]
    columns += ["dwellings", "area_m2", "people", *PEOPLE_COLUMNS]
    records = json.loads(communities[columns].assign(made_up=MADE_UP).to_json(orient="records", force_ascii=False))
    lines = [
        json.dumps(
            {"type": "Feature", "properties": record, "geometry": {"type": "Polygon", "coordinates": [ring]}},
            ensure_ascii=False,
        )
        for record, ring in zip(records, rings, strict=True)
    ]
    head = '{"type": "FeatureCollection", "name": "communities", "note": "made up 虚构", "features": [\n'
    path.write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
