"""Next year's list: matched, listed, corrections kept, the whole import taken back; nothing half done."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pandas as pd
import pytest

from doorstep.city.importing import import_files, undo_last
from doorstep.city.importing.canonical import COLUMNS
from doorstep.city.importing.journal import change_files, mended
from doorstep.city.vocabulary import TABLES, columns
from doorstep.errors import DoorstepError

HEAD = "编号,名称,类别,地址,床位数,经度,纬度\n"
FIRST = [
    "A1,望月养老院,养老机构,解放路1号,100,119.6700,30.9100",
    "A2,听雨养老院,养老机构,人民路2号,50,119.6800,30.9200",
    "A3,枣园养老院,养老机构,工业路3号,70,119.6600,30.9150",
    "A4,南塘养老院,养老机构,工业路9号,40,119.6610,30.9150",
]
SECOND = [
    "A1,望月养老院,养老机构,解放路1号,120,119.6700,30.9100",  # changed
    "A2,听雨养老院,养老机构,人民路2号,50,119.6850,30.9200",  # moved
    "A4,南塘养老院,养老机构,工业路9号,40,119.6610,30.9150",
    "A9,新城养老院,养老机构,新城路1号,80,119.6650,30.9180",  # new; A3 is gone
]


def _import(folder: Path, year: int, rows: list[str], *, confirm: bool = False):  # type: ignore[no-untyped-def]
    path = folder / f"{year}年养老机构名录.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return import_files([path], folder / "city", "zh", confirm=confirm, coordinates="WGS84")


def _table(city: Path) -> pd.DataFrame:
    return pd.read_csv(city / "facilities.csv", dtype=str, keep_default_na=False).set_index("id")


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_proposal_changes_nothing_but_itself(tmp_path: Path) -> None:
    result = _import(tmp_path, 2026, FIRST)
    assert result.record is None
    assert list(_hashes(tmp_path / "city")) == ["imports/proposed.toml"]


def test_what_a_person_changes_in_the_proposal_counts(tmp_path: Path) -> None:
    _import(tmp_path, 2026, FIRST)
    page = tmp_path / "city" / "imports" / "proposed.toml"
    page.write_text(page.read_text(encoding="utf-8").replace('field = "beds"', 'field = ""'), encoding="utf-8")
    _import(tmp_path, 2026, FIRST, confirm=True)
    assert "capacity" not in _table(tmp_path / "city")
    assert not page.exists()


def test_new_gone_changed_moved_and_corrections_by_hand(tmp_path: Path) -> None:
    city = tmp_path / "city"
    _import(tmp_path, 2026, FIRST, confirm=True)
    table = city / "facilities.csv"
    table.write_text(table.read_text(encoding="utf-8-sig").replace("人民路2号", "人民路22号"), encoding="utf-8-sig")
    result = _import(tmp_path, 2027, SECOND)  # confirmed before: no need to confirm again
    assert result.record is not None
    changes = {(row["kind"], row["id"], row["column"]) for row in result.outcome.changes.to_dict("records")}
    assert changes == {
        ("changed", "A1", "capacity"),
        ("moved", "A2", ""),
        ("kept", "A2", "address"),
        ("gone", "A3", ""),
        ("new", "A9", ""),
    }
    found = _table(city)
    assert list(found.index) == ["A1", "A2", "A4", "A9"]
    assert found.loc["A1", "capacity"] == "120"
    assert found.loc["A2", "address"] == "人民路22号"
    assert float(found.loc["A2", "lon"]) == 119.685


def test_a_place_that_a_person_moved_stays(tmp_path: Path) -> None:
    city = tmp_path / "city"
    _import(tmp_path, 2026, FIRST, confirm=True)
    table = city / "facilities.csv"
    moved = table.read_text(encoding="utf-8-sig").replace("119.68,30.92", "119.6811,30.9211")
    table.write_text(moved, encoding="utf-8-sig")
    _import(tmp_path, 2027, SECOND)
    assert float(_table(city).loc["A2", "lon"]) == 119.6811


def test_the_same_list_again_changes_nothing(tmp_path: Path) -> None:
    city = tmp_path / "city"
    _import(tmp_path, 2026, FIRST, confirm=True)
    before = (city / "facilities.csv").read_bytes()
    result = _import(tmp_path, 2026, list(reversed(FIRST)))
    assert len(result.outcome.changes) == 0
    assert (city / "facilities.csv").read_bytes().count(b"\n") == before.count(b"\n")


@pytest.mark.parametrize("table", [name for name in COLUMNS if name in TABLES])
def test_a_column_is_written_under_the_name_by_which_it_is_read(table: str) -> None:
    """Else the next import takes the column for one that the city does not have."""
    name_of = {header: column.name for column in columns(table) for header in column.names}
    name_of |= {column.name: column.name for column in columns(table)}
    assert {name for name in COLUMNS[table] if name_of.get(name, name) != name} == set()


def test_the_same_rooms_again_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "闲置用房.csv"
    path.write_text(
        "编号,名称,面积,产权单位,照片,经度,纬度\n"
        "A1,甲,100,区国资委,1.jpg,119.67,30.91\nA2,乙,90,某公司,2.jpg,119.68,30.91\n",
        encoding="utf-8",
    )
    import_files([path], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    again = import_files([path], tmp_path / "city", "zh")
    assert len(again.outcome.changes) == 0
    assert again.outcome.counts["same"].tolist() == [2]


def test_figures_of_another_list_are_no_corrections(tmp_path: Path) -> None:
    homes = tmp_path / "住宅楼.csv"
    homes.write_text("小区名称,楼号,层数,户数,经度,纬度\n甲小区,1号楼,6,20,119.67,30.91\n", encoding="utf-8")
    import_files([homes], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    other = tmp_path / "住建局房屋台账.csv"
    other.write_text("小区名称,楼号,层数,户数,经度,纬度\n甲小区,1号楼,6,24,119.67,30.91\n", encoding="utf-8")
    result = import_files([other], tmp_path / "city", "zh", confirm=True, coordinates="WGS84")
    assert result.outcome.changes[["kind", "column", "before", "after"]].to_numpy().tolist() == [
        ["differs", "dwellings", "20", "24"]
    ]
    assert result.outcome.counts[["kept", "differs"]].to_numpy().tolist() == [[0, 1]]


def test_all_files_that_the_screen_names_are_written(tmp_path: Path) -> None:
    record = _import(tmp_path, 2026, FIRST, confirm=True).record
    assert [len(pd.read_csv(record / f"{name}.csv")) for name in ("changes", "rejected")] == [0, 0]
    assert (record / "findings.csv").is_file()


def test_an_import_is_taken_back_whole(tmp_path: Path) -> None:
    city = tmp_path / "city"
    _import(tmp_path, 2026, FIRST, confirm=True)
    before = _hashes(city)
    _import(tmp_path, 2027, SECOND)
    assert _hashes(city) != before
    assert undo_last(city) == ("0002", ())
    assert _hashes(city) == before
    undo_last(city)
    assert not (city / "facilities.csv").exists()
    with pytest.raises(DoorstepError, match="nothing-to-undo"):
        undo_last(city)


def test_an_edition_made_after_the_import_is_not_lost_by_taking_it_back(tmp_path: Path) -> None:
    city = tmp_path / "city"
    _import(tmp_path, 2026, FIRST, confirm=True)
    _import(tmp_path, 2027, SECOND)
    (city / "facilities.csv").write_text("mine", encoding="utf-8")
    assert undo_last(city)[1] == ("facilities.csv",)
    assert (city / "facilities.csv.edited").read_text(encoding="utf-8") == "mine"
    assert list(_table(city).index) == ["A1", "A2", "A3", "A4"]


def test_a_failure_in_the_middle_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = tmp_path / "city"
    _import(tmp_path, 2026, FIRST, confirm=True)
    before = _hashes(city)
    real, calls = os.replace, []

    def failing(source: object, target: object) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(DoorstepError, match="output-failed"):
        _import(tmp_path, 2027, SECOND)
    monkeypatch.undo()
    assert _hashes(city) == before


def test_an_import_that_was_cut_off_is_mended_by_the_next(tmp_path: Path) -> None:
    city = tmp_path / "city"
    _import(tmp_path, 2026, FIRST, confirm=True)
    before = _hashes(city)
    record = change_files(city, {"facilities.csv": b"half"}, (), {})
    page = record / "journal.json"
    page.write_text(page.read_text(encoding="utf-8").replace('"done": true', '"done": false'), encoding="utf-8")
    assert mended(city)
    assert _hashes(city) == before


def test_open_coordinates_stop_an_import(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEAD + "\n".join(FIRST), encoding="utf-8")
    with pytest.raises(DoorstepError, match="import-open"):
        import_files([path], tmp_path / "city", "en", confirm=True)
    assert not (tmp_path / "city").exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0 neither", b"\xff\xfe\xff", b"a,b\n1,2\n"]
)
@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".csv", ".shp", ".gpkg", ".geojson", ".kml", ".dxf", ".osm.pbf"])
def test_damaged_files_are_told_and_nothing_is_written(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(content)
    with pytest.raises(DoorstepError):
        import_files([path], tmp_path / "city", "en", confirm=True)
    assert not (tmp_path / "city").exists()
