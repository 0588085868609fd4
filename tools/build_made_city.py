"""Build examples/made-city: the files of a city folder out of the made-up Chinese district, said to be made up.

    python tools/build_made_city.py --source FOLDER --out examples/made-city

The tables are copied as they are; ``city.toml`` is written in the city's language, Chinese, and says that all is made
up; README.md counts what is there.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

FILES = (
    "communities.geojson",
    "residences.csv",
    "facilities.csv",
    "spaces.csv",
    "gates.csv",
    "compounds.csv",
    "streets.osm.pbf",
    "voice.csv",
    "adults.csv",
)
# The reports of this city are Chinese, and print what stands here word for word.
CITY = """name = "澄川市云桥区(虚构)"
language = "zh"
crs = "EPSG:4549"
profile = "cn-2023"
currency = "CNY"
made_up = true
assumptions = [
  "全部内容均为虚构：地名、人物、居民、建筑、用房和问卷答案。",
  "lon、lat 为 CGCS2000 经纬度（EPSG:4490）；x（东）、y（北）为 EPSG:4549 坐标，单位为米。",
]

[[sources]]
what = "全部表格和图层"
from = "为测试而虚构；年龄结构参照2020年全国人口普查的大致水平"
year = 2026
licence = "CC0 1.0"
attribution = "虚构数据，仅供测试"
"""
LICENCE = "CC0 1.0 Universal: no rights reserved. https://creativecommons.org/publicdomain/zero/1.0/\n"
README = """# 澄川市云桥区(虚构)· MADE UP: Yunqiao district of Chengchuan

**本目录的全部内容均为虚构**:地名、人名、居民、建筑、空间、价格、问卷答案。任何一行都不对应真实的人、单位、机构或建筑,名称如有雷同纯属巧合。
坐标所在之处并无此城区;区划代码以 9999 开头,现实中不存在。不能作为对中国任何城市的说明依据。

**Everything in this folder is MADE UP**: the place, the names, the people, the buildings, the rooms, the prices, the
answers. No row stands for a person, firm, office or building that exists; any likeness of a name is chance. The ground
under the coordinates is no town of this kind; codes begin with 9999, which no real division has. It is no source for
any statement about a real city.

用途:练习和检验 `cn-2023` 标准。由 `tools/build_made_city.py` 生成,请勿手工修改。
Use: to try and to test the profile `cn-2023`. Made by `tools/build_made_city.py`: build it again, do not edit it.

许可 / licence: CC0 1.0 (`LICENSE-CC0.txt`).

## 数量 / Counts

| 项目 | what | 数量 / count |
| --- | --- | --- |
{counts}

## 文件 / Files

| 文件 / file | 内容 | content |
| --- | --- | --- |
| `city.toml` | 名称、坐标系、标准、来源 | name, coordinate system, profile, sources |
| `communities.geojson` | 社区范围 | outlines of the communities |
| `residences.csv` | 住宅楼,分年龄人口 | residential buildings with people by age |
| `facilities.csv` | 现有设施与容量 | facilities that exist, with capacity |
| `spaces.csv` | 可利用的空间,四种渠道 | spaces that could become hubs, in four channels |
| `gates.csv`, `compounds.csv` | 小区与出入口 | compounds and their gates |
| `streets.osm.pbf` | 道路、围墙、大门 | streets, walls, gates |
| `voice.csv`, `adults.csv` | 问卷答案;加权用的成年人数 | answers of residents; adults for weighting |

坐标 / coordinates: `lon`, `lat` 为 CGCS2000 经纬度 (degrees); `x`, `y` 为 EPSG:4549 (metres, x east, y north).

## 已知不足 / Known weaknesses

- 几何过于规整:街道笔直、楼栋规整、地势平坦。Geometry is tidy: straight streets, straight slabs, flat ground.
- 设施和空间均为点。Facilities and rooms are points.
- 价格与面积只是合理量级,并非调查所得。Prices and areas are of a plausible order, not surveyed.
"""
NAMES = {
    "communities": "社区",
    "people": "居民",
    "residential buildings": "住宅楼",
    "compounds": "小区",
    "gates": "出入口",
    "facilities": "现有设施",
    "spaces": "候选空间",
    "answers": "问卷答案",
}
CHANNELS = {"supplement": "补改", "convert": "转型", "transfer": "划转", "newbuild": "配建", "rent": "租赁"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and build the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="folder with the clean tables")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    source, out = given.source, given.out
    out.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(source / name, out / name)
    (out / "city.toml").write_text(CITY, encoding="utf-8")
    (out / "LICENSE-CC0.txt").write_text(LICENCE, encoding="utf-8")
    counts = "\n".join(f"| {chinese} | {english} | {count:,} |" for chinese, english, count in counts_of(out))
    (out / "README.md").write_text(README.format(counts=counts), encoding="utf-8")
    print(counts)


def counts_of(folder: Path) -> list[tuple[str, str, int]]:
    """Return what the folder holds: Chinese name, English name, count."""

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    residences, spaces = rows("residences.csv"), rows("spaces.csv")
    features = json.loads((folder / "communities.geojson").read_text(encoding="utf-8"))["features"]
    found = {
        "communities": len(features),
        "people": sum(int(row["people"]) for row in residences),
        "residential buildings": len(residences),
        "compounds": len(rows("compounds.csv")),
        "gates": len(rows("gates.csv")),
        "facilities": len(rows("facilities.csv")),
        "spaces": len(spaces),
        "answers": len(rows("voice.csv")),
    }
    by_channel = Counter(row["channel"] for row in spaces)
    return [
        *((NAMES[what], what, count) for what, count in found.items()),
        *((f"候选空间:{CHANNELS[one]}", f"spaces: {one}", count) for one, count in sorted(by_channel.items())),
    ]


if __name__ == "__main__":
    main()
