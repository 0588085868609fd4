"""Files and maps of which a part is otherwise than the rest: encodings, a map larger than its streets, two lists."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from command_line import doorstep

from doorstep.city.grids import UnreadableError, read_grids
from doorstep.city.importing import import_files


def test_a_text_of_two_encodings_is_refused_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "人口.csv"
    lines = [line.encode("gbk") for line in ("社区,人口", "红旗社区,12", "联通社区,13")]
    path.write_bytes(b"\n".join(lines))
    assert read_grids(path)[0].lines[2][0] == "联通社区"
    path.write_bytes(b"\n".join([*lines, "建设社区,14".encode()]))
    with pytest.raises(UnreadableError, match="4") as caught:
        read_grids(path)
    assert caught.value.code == "encoding-mixed"
    for command in (("import", path, "--into", tmp_path / "city"), ("match", path, path, "--out", tmp_path / "pairs")):
        done = doorstep(*command, "--lang", "en")
        assert done.code == 1
        assert "UTF-8" in done.said
    assert not (tmp_path / "city").exists()


def test_the_reason_is_told_where_no_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "rooms.xlsx"
    path.write_bytes(b"PK\x03\x04 cut short")
    done = doorstep("import", path, "--into", tmp_path / "city", "--lang", "en")
    assert done.code == 1
    assert "damaged" in done.said
    assert not (tmp_path / "city").exists()


def test_a_map_larger_than_its_streets_is_taken_whole(tmp_path: Path) -> None:
    names = [f"{number}号社区" for number in range(20)]
    squares = [shapely.box(121.5 + 0.02 * number, 25.0, 121.51 + 0.02 * number, 25.01) for number in range(20)]
    gpd.GeoDataFrame({"社区": names}, geometry=squares, crs=4326).to_file(tmp_path / "communities.geojson")
    ways = "".join(f'<node id="{n}" lat="25.00{n}" lon="121.50{n}" version="1"/>' for n in range(1, 9))
    refs = "".join(f'<nd ref="{n}"/>' for n in range(1, 9))
    (tmp_path / "streets.osm").write_text(
        f'<osm version="0.6">{ways}<way id="1" version="1">{refs}<tag k="highway" v="residential"/></way></osm>',
        encoding="utf-8",
    )
    files = [tmp_path / "communities.geojson", tmp_path / "streets.osm"]
    result = import_files(files, tmp_path / "city", "zh", confirm=True)
    assert len(gpd.read_file(tmp_path / "city" / "communities.geojson").dropna(subset="geometry")) == 20
    assert "map-wider" in {one.code for one in result.outcome.findings}
    squares[-1] = shapely.box(10, 50, 10.01, 50.01)  # one outline alone is a slip
    gpd.GeoDataFrame({"社区": names[-20:]}, geometry=[*squares[:1] * 19, squares[-1]], crs=4326).to_file(files[0])
    result = import_files(files, tmp_path / "other", "zh", confirm=True)
    assert "outside" in {one.code for one in result.outcome.findings}


def test_what_stands_over_one_of_two_lists_side_by_side_names_its_service(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["表一 長照據點", None, None, None, "表二 托嬰中心", None, None, None],
        ["名稱", "經度", "緯度", None, "名稱", "經度", "緯度", "核定收托數"],
        ["松江", 121.5335, 25.063, None, "大直", 121.5385, 25.061, 45],
        ["長春", 121.5372, 25.0489, None, "建國", 121.528, 25.054, 36],
    ):
        sheet.append(line)
    book.save(tmp_path / "設施.xlsx")
    import_files([tmp_path / "設施.xlsx"], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    lines = (tmp_path / "city" / "facilities.csv").read_text(encoding="utf-8-sig").splitlines()
    services = sorted(line.split(",")[1].strip('"') for line in lines[1:])
    assert services == ["elderly_care", "elderly_care", "infant_care", "infant_care"]
    assert any('"45"' in line for line in lines)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('甲,"乙路1号,3\n丙,丁路2号,4\n', "2"),
        ('甲,乙路1号,3\n丙,"丁路2号,4', "3"),
        ('甲,乙路1号,3\n丙,"丁路2号,4\n戊,"己路3号",5\n', "3"),
        ('"甲\n乙","丙路1号,3\n丁,戊路2号,4\n', "3"),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_told_with_its_line(tmp_path: Path, rows: str, line: str) -> None:
    path = tmp_path / "闲置用房.csv"
    path.write_text(f"名称,地址,面积\n{rows}", encoding="utf-8")
    with pytest.raises(UnreadableError) as caught:
        read_grids(path)
    assert (caught.value.code, str(caught.value)) == ("quote-open", line)
    for command in (("import", path, "--into", tmp_path / "city"), ("match", path, path, "--out", tmp_path / "pairs")):
        done = doorstep(*command, "--lang", "en")
        assert done.code == 1
        assert f"In line {line}" in done.said


@pytest.mark.parametrize("cell", ['"乙路1号\n3楼"', '"乙路"1号', '"乙""丙""路, 1号"', '5" 乙路', '"乙路\n1号" '])
def test_quotation_marks_that_do_no_harm_are_read(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "闲置用房.csv"
    path.write_text(f"名称,地址,面积\n甲,{cell},3\n丙,丁路2号,4\n", encoding="utf-8")
    (grid,) = read_grids(path)
    assert [line[0] for line in grid.lines] == ["名称", "甲", "丙"]
