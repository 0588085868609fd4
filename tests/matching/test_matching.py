"""Records of two lists are recognised as one by their words and figures, listed for review, never merged."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city.importing import undo_last
from doorstep.errors import DoorstepError
from doorstep.made_city import make_city
from doorstep.matching import Record, match, read_records, read_review, write_review
from doorstep.matching.match import score
from doorstep.matching.merge import doubles, match_sources, merge_into, merged_rows
from doorstep.matching.words import address_of, name_of, numbers_of, storey_of

PAIRS = Path(__file__).resolve().parents[1] / "data" / "taipei_care_pairs" / "pairs.csv"
ONE = Record(
    2, "K1", "安宁东雅苑物业管理用房3号", "澄川市云桥区石桥街道滨河社区和顺街166号", "小区业主共有", (115.4, 149.3), 2
)


@pytest.mark.parametrize(
    ("changed", "suggestion"),
    [
        ({"name": "原安宁东雅苑物业房3号", "address": "滨河和顺街166号", "areas_m2": (150.0,), "storey": None}, "same"),
        ({"name": "安宁东雅苑物业用房3号旧址", "address": "石桥街办滨河和顺街"}, "same"),
        ({"name": "安宁东雅苑物业管理用房2号", "address": "和顺街18号", "areas_m2": (80.0,)}, "different"),
        (
            {"name": "安宁东雅苑沿街商铺3号", "address": "和顺街91号", "areas_m2": (60.0,), "owner": "个人或企业"},
            "different",
        ),
        ({"name": "听涛东小区物业管理用房3号", "address": "观澜街166号", "areas_m2": (149.3,)}, "different"),
        (
            {"name": "安宁东雅苑仓库", "address": "和顺街447号", "areas_m2": (521.0,), "owner": "机关事务中心"},
            "different",
        ),
    ],
)
def test_what_speaks_for_and_against_one_room(changed: dict, suggestion: str) -> None:
    told = {"row": 9, "id": "GZ1", "address": ONE.address, "owner": ONE.owner, "areas_m2": ONE.areas_m2, "storey": 2}
    found = score(ONE, Record(**{**told, **changed}))
    assert found.suggestion == suggestion, found
    assert 0 <= found.score <= 1
    assert found.evidence


def test_words_and_numbers_of_names() -> None:
    assert name_of("財團法人台灣聖公會(牧愛堂)") == name_of("财团法人台灣聖公會(牧愛堂)")
    assert numbers_of("永丰北花园9号楼地下室2号") == ("9", "2")
    assert numbers_of("锦绣名城") == ()


@pytest.mark.parametrize(
    ("address", "road", "numbers"),
    [
        ("澄川市云桥区石桥街道凤台社区观澜街286号", "观澜街", {"286"}),
        ("石桥街办凤台巷138号", "凤台巷", {"138"}),
        ("和顺街", "和顺街", set()),
        ("臺北市士林區岩山里至誠路1段62巷28號", "至誠路1段62巷", {"28"}),
        ("臺北市文山區萬有里興隆路1段238之1號1樓", "兴隆路1段", {"238-1"}),
        ("", "", set()),
    ],
)
def test_parts_of_addresses(address: str, road: str, numbers: set) -> None:
    found = address_of(address)
    assert (found.road, set(found.numbers)) == (road, numbers)


@given(st.text(max_size=40), st.text(max_size=40))
@settings(deadline=None)
def test_any_text_is_compared_both_ways_alike(name: str, address: str) -> None:
    other = Record(3, "x", name, address)
    assert score(ONE, other).score == pytest.approx(score(other, ONE).score, abs=1e-9)
    storey_of(name)


def test_truth_of_a_made_city_is_found(tmp_path: Path) -> None:
    make_city(tmp_path / "city", 40_000, seed=31, faults=True)
    left = read_records(tmp_path / "city" / "spaces.csv")
    right = read_records(tmp_path / "city" / "offices" / "国资_可盘活资产.xlsx")
    with (tmp_path / "city" / "truth" / "linkage_pairs.csv").open(encoding="utf-8") as stream:
        truth = {(row["space"], int(row["row"])) for row in csv.DictReader(stream)}
    found = {(one.left.id, one.right.row) for one in match(left, right) if one.suggestion == "same"}
    assert len(found & truth) / len(found) > 0.97
    assert len(found & truth) / len(truth) > 0.93
    again = match(list(reversed(left)), right)
    assert [(one.left.id, one.right.id, one.score) for one in again] == [
        (one.left.id, one.right.id, one.score) for one in match(left, right)
    ]


def test_labelled_pairs_of_taipei() -> None:
    with PAIRS.open(encoding="utf-8") as stream:
        pairs = list(csv.DictReader(stream))
    assert len(pairs) == 200
    said, same = [], []
    for pair in pairs:
        one, other = (
            Record(int(pair[f"{side}_row"]), "", pair[f"{side}_name"], pair[f"{side}_address"], "", (), None,
                   float(pair[f"{side}_lon"]), float(pair[f"{side}_lat"]))
            for side in ("left", "right")
        )  # fmt: skip
        said.append(score(one, other).suggestion == "same")
        same.append(pair["same"] == "yes")
    right = sum(a and b for a, b in zip(said, same, strict=True))
    assert right / sum(said) > 0.95
    assert right / sum(same) > 0.95


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_person_decides_comes_back(tmp_path: Path, language: str) -> None:
    found = match([ONE], [Record(4, "GZ1", "=原安宁东雅苑物业房3号", "滨河和顺街166号", "", (150.0,))])
    assert len(found) == 1
    write_review(found, tmp_path, language)
    path = tmp_path / "review.xlsx"
    assert len(read_review(path)) == 0
    book = openpyxl.load_workbook(path)
    book.active["A3"] = "same" if language == "en" else "是"
    book.save(path)
    assert read_review(path).to_dict("records") == [
        {"left_row": "2", "left_id": "K1", "right_row": "4", "right_id": "GZ1", "same": True}
    ]
    book.active["A3"] = "perhaps"
    book.save(path)
    with pytest.raises(DoorstepError, match="review-word") as told:
        read_review(path)
    assert told.value.values["row"] == 3
    csv_path = tmp_path / "review.csv"
    lines = csv_path.read_text(encoding="utf-8-sig").splitlines()
    csv_path.write_text("\n".join([lines[0], "也许" + lines[1]]), encoding="gbk")  # as Excel in China saves it
    with pytest.raises(DoorstepError, match="review-word") as told:
        read_review(csv_path)
    assert told.value.values["row"] == 2


def test_files_that_are_no_lists_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    (tmp_path / "c.csv").write_bytes(b"")
    for name, code in (
        ("a.csv", "records-no-name"),
        ("b.xlsx", "unreadable"),
        ("c.csv", "records-empty"),
        ("d.csv", "unreadable"),
    ):
        with pytest.raises(DoorstepError, match=code):
            read_records(tmp_path / name)
    with pytest.raises(DoorstepError, match="review-other"):
        read_review(tmp_path / "a.csv")
    with pytest.raises(DoorstepError, match="review-unreadable"):
        read_review(tmp_path / "b.xlsx")


ROWS = (
    {"id": "K1", "place": "东里锅炉房", "address": "星火街90号", "owner": "", "source": "住建"},
    {"id": "G1", "place": "原东里锅炉房", "address": "星火街90号", "owner": "业主共有", "source": "国资"},
    {"id": "K2", "place": "西里车棚", "address": "泰和街8号", "owner": "业主共有", "source": "住建"},
    {"id": "G2", "place": "原东里锅炉房", "address": "星火街90号", "owner": "区属", "source": "国资"},
)


def _decided(*pairs: tuple[str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["left_id", "right_id", "same"])


def test_only_ticked_rows_are_merged_blanks_filled_and_differences_listed() -> None:
    done = merged_rows(ROWS, _decided(("K1", "G1", True), ("G1", "G2", True), ("K2", "G1", False), ("K1", "X9", True)))
    assert [row["id"] for row in done.rows] == ["K1", "K2"]
    first = done.rows[0]
    assert (first["place"], first["owner"], first["also_known_as"]) == ("东里锅炉房", "业主共有", "国资: G1; 国资: G2")
    assert [(one["merged_id"], one["column"], one["what"]) for one in done.changes] == [
        ("G1", "place", "differs"),
        ("G1", "owner", "filled"),
        ("G2", "place", "differs"),
        ("G2", "owner", "differs"),
    ]
    assert merged_rows(ROWS, _decided(("K1", "G1", False))).rows == tuple(dict(row) for row in ROWS)


def test_a_merge_into_a_city_can_be_taken_back(tmp_path: Path) -> None:
    table = tmp_path / "spaces.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)
    (tmp_path / "entrances.csv").write_text("of,lon,lat\nG1,119.6,30.9\nF7,119.7,30.9\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    found = match_sources(table)
    assert {(one.left.id, one.right.id) for one in found} == {("K1", "G1"), ("K1", "G2")}
    assert sum(doubles(tmp_path)["spaces"]) == 2
    _, record = merge_into(tmp_path, "spaces", _decided(("K1", "G1", True)))
    assert sum(doubles(tmp_path)["spaces"]) == 1
    assert "G1" in (record / "merged.csv").read_text(encoding="utf-8")
    assert (tmp_path / "entrances.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("K1,")
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 4
    undo_last(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
    with pytest.raises(DoorstepError, match="merge-nothing"):
        merge_into(tmp_path, "spaces", _decided(("K1", "G1", False)))
    with pytest.raises(DoorstepError, match="merge-no-table"):
        merge_into(tmp_path, "facilities", _decided(("K1", "G1", True)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_a_list_is_read_as_an_import_reads_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "闲置清单.csv"
    lines = ["区机管局闲置房屋清单", "房屋编码,房屋名称,房屋坐落,面积,,所在楼层", ",,,建筑面积,使用面积,"]
    lines += ["F1,前进小区锅炉房,建设路12号,约３２０,280,负一层", "F2,友谊会所,建设路40号,0.12公顷,待定,1-2层"]
    path.write_text("\n".join([*lines, "合计,,,,,"]), encoding=encoding)
    found = read_records(path)
    assert [(one.id, one.name, one.address) for one in found] == [
        ("F1", "前进小区锅炉房", "建设路12号"),
        ("F2", "友谊会所", "建设路40号"),
    ]
    assert [one.storey for one in found] == [-1, 1]
    assert found[1].areas_m2 == (1200.0,)


def test_rows_of_one_list_are_not_doubles(tmp_path: Path) -> None:
    (tmp_path / "spaces.csv").write_text("id,place\nK1,锅炉房\nK2,锅炉房\n", encoding="utf-8")
    assert doubles(tmp_path) == {}


def test_a_list_with_a_header_only_has_no_records(tmp_path: Path) -> None:
    path = tmp_path / "spaces.csv"
    path.write_text("id,place,address,area_m2\n", encoding="utf-8")
    assert read_records(path) == ()
