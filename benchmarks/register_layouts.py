"""The layouts of made-city-cn's faults.json, judged cell by cell against the clean tables the offices' files came from.

Rows in which a fault is planted are left to ``faults_planted_missed``; all other cells must hold what is true, within
what the office's own rounding allows (mu to a tenth, floor areas to 10 m2, shares to a tenth of a per cent).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

__all__ = ["Judged", "judge"]

MU_M2 = 10_000 / 15
SATISFIED = {"很满意": "5", "满意": "4", "一般": "3", "不满意": "2", "很不满意": "1", "不了解": ""}
NEEDS = dict(
    zip(
        ("养老服务", "婴幼儿托育", "儿童托管", "社区助餐", "家政便民", "健康服务", "体育健身", "文化休闲", "儿童游憩"),
        ("elderly_care", "infant_care", "after_school", "meals", "domestic", "health", "sport", "culture", "play"),
        strict=True,
    )
)
LIFT = {"是": "yes", "否": "no", "加装": "yes", "有": "yes", "无": "no", "不需要": "no"}
LIGHT = {"好": "good", "一般": "fair", "差": "poor"}


@dataclass(slots=True)
class Judged:
    """What was found of one layout: cells compared, and those that are not as they should be."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)

    def cell(self, where: object, found: object, want: object, tolerance: float = 0.0) -> None:
        """Compare a cell: numbers within a tolerance, all else as text."""
        self.compared += 1
        try:
            same = abs(float(found) - float(want)) <= tolerance + 1e-9  # type: ignore[arg-type]
        except (TypeError, ValueError):
            same = str(found) == str(want)
        if not same:
            self.wrong.append(f"{where}: {found!r}, not {want!r}")

    def says(self, what: str, is_so: object) -> None:
        """Note one thing that must be so."""
        self.compared += 1
        if not is_so:
            self.wrong.append(what)


@dataclass(frozen=True)
class District:
    """The clean tables, what the import made of the offices' files, and where faults are planted."""

    data: Path
    result: Any
    alone: Callable[[Iterable[str]], Any]
    planted: frozenset[tuple[str, str, int]]

    def clean(self, name: str, folder: str = "clean") -> list[dict[str, str]]:
        """Rows of a csv file."""
        with (self.data / folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def outlines(self) -> Mapping[str, gpd.GeoDataFrame]:
        """True shapes by id, metres."""
        book = self.data / "clean" / "district.gpkg"
        return {name: gpd.read_file(book, layer=name).set_index("id") for name in ("compounds", "residences")}

    def table(self, name: str, source: str = "", result: Any = None) -> tuple[list[dict[str, str]], Any]:
        """Rows of a table of the city that came from a list, and their shapes in metres."""
        held = (result or self.result).outcome.tables[name]
        frame = held.frame.astype(str)
        there = frame["source"].str.startswith(source) if source else pd.Series(data=True, index=frame.index)
        shapes = gpd.GeoSeries(list(held.shapes), crs=4326).to_crs(4549).to_numpy()
        return frame[there].to_dict("records"), shapes[there.to_numpy()]

    def told(self, file: str, code: str) -> bool:
        """Whether the import said so of a file."""
        return any(one.file == file and one.code == code for one in self.result.outcome.findings)

    def whole(self, file: str, sheet: str, row: object) -> bool:
        """Whether no fault is planted in a row."""
        return (file, sheet, int(float(str(row)))) not in self.planted


def judge(data: Path, result: Any, alone: Callable[[Iterable[str]], Any]) -> dict[int, Judged]:
    """Return what was found of each layout.

    Parameters
    ----------
    data
        Folder ``made-city-cn``.
    result
        Of an import of all offices' files.
    alone
        Imports some of the files (by name) into a city of their own.
    """
    faults = json.loads((data / "faults.json").read_text(encoding="utf-8"))["faults"]
    planted = frozenset((one["file"], one["sheet"], one["row"]) for one in faults if one["kind"] == "planted")
    district = District(data, result, alone, planted)
    return {number: check(district) for number, check in CHECKS.items()}


def _communities(of: District) -> Judged:
    found, file = Judged(), "民政局_社区人口情况表.xlsx"
    rows, _ = of.table("communities")
    made = {row["id"]: row for row in rows}
    found.cell("communities", len(rows), len(of.outlines["compounds"]["community"].unique()))
    ages = ("0_2", "3_5", "6_14", "15_34", "35_59", "60_69", "70_79", "80p")
    source = json.loads((of.data / "clean" / "communities.geojson").read_text(encoding="utf-8"))
    sheet = {one["id"]: one for one in _rows_of(of, file, "人口")}
    for true in (one["properties"] for one in source["features"]):
        row = made.get(true["id"], {})
        if not of.whole(file, "人口", sheet.get(true["id"], {}).get("row", 0)):
            continue
        found.cell(f"{true['id']} people", row.get("people"), true["people"], 0.5)
        found.cell(f"{true['id']} area", row.get("area_m2"), true["area_m2"], 0.05 * MU_M2)
        found.cell(f"{true['id']} households", row.get("households"), true["dwellings"])
        found.cell(f"{true['id']} compounds", row.get("compounds"), true["compounds"])
        for age in ages:
            found.cell(f"{true['id']} p_{age}", row.get(f"p_{age}"), true[f"p_{age}"])
    return found


def _rows_of(of: District, file: str, sheet: str) -> list[dict[str, Any]]:
    """Rows of a list as it was read, each with its row in the sheet."""
    listed = next(
        one.listed for one in of.result.lists if one.listed and one.listed.file == file and one.listed.sheet == sheet
    )
    return [{**row, "id": row.get("community_code") or row.get("id", "")} for row in listed.frame.to_dict("records")]


def _compounds(of: District) -> Judged:
    found, file = Judged(), "民政局_社区人口情况表.xlsx"
    true = {row["name"]: row for row in of.clean("compounds")}
    rows = _rows_of(of, file, "小区")
    found.cell("rows without the totals", sorted(row["compound"] for row in rows), sorted(true))
    made = {row["name"]: row for row in of.table("compounds")[0]}
    found.cell("compounds of the city", sorted(made), sorted(true))
    for row in rows:
        want = true.get(row["compound"], {})
        if not of.whole(file, "小区", row["row"]) or not want:
            continue
        name = want["name"]
        found.cell(f"{name} land", row["land_m2"], want["area_m2"], 0.005 * MU_M2 + 0.05)
        found.cell(f"{name} floor area", row["floor_area_m2"], want["floor_area_m2"], 5.05)
        found.cell(f"{name} buildings", made[name]["buildings"], want["buildings"])
        found.cell(f"{name} people", row["people"], want["people"])
        found.cell(f"{name} community", made[name]["community"], want["community"])
    return found


def _buildings(of: District) -> Judged:
    found, file, sheet = Judged(), "住建局_房屋台账.xls", "楼栋台账"
    true = {row["name"]: row for row in of.clean("residences")}
    rows, places = of.table("residences")
    found.cell("names filled down", sorted(row["name"] for row in rows), sorted(true))
    compounds = of.outlines["compounds"].geometry
    for row, place in zip(rows, places, strict=True):
        want = true.get(row["name"])
        if want is None or not of.whole(file, sheet, row["source_row"]):
            continue
        name = want["name"]
        for column in ("storeys", "units", "dwellings"):
            found.cell(f"{name} {column}", row[column], want[column])
        found.cell(f"{name} floor area", row["floor_area_m2"], want["floor_area_m2"], 0.05)
        found.cell(f"{name} year", row["year"], want["year"])
        found.cell(f"{name} lift", row["lift"], LIFT[want["lift_zh"]])
        if want["state_zh"] == "建成":
            found.cell(f"{name} occupied", row["occupied"], want["occupied"], 0.5)
        found.cell(f"{name} built", row["state"] in ("", "built"), want["state_zh"] == "建成")
        found.says(f"{name} lies in its compound", compounds[want["compound"]].buffer(1).contains(place))
    return found


def _rooms(of: District) -> Judged:
    found, file, sheet = Judged(), "住建局_房屋台账.xls", "闲置用房"
    true = {row["id"]: row for row in of.clean("spaces")}
    rows, places = of.table("spaces", "住建局")
    found.cell("rooms without the totals", sorted(row["id"] for row in rows), sorted(true))
    compounds = of.outlines["compounds"].geometry
    book = pd.read_excel(of.data / "offices" / file, sheet_name=sheet, header=None, dtype=str, engine="calamine")
    written = book.set_index(0)[7]
    for row, place in zip(rows, places, strict=True):
        want = {**true[row["id"]]}
        if "顶" in written[row["id"]]:
            want["storey"] = ""  # a roof: how many storeys the house has stands nowhere in the list
        if not of.whole(file, sheet, row["source_row"]):
            continue
        name = want["id"]
        for column, other, tolerance in (
            ("storey", "storey", 0),
            ("rent_per_m2_year", "rent_per_m2_year", 0.61),  # the list gives tenths of a month
            ("area_m2", "usable_area_m2", 0.05),
            ("floor_area_m2", "floor_area_m2", 0.05),
            ("outdoor_m2", "outdoor_area_m2", 0.05),
        ):
            found.cell(f"{name} {column}", row[column], want[other], tolerance)
        if float(want["clear_height_m"] or 0) > 0:
            found.cell(f"{name} height", row["clear_height_m"], want["clear_height_m"], 0.05)
        for column in ("channel", "community", "address", "available_from", "owner"):
            found.cell(f"{name} {column}", row[column], want[column])
        found.cell(f"{name} lift", row["lift"], LIFT.get(want["lift_zh"], want["lift_zh"]))
        found.cell(f"{name} light", row["light"], LIGHT.get(want["light_zh"], want["light_zh"]))
        if want["compound"]:
            found.says(f"{name} lies in its compound", compounds[want["compound"]].buffer(30).contains(place))
    return found


def _parcels(of: District) -> Judged:
    found, result = Judged(), of.alone(("小区用地.shp",))
    rows, shapes = of.table("compounds", result=result)
    true = of.outlines["compounds"].geometry
    found.cell("parcels", sorted(row["id"] for row in rows), sorted(true.index))
    for row, shape in zip(rows, shapes, strict=True):
        if not of.whole("小区用地.shp", "", row["source_row"]):
            continue
        found.cell(f"{row['id']} metres off", true[row["id"]].hausdorff_distance(shape), 0, 0.5)
    found.says("the system and its evidence are told", of.told("小区用地.shp", "system"))
    return found


def _points(of: District, source: str, truth: str, metres: float, *, others_left_out: bool) -> Judged:
    """Facilities of a list: right rows taken, right service, right place, right figures."""
    found = Judged()
    true = {row["id"]: row for row in of.clean("facilities")}
    of_row = {row["row"]: row["facility"] for row in of.clean(truth, "truth")}
    listed = next(one.listed for one in of.result.lists if one.listed and one.listed.file.startswith(source))
    made = {row["source_row"]: (row, place) for row, place in zip(*of.table("facilities", source), strict=True)}
    for number, own in of_row.items():
        row, place = made.get(number, ({}, None))
        if not of.whole(listed.file, "", number):
            continue
        if not own:
            if others_left_out:
                found.says(f"row {number} is no service and left out ({row.get('place')})", not row)
            continue
        want = true[own]
        found.cell(f"row {number} service", row.get("service"), want["service"])
        off = place.distance(shapely.Point(float(want["x"]), float(want["y"]))) if place is not None else 1e9
        found.cell(f"row {number} metres off", off, 0, metres)
        if row.get("capacity"):
            found.cell(f"row {number} capacity", row["capacity"], want["capacity"])
        if row.get("area_m2") and truth != "map_export":
            found.cell(f"row {number} area", row["area_m2"], want["floor_area_m2"], 0.5)
        if row.get("opening_hours"):
            found.cell(f"row {number} hours", row["opening_hours"], want["opening_hours_zh"])
    return found


def _map_points(of: District) -> Judged:
    return _points(of, "地图POI导出", "map_export", 40.0, others_left_out=True)


def _health(of: District) -> Judged:
    return _points(of, "卫健委_医疗托育机构", "health_bureau", 1.0, others_left_out=False)


def _sport(of: District) -> Judged:
    found = _points(of, "体育局_健身和游憩场地", "local_grid", 0.5, others_left_out=False)
    fitted = next((one for one in of.result.outcome.findings if one.code == "grid-fitted"), None)
    found.says("residuals are shown", fitted is not None and fitted.values["residuals"])
    found.says("mean residual below 0.1 m", fitted is not None and float(fitted.values["rms"]) < 0.1)
    return found


def _drawing(of: District) -> Judged:
    """The drawing alone with its control points: its outlines are those of the buildings and compounds, to 0.2 m."""
    file = "两个小区_现状图.dxf"
    found, result = Judged(), of.alone((file, "控制点.csv"))
    true = of.outlines["residences"]
    rows, places = of.table("residences", result=result)
    want = true[true["compound"].isin(_drawn(of, result))]
    found.cell("buildings", len(rows), len(want))
    for row, place in zip(rows, places, strict=True):
        inside = want[want.geometry.buffer(0.2).contains(place)]
        found.cell(f"row {row['source_row']} buildings there", len(inside), 1)
        if len(inside):
            found.cell(f"row {row['source_row']} storeys", row["storeys"], inside["storeys"].iloc[0])
    compounds, shapes = of.table("compounds", result=result)
    outline = of.outlines["compounds"].set_index("name").geometry
    for row, shape in zip(compounds, shapes, strict=True):
        off = outline[row["name"]].hausdorff_distance(shape) if row["name"] in outline.index else 1e9
        found.cell(f"{row['name']} metres off", off, 0, 0.2)
    found.says(
        "the unit is asked for", any(one.code == "unit-none" and one.kind == "question" for one in result.questions)
    )
    return found


def _drawn(of: District, result: Any) -> set[str]:
    names = {row["name"] for row in of.table("compounds", result=result)[0]}
    return {str(own) for own, row in of.outlines["compounds"].iterrows() if row["name"] in names}


def _second_list(of: District) -> Judged:
    """The other office's rooms: all kept apart, each at the compound of the room that it is, figures as they stand.

    The areas are usable or gross as that office has them, so they are held against its own sheet.
    """
    found, file = Judged(), "国资_可盘活资产.xlsx"
    true = {row["id"]: row for row in of.clean("spaces")}
    made = {row["id"]: (row, place) for row, place in zip(*of.table("spaces", "国资"), strict=True)}
    pairs = of.clean("linkage_pairs", "truth")
    listed = {str(row["id"]): row for row in _rows_of(of, file, "资产")}
    found.cell("rows read", len(listed), 147)
    book = pd.read_excel(of.data / "offices" / file, header=None)
    written = book[book[0].astype(str).str.startswith("GZ")].set_index(0)[3]
    for pair in pairs:
        row, want = listed[pair["second_list"]], true[pair["space"]]
        if not of.whole(file, "资产", row["row"]):
            continue
        found.cell(f"{pair['second_list']} area", row["area_m2"], written[pair["second_list"]])
        if row["storey"] == row["storey"] and want["kind"] != "roof":
            found.cell(f"{pair['second_list']} storey", row["storey"], want["storey"])
        if pair["second_list"] in made and want["compound"]:
            place = made[pair["second_list"]][1]
            inside = of.outlines["compounds"].geometry[want["compound"]].buffer(150).contains(place)
            found.says(f"{pair['second_list']} lies at its compound", inside)
    lost = sum(own not in made for own in listed)
    refused = of.result.outcome.rejected
    found.cell("not placed and told", lost, int((refused["file"] == file).sum()))
    return found


def _site_answers(of: District) -> Judged:
    return _answers(of, "问卷导出_社区服务需求.xlsx", "voice_site_rows", _site_row)


def _interviews(of: District) -> Judged:
    file = "入户访谈_KoBo导出.xlsx"
    found = _answers(of, file, "voice_kobo_rows", _kobo_row)
    frame = next(one.frame for one in of.result.outcome.answers if one.file == file)
    members = _members(of.data / "offices" / file)
    for row in frame.to_dict("records"):
        ages = [str(age) for age in members.get(row["_index"], ())]
        found.cell(f"row {row['row']} members", row["member_age"], ";".join(ages))
        if row["_geolocation"]:
            lat, lon = row["_geolocation"].split()[:2]
            found.cell(f"row {row['row']} lon", row["lon"], lon, 1e-9)
            found.cell(f"row {row['row']} lat", row["lat"], lat, 1e-9)
    return found


def _members(path: Path) -> dict[str, list[int]]:
    """Ages of the sheet of members by the number of their answer, read by another reader."""
    frame = pd.read_excel(path, sheet_name="成员")
    return {
        str(int(own)): [int(age) for age in part["member_age"]]
        for own, part in frame.groupby("_parent_index", sort=False)
    }


def _answers(of: District, file: str, truth: str, read: Callable[[Mapping[str, str]], Mapping[str, str]]) -> Judged:
    """Answers against the clean ones, and weights against the people of the communities by age."""
    found = Judged()
    true = {row["答卷编号"]: row for row in of.clean("voice")}
    answer = {row["row"]: row["answer"] for row in of.clean(truth, "truth")}
    frame = next(one.frame for one in of.result.outcome.answers if one.file == file)
    found.cell(f"{file} answers", len(frame), len(answer))
    weight: dict[str, float] = {}
    for row in frame.astype(str).to_dict("records"):
        want, got = true[answer[row["row"]]], read(row)
        found.cell(f"row {row['row']} community", row["community"], want["社区代码"])
        found.cell(f"row {row['row']} needs", got["needs"], want["最需要服务"])
        for name in NEEDS:
            found.cell(f"row {row['row']} {name}", got[name], want[f"满意_{name}"])
        if "seconds" in got:
            found.cell(f"row {row['row']} seconds", got["seconds"], want["用时秒"])
        weight[want["年龄段"]] = weight.get(want["年龄段"], 0.0) + float(row["weight"] or 0)
    people: dict[str, float] = {}
    for row in of.clean("residences"):
        for age, columns in (("35-59岁", ("p_35_59",)), ("60-69岁", ("p_60_69",)), ("70-79岁", ("p_70_79",))):
            people[age] = people.get(age, 0.0) + sum(float(row[one]) for one in columns)
    for age, count in people.items():
        found.says(
            f"{file}: weights of {age} are its people ({weight.get(age, 0):.0f}, {count:.0f})",
            abs(weight.get(age, 0) - count) <= 0.02 * count,
        )
    return found


def _site_row(row: Mapping[str, str]) -> Mapping[str, str]:
    needs = next(value for name, value in row.items() if name.startswith("7、"))
    told = {name: next(value for head, value in row.items() if head.endswith(f"—{name}")) for name in NEEDS}
    return {
        "needs": ";".join(NEEDS.get(one, one) for one in needs.split(";")),
        "seconds": row["所用时间"],
        **{name: SATISFIED.get(value, value) for name, value in told.items()},
    }


def _kobo_row(row: Mapping[str, str]) -> Mapping[str, str]:
    return {"needs": row["need"], **{name: row[f"sat_{code}"] for name, code in NEEDS.items()}}


CHECKS: Mapping[int, Callable[[District], Judged]] = {
    1: _communities,
    9: _compounds,
    18: _buildings,
    27: _rooms,
    30: _parcels,
    36: _map_points,
    40: _health,
    41: _drawing,
    44: _second_list,
    46: _sport,
    52: _site_answers,
    53: _interviews,
}
"""Number of the layout in faults.json -> what judges it."""
