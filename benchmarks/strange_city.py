"""A city folder like none among the examples, invented on the spot: what a bureau might send on its first day.

Communities as a workbook with outlines in a text column, homes known only by dwellings in a GBK table with Chinese
headers, spaces as a GBK shapefile, streets as a layer in degrees, all in a coordinate system of its own.
"""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path

import geopandas as gpd
import openpyxl
import shapely

__all__ = ["write_strange_city"]

CRS = "EPSG:4547"
WEST_M, SOUTH_M = 512_000.0, 2_560_000.0
BLOCK_M = 90.0
TURN = math.radians(17)
SERVICES = ("养老服务", "托育", "托管", "社区助餐", "家政便民", "健康服务", "体育健身", "文化休闲", "儿童游憩")
UNITS = ("床或座", "托位", "人", "餐/日", "人次/日", "人次/日", "人", "人", "人")
CHANNELS = ("补改", "转型", "划转", "配建", "租赁")


def write_strange_city(folder: Path, *, blocks: int = 12, spaces: int = 24) -> Path:
    """Write the folder, the same for the same arguments, and return it.

    Parameters
    ----------
    folder
        Made if it is not there; its name may hold blanks and Chinese characters.
    blocks
        Blocks of 90 m on each side of the turned street grid; one home stands in each.
    spaces
        Idle spaces.
    """
    chance = random.Random(20_261_123)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.toml").write_text(
        f'name = "拾遗市北桥片区(虚构)"\nlanguage = "zh"\ncurrency = "CNY"\nprofile = "cn-2023"\ncrs = "{CRS}"\n'
        'assumptions = ["全部为虚构。"]\n\n[[sources]]\nwhat = "全部"\nfrom = "虚构"\nyear = 2026\n'
        'licence = "CC0 1.0"\n',
        encoding="utf-8",
    )
    _write_streets(folder, blocks)
    _write_communities(folder, blocks)
    _write_homes(folder, blocks, chance)
    _write_facilities(folder, blocks, chance)
    _write_spaces(folder, blocks, spaces, chance)
    return folder


def _spot(column: float, row: float) -> tuple[float, float]:
    """Return x and y of a place given in blocks, on a grid that is turned against the axes."""
    along, across = column * BLOCK_M, row * BLOCK_M
    return (
        round(WEST_M + along * math.cos(TURN) - across * math.sin(TURN), 3),
        round(SOUTH_M + along * math.sin(TURN) + across * math.cos(TURN), 3),
    )


def _write_streets(folder: Path, blocks: int) -> None:
    lines, kinds = [], []
    for fixed in range(blocks + 1):
        lines.append(shapely.LineString([_spot(step, fixed) for step in range(blocks + 1)]))
        lines.append(shapely.LineString([_spot(fixed, step) for step in range(blocks + 1)]))
        kinds += ["支路" if fixed % 3 else "次干路", "人行道"]
    layer = gpd.GeoDataFrame({"编号": range(1, len(lines) + 1), "道路类型": kinds}, geometry=lines, crs=CRS)
    layer.to_crs("EPSG:4490").to_file(folder / "streets.gpkg", layer="streets")


def _write_communities(folder: Path, blocks: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["社区编号", "社区名称", "类型", "wkt"])
    half = blocks / 2
    for number, (column, row) in enumerate([(0.0, 0.0), (half, 0.0), (0.0, half), (half, half)], start=1):
        corners = [(column, row), (column + half, row), (column + half, row + half), (column, row + half)]
        outline = shapely.Polygon([_spot(*corner) for corner in corners])
        sheet.append([f"北桥{number}", f"北桥第{number}社区", "old" if number % 2 else "new", outline.wkt])
    book.save(folder / "communities.xlsx")


def _write_homes(folder: Path, blocks: int, chance: random.Random) -> None:
    rows = []
    for column in range(blocks):
        for row in range(blocks):
            x, y = _spot(column + chance.uniform(0.2, 0.8), row + chance.uniform(0.2, 0.8))
            rows.append([f"楼{column:02}{row:02}", f"{column + 1}街{row + 1}号", chance.randrange(40, 160), x, y])
    _write_gbk(folder / "residences.csv", ["楼栋编号", "名称", "住宅套数", "x", "y"], rows)


def _write_facilities(folder: Path, blocks: int, chance: random.Random) -> None:
    rows = []
    for number, (service, unit) in enumerate(zip(SERVICES, UNITS, strict=True), start=1):
        x, y = _spot(chance.uniform(1, blocks - 1), chance.uniform(1, blocks - 1))
        rows.append([f"设{number}", service, f"北桥{service}站", chance.randrange(10, 60), unit, x, y])
    _write_gbk(folder / "facilities.csv", ["设施编号", "服务类型", "名称", "容量", "容量单位", "x", "y"], rows)


def _write_gbk(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="gbk", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)


def _write_spaces(folder: Path, blocks: int, spaces: int, chance: random.Random) -> None:
    points, columns = [], []
    for number in range(1, spaces + 1):
        points.append(shapely.Point(_spot(chance.uniform(0.5, blocks - 0.5), chance.uniform(0.5, blocks - 0.5))))
        columns.append(
            {
                "空间编号": f"空{number:03}",
                "空间名称": f"北桥闲置用房{number}",
                "使用面积": round(chance.choice((90, 160, 320, 650, 1200)) * chance.uniform(0.8, 1.2), 1),
                "楼层": chance.choice((1, 1, 1, 2, 3)),
                "电梯": chance.choice(("有", "无", "未知")),
                "室外面积": chance.choice((0, 0, 120, 400)),
                "渠道": CHANNELS[number % len(CHANNELS)],
            }
        )
    gpd.GeoDataFrame(columns, geometry=points, crs=CRS).to_file(folder / "spaces.shp", encoding="gbk")
