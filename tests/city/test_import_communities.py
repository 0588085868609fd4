"""Lists of communities against those that are drawn: names with and without their committee, and those nobody drew."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from doorstep.city.importing import Result, import_files
from doorstep.city.importing.placing import Gazetteer, community_id, community_keys


def _map(folder: Path, *names: str) -> Path:
    path = folder / "社区边界.geojson"
    features = []
    for place, name in enumerate(names):
        x = 119.60 + 0.02 * place
        ring = [[x, 30.90], [x + 0.02, 30.90], [x + 0.02, 30.92], [x, 30.92], [x, 30.90]]
        about = {"社区编号": f"S{place}", "社区名称": name}
        features.append(
            {"type": "Feature", "properties": about, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return path


def _people(folder: Path, head: str, *names: str) -> Path:
    path = folder / "社区人口情况表.csv"
    rows = "".join(f"{name},{1000 + place},{300 + place}\n" for place, name in enumerate(names))
    path.write_text(f"{head},常住人口,总户数\n{rows}", encoding="utf-8")
    return path


def _import(folder: Path, *paths: Path) -> tuple[Result, pd.DataFrame]:
    result = import_files(paths, folder / "city", "zh", confirm=True, coordinates="WGS84")
    page = json.loads((folder / "city" / "communities.geojson").read_text(encoding="utf-8"))
    rows = [one["properties"] | {"drawn": one["geometry"] is not None} for one in page["features"]]
    return result, pd.DataFrame(rows).set_index("id")


@pytest.mark.parametrize("head", ["村(居)名称", "居委会名称", "社区（村）"])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_committee_is_its_community(tmp_path: Path, head: str, at_once: bool) -> None:
    drawn, people = _map(tmp_path, "嘉禾社区", "南塘村"), _people(tmp_path, head, "嘉禾社区居委会", "南塘村村民委员会")
    if not at_once:
        _import(tmp_path, drawn)
    _, found = _import(tmp_path, *([drawn, people] if at_once else [people]))
    assert found["people"].to_dict() == {"S0": "1000", "S1": "1001"}
    assert found["drawn"].all()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_community_that_nobody_drew_is_not_taken_and_said_so(tmp_path: Path, at_once: bool) -> None:
    drawn, people = _map(tmp_path, "嘉禾社区", "南塘村"), _people(tmp_path, "社区", "嘉禾社区", "云桥社区", "南塘村")
    if not at_once:
        _import(tmp_path, drawn)
    result, found = _import(tmp_path, *([drawn, people] if at_once else [people]))
    assert found.index.tolist() == ["S0", "S1"]
    (told,) = [one for one in result.outcome.findings if one.code == "undrawn"]
    assert (told.kind, told.row, told.values["found"]) == ("fault", 3, "云桥社区")
    assert told.values["nearest"] == "–"
    assert result.record is not None
    rejected = pd.read_csv(result.record / "rejected.csv", dtype=str)
    assert rejected[["row", "name", "reason"]].to_numpy().tolist() == [["3", "云桥社区", "undrawn"]]
    counts = result.outcome.counts.set_index("file").loc["社区人口情况表.csv"]
    assert (counts["rows"], counts["accepted"], counts["rejected"], counts["new"]) == (3, 2, 1, 0)


def test_without_any_map_the_communities_wait_for_one(tmp_path: Path) -> None:
    _import(tmp_path, _people(tmp_path, "社区", "嘉禾社区居委会", "南塘村"))
    _, found = _import(tmp_path, _map(tmp_path, "嘉禾社区", "南塘村"))
    assert len(found) == 2
    assert found["drawn"].all()


def _households(folder: Path, *names: str) -> Path:
    path = folder / "社区户数.csv"
    path.write_text("社区,总户数\n" + "".join(f"{name},{500 + n}\n" for n, name in enumerate(names)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "means",
    ["嘉禾社区", "new", ""],
)
def test_an_unknown_community_is_a_question_and_the_answer_is_kept(tmp_path: Path, means: str) -> None:
    city = tmp_path / "city"
    _import(tmp_path, _people(tmp_path, "社区", "嘉禾社区", "南塘村", "云桥社区"))
    households = _households(tmp_path, "嘉和社区", "南塘村")
    proposed = import_files([households], city, "zh")
    (asked,) = [one for one in proposed.questions if one.code == "community-new"]
    assert asked.values["names"] == "嘉和社区 (嘉禾社区)"
    assert proposed.proposal is not None
    page = proposed.proposal.read_text(encoding="utf-8")
    assert 'name = "嘉和社区"\nmeans = ""  # 嘉禾社区?' in page
    proposed.proposal.write_text(page.replace('means = ""', f'means = "{means}"'), encoding="utf-8")
    result, found = _import(tmp_path, households)
    assert len(found) == (4 if means == "new" else 3)
    of_name = found.set_index("name")["households"].to_dict()
    assert of_name["嘉禾社区"] == "300"  # the first list said so
    assert ("嘉和社区" in of_name) == (means == "new")
    assert len(result.outcome.rejected) == (0 if means else 1)
    again, found = _import(tmp_path, _households(tmp_path, "嘉和社区", "南塘村", "云桥社区"))
    assert [one.code for one in again.questions] == ([] if means else ["community-new"])
    assert len(found) == (4 if means == "new" else 3)


def test_a_list_with_an_open_question_takes_no_community_out(tmp_path: Path) -> None:
    _import(tmp_path, _people(tmp_path, "社区", "嘉禾社区", "南塘村"))
    _, found = _import(tmp_path, _people(tmp_path, "社区", "嘉和社区", "南塘村"))
    assert found["name"].tolist() == ["嘉禾社区", "南塘村"]


def test_the_list_of_the_next_street_office_is_taken_but_for_names_that_are_alike(tmp_path: Path) -> None:
    _import(tmp_path, _people(tmp_path, "社区", "嘉禾社区", "南塘村"))
    result, found = _import(tmp_path, _households(tmp_path, "望月社区", "听雨社区", "嘉乐社区"))
    assert found["name"].tolist() == ["嘉禾社区", "南塘村", "望月社区", "听雨社区"]
    (asked,) = result.questions
    assert asked.values["names"] == "嘉乐社区 (嘉禾社区)"


def test_homes_of_an_unknown_community_are_taken_and_asked_about(tmp_path: Path) -> None:
    _import(tmp_path, _people(tmp_path, "社区", "嘉禾社区", "南塘村"))
    homes = tmp_path / "房屋台账.csv"
    homes.write_text("社区,小区,楼栋,户数,经度,纬度\n嘉和社区,东里,1号楼,60,119.601,30.901\n", encoding="utf-8")
    result, _ = _import(tmp_path, homes)
    frame = result.outcome.tables["residences"].frame
    assert frame["community"].tolist() == ["嘉和社区"]
    assert [one.code for one in result.questions] == ["community-other"]
    assert [one.code for one in result.outcome.findings if one.kind == "fault"] == ["community-kept"]
    mapping = tmp_path / "city" / "imports" / "mapping.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace('means = ""', 'means = "嘉禾"'), encoding="utf-8")
    result, _ = _import(tmp_path, homes)
    assert result.outcome.tables["residences"].frame["community"].tolist() == ["M000001"]
    assert not result.questions


def test_a_community_that_nobody_drew_can_be_said_to_be_another(tmp_path: Path) -> None:
    drawn, people = _map(tmp_path, "嘉禾社区", "南塘村"), _people(tmp_path, "社区", "嘉和社区")
    _import(tmp_path, drawn)
    result, _ = _import(tmp_path, people)
    (told,) = [one for one in result.outcome.findings if one.code == "undrawn"]
    assert told.values["nearest"] == "嘉禾社区"
    mapping = tmp_path / "city" / "imports" / "mapping.toml"
    page = mapping.read_text(encoding="utf-8")
    mapping.write_text(page.replace('means = ""', 'means = "嘉禾社区"'), encoding="utf-8")
    _, found = _import(tmp_path, people)
    assert found["people"].dropna().to_dict() == {"S0": "1000"}


def test_the_name_as_written_goes_before_the_bare_one() -> None:
    known = Gazetteer(community_ids={key: own for own in ("南塘社区", "南塘村") for key in community_keys(own)[:1]})
    known.community_ids |= {"南塘": "南塘社区"}
    assert [community_id(known, name) for name in ("南塘村村委会", "南塘社区居委会", "南塘")] == [
        "南塘村",
        "南塘社区",
        "南塘社区",
    ]
