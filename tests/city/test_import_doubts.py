"""What is odd and not plainly wrong: heights, headers of two capacities, control points that do not fit, no .prj."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from command_line import doorstep

from doorstep.city.importing import import_files
from doorstep.city.importing.headings import headings_of
from doorstep.errors import DoorstepError

EAST, NORTH = 528_700.0, 3_387_000.0


def controls(path: Path, *, off: float = 0.0, count: int = 3) -> Path:
    """Control points of a grid that is moved, the last of them wrong by so many metres."""
    points = [(0, 0), (1200, 0), (1200, 600), (0, 600)][:count]
    lines = ["点号,CGCS2000_X,CGCS2000_Y,地方坐标X,地方坐标Y"]
    for number, (x, y) in enumerate(points, start=1):
        wrong = off if number == count else 0.0
        lines.append(f"K{number},{NORTH + y},{EAST + x},{8000 + y + wrong},{5000 + x}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rooms(path: Path) -> Path:
    path.write_text("编号,名称,面积,X坐标,Y坐标\nA1,甲,100,8100,5200\nA2,乙,100,8300,5400\n", encoding="utf-8")
    return path


def test_control_points_that_do_not_fit_stop_and_ask(tmp_path: Path) -> None:
    files, city = [controls(tmp_path / "控制点.csv", off=90.0), rooms(tmp_path / "闲置用房.csv")], tmp_path / "city"
    result = import_files(files, city, "zh")
    codes = {one.code for one in result.questions}
    assert {"grid-poor", "system"} <= codes
    with pytest.raises(DoorstepError, match="import-open"):
        import_files(files, city, "zh", confirm=True)
    assert not (city / "spaces.csv").exists()
    import_files(files, city, "zh", confirm=True, coordinates="local")  # a person says so all the same
    assert (city / "spaces.csv").exists()


def test_control_points_that_fit_place_the_rooms_and_few_are_said_to_be_few(tmp_path: Path) -> None:
    files = [controls(tmp_path / "控制点.csv"), rooms(tmp_path / "闲置用房.csv")]
    result = import_files(files, tmp_path / "city", "zh", confirm=True)
    codes = [one.code for one in result.outcome.findings]
    assert "grid-unchecked" in codes
    assert "grid-poor" not in codes
    many = import_files([controls(files[0], count=4), files[1]], tmp_path / "other", "zh", confirm=True)
    assert "grid-unchecked" not in [one.code for one in many.outcome.findings]


@pytest.mark.parametrize(("height", "told"), [("30", 1), ("12", 0), ("3.0", 0)])
def test_a_height_that_no_room_has_is_told(tmp_path: Path, height: str, told: int) -> None:
    path = tmp_path / "闲置用房.csv"
    path.write_text(f"编号,名称,面积,层高(m),经度,纬度\nA1,甲,100,{height},119.67,30.91\n", encoding="utf-8")
    result = import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    assert [one.code for one in result.outcome.findings if one.kind == "fault"] == ["height-odd"] * told


@pytest.mark.parametrize("header", ["床位/托位", "床位数或托位数", "床位数（张）/托位数（个）", "Beds / Places"])
def test_a_header_of_two_capacities_is_a_capacity(header: str) -> None:
    assert headings_of([[header]])[0].field == "capacity"


def test_the_office_beside_the_name_of_a_room_is_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "閒置房舍.csv"
    path.write_text(
        "編號,機關名稱,房舍名稱,面積(㎡),經度,緯度\nA1,民政局,舊檔案室,100,121.52,25.05\n", encoding="utf-8"
    )
    result = import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    row = result.outcome.tables["spaces"].frame.iloc[0]
    assert (row["place"], row["owner"]) == ("舊檔案室", "民政局")
    assert [one.field for one in headings_of([["编号"], ["机关名称"], ["地址"]])] == ["id", "name", "address"]
    assert headings_of([["权属机关"]])[0].field == "owner"


@pytest.mark.parametrize(("second", "asked"), [("1000", 0), ("1500", 1)])
def test_two_columns_that_differ_are_asked_for_and_two_that_say_the_same_are_not(
    tmp_path: Path, second: str, asked: int
) -> None:
    path = tmp_path / "闲置用房.csv"
    heads = "编号,名称,地址,坐落,面积(万㎡),可用面积(㎡),市,区,经度,纬度"
    rows = f"{heads}\nA1,甲,东街1号,东街1号,0.1,{second},澄川市,云桥区,119.67,30.91\n"
    path.write_text(rows, encoding="utf-8")
    result = import_files([path], tmp_path / "city", "zh", coordinates="WGS84")
    told = [one for one in result.questions if one.code == "column-clash"]
    assert [(one.values["first"], one.column) for one in told] == [("面积(万㎡)", "可用面积(㎡)")] * asked
    assert result.proposal is not None
    assert ("应采用哪一列" in result.proposal.read_text(encoding="utf-8")) == bool(asked)


@pytest.mark.shared
def test_the_screen_says_on_what_evidence_a_layer_without_prj_was_placed(tmp_path: Path, shared: Path) -> None:
    offices = tmp_path / "offices"
    offices.mkdir()
    shutil.copyfile(shared / "data/made-city-cn/clean/streets.osm.pbf", offices / "map.osm.pbf")
    compounds = gpd.read_file(shared / "data/made-city-cn/offices/小区用地.shp", encoding="GBK")
    compounds.set_crs("EPSG:4549", allow_override=True).to_file(offices / "小区用地.shp", encoding="GBK")
    (offices / "小区用地.prj").unlink()
    done = doorstep("import", offices, "--into", tmp_path / "city", "--lang", "en")
    assert done.code == 0
    assert "小区用地.shp / geometry: Coordinates are in EPSG:" in " ".join(done.out.split())


def test_where_no_list_is_taken_nothing_is_said_to_be_right(tmp_path: Path) -> None:
    path, city = rooms(tmp_path / "闲置用房.csv"), tmp_path / "city"
    doorstep("import", path, "--into", city, "--lang", "en")
    page = city / "imports" / "proposed.toml"
    page.write_text(page.read_text(encoding="utf-8").replace('table = "spaces"', 'table = ""'), encoding="utf-8")
    done = doorstep("import", path, "--into", city, "--lang", "en", "--confirm")
    assert "No list is taken, so no row was looked at." in done.out
    assert "Nothing is wrong" not in done.out


def test_a_system_that_cannot_be_is_refused_by_its_name(tmp_path: Path) -> None:
    path, city = rooms(tmp_path / "闲置用房.csv"), tmp_path / "city"
    done = doorstep("import", path, "--into", city, "--lang", "en", "--confirm", "--coordinates", "WGS84")
    assert done.code == 2
    assert "WGS84 cannot be the system of the coordinates in: 闲置用房.csv" in done.err


def test_an_offices_new_number_for_a_row_is_no_change_of_the_city(tmp_path: Path) -> None:
    city, head = tmp_path / "city", "编号,名称,地址,面积,经度,纬度\n"
    for year, (number, area) in {"2026": ("A1", 100), "2027": ("B7", 100), "2028": ("B7", 120)}.items():
        path = tmp_path / f"{year}年闲置用房.csv"
        path.write_text(f"{head}{number},甲厅,和顺街1号,{area},119.67,30.91\n", encoding="utf-8")
        result = import_files([path], city, "zh", confirm=True, coordinates="WGS84")
        changes = result.outcome.changes
        columns = changes["column"].tolist() if len(changes) else []
        assert columns == {"2026": [], "2027": [], "2028": ["area_m2"]}[year]
    kept = (city / "spaces.csv").read_text(encoding="utf-8-sig")
    assert "B7" in kept  # the office's number is up to date all the same
