"""Whatever stands in a sheet, a cell or a file: values, findings or one told error, never a crash."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city.importing import import_files
from doorstep.city.importing.positions import pair_of
from doorstep.city.importing.quantity import chinese_number, quantity_of
from doorstep.city.importing.storeys import day_of, storey_of, year_of
from doorstep.errors import DoorstepError

# words of offices, mixed: plain noise seldom gets past the first test of a reader
MARKS = "0123456789０１２一二十百千万亿约余-—~至.,，:：/°′″'\"NSEW层楼地下负B半年月日民国"
MARKS += "亩㎡平方米公顷人户无待定(（)） \t东经北纬"
PIECES = st.sampled_from([*MARKS, "1e9", "合计", "电话", "小区"])
CELLS = st.lists(PIECES, max_size=12).map("".join)
HEADS = st.sampled_from(
    [
        *("编号", "名称", "类别", "地址", "建筑面积(亩)", "所在层", "经度", "纬度", "坐标", "常住人口(万人)", "0-14岁"),
        *("60岁以上", "社区", "楼号", "小区", "户数", "可交付时间", "租金(元/月)", "x", ""),
    ]
)


@given(CELLS)
def test_any_cell_is_read_or_not(text: str) -> None:
    quantity = quantity_of(text)
    assert quantity is None or math.isnan(quantity.value) or math.isfinite(quantity.value)
    for read in (chinese_number, storey_of, year_of, day_of, pair_of):
        read(text)


@given(st.lists(HEADS, min_size=1, max_size=7), st.lists(st.lists(CELLS, max_size=8), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_sheet_comes_in_or_is_told(heads: list[str], rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path, city = Path(folder) / "清单.csv", Path(folder) / "city"
        lines = [heads, *rows]
        quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
        path.write_text("\n".join(quoted), encoding="utf-8")
        try:
            result = import_files([path], city, "en", confirm=True, coordinates="WGS84")
        except DoorstepError:
            assert not city.exists()
        else:
            assert result.record is not None


@given(st.binary(max_size=400), st.sampled_from([".csv", ".xlsx", ".xls", ".kml", ".geojson", ".dxf", ".gpkg"]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused_or_read(content: bytes, suffix: str) -> None:
    with TemporaryDirectory() as folder:
        path, city = Path(folder) / f"file{suffix}", Path(folder) / "city"
        path.write_bytes(content)
        try:
            import_files([path], city, "en", confirm=True, coordinates="WGS84")
        except DoorstepError:
            assert not city.exists()
