"""What stands in a made city beside homes: facilities that exist and spaces that could be had."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.model import SERVICES
from doorstep.made_city.ground import SIDES, WALL_M
from doorstep.made_city.kinds import KINDS
from doorstep.made_city.names import Names

__all__ = ["facilities_of", "spaces_of"]

STREET_M = 3.5
"""From a wall to a place along the street before it; the sidewalk is ``WALL_M`` away."""
OPERATORS = ("公建民营", "公办公营", "民办普惠", "社区自营", "民办营利")
USES = ("空置", "低效使用", "临时出租", "堆放杂物")
CHANNELS_ZH = {"supplement": "补改", "convert": "转型", "transfer": "划转", "newbuild": "配建"}


def facilities_of(
    compounds: pd.DataFrame, buildings: pd.DataFrame, communities: pd.DataFrame, names: Names, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the facilities: of each service a number by people, in communities by lot, so that some have none."""
    people = buildings.groupby("at")["people"].sum().reindex(range(len(compounds)), fill_value=0).to_numpy(float)
    newcomers = np.where(compounds["type"].isin(["newtown", "village"]), 0.35, 1.0)
    luck = rng.lognormal(0, 0.9, len(communities))[compounds["block"]]
    weight = (people + 1) * newcomers * luck
    parts = []
    for service in SERVICES:
        told = KINDS["facilities"][service]
        count = max(1, round(people.sum() * told["rate"] / 1000))
        at = np.sort(rng.choice(len(compounds), count, p=weight / weight.sum()))
        part = pd.DataFrame({"service": service, "at": at})
        part["inside"] = (rng.random(count) < 0.2) & compounds["walled"].to_numpy()[at]
        part["base"] = np.array(told["names"], dtype=object)[rng.integers(0, len(told["names"]), count)]
        part["capacity"] = _between(told["capacity"], count, rng).round().astype(np.int64)
        part["floor_area_m2"] = _between(told["area_m2"], count, rng).round().astype(np.int64)
        part["price"] = _between(told["price"], count, rng).round(0) if told["price"][2] else 0.0
        part["capacity_unit"], part["price_unit"] = told["unit"], told["price_unit"]
        part["opening_hours_zh"] = np.array(told["hours"], dtype=object)[rng.integers(0, len(told["hours"]), count)]
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    frame["operator_zh"] = np.array(OPERATORS, dtype=object)[rng.integers(0, len(OPERATORS), len(frame))]
    frame["access"] = np.where(frame["inside"], "residents", "public")
    frame["storey"] = np.where(rng.random(len(frame)) < 0.82, 1, 2)
    frame["opened"] = rng.integers(2008, 2026, len(frame))
    frame["id"] = _numbered("F", len(frame))
    area = _short(_of_community(communities, compounds, frame, "name"))
    called = np.where(frame["inside"], _of(compounds, "name", frame), area)
    frame["place"] = _unique(pd.Series(called + frame["base"].to_numpy(object)), _branch)
    return _placed(frame, compounds, buildings, communities, names, rng).drop(columns=["base"])


def spaces_of(
    compounds: pd.DataFrame,
    buildings: pd.DataFrame,
    communities: pd.DataFrame,
    names: Names,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the spaces that offices would list, kind by kind, each in a compound of a type that has such rooms."""
    people = float(buildings["people"].sum())
    parts = []
    for kind, told in KINDS["spaces"].items():
        fits = np.flatnonzero(compounds["type"].isin(told["where"]))
        count = max(1, round(people * told["rate"] / 1000)) if len(fits) else 0
        parts.append(_of_kind(kind, told, np.sort(rng.choice(fits, count)) if count else fits[:0], rng))
    frame = pd.concat(parts, ignore_index=True)
    frame["present_use_zh"] = np.array(USES, dtype=object)[rng.choice(4, len(frame), p=[0.42, 0.2, 0.21, 0.17])]
    month = rng.integers(0, 12, len(frame)) + 12 * rng.choice(5, len(frame), p=[0.72, 0.12, 0.08, 0.05, 0.03])
    frame["available_from"] = [f"{2026 + one // 12}-{one % 12 + 1:02d}-01" for one in month.tolist()]
    frame["id"] = _numbered("K", len(frame))
    plot = frame["kind"] == "temp_plot"
    area = _short(_of_community(communities, compounds, frame, "name")) + "片区"
    of = np.where(plot, area, _of(compounds, "name", frame))
    called = frame["kind_zh"].str.partition("(")[0].to_numpy(object)
    house = frame["kind"].isin(["basement", "roof"]).to_numpy()
    number = (rng.integers(1, 9, len(frame))).astype(str).astype(object) + "号楼"
    frame["place"] = _unique(pd.Series(of + np.where(house, number, "") + called), _second)
    frame["photo"] = [f"照片/{one[1:]}_{kind}.jpg" for one, kind in zip(frame["id"], frame["kind"], strict=True)]
    return _placed(frame, compounds, buildings, communities, names, rng)


def _of_kind(kind: str, told: dict[str, Any], at: npt.NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
    count = len(at)
    part = pd.DataFrame({"kind": kind, "at": at})
    part["kind_zh"], part["channel"], part["channel_zh"] = told["zh"], told["channel"], CHANNELS_ZH[told["channel"]]
    part["inside"] = not told.get("outside", False)
    part["floor_area_m2"] = _between(told["area_m2"], count, rng).round(1)
    part["usable_area_m2"] = (part["floor_area_m2"] * rng.uniform(0.74, 0.88, count)).round(1)
    part["storey"] = rng.choice(told["storeys"], count)  # 0: the roof of the house, filled in with its storeys
    part["storeys"] = np.where(rng.random(count) < 0.85, 1, 2)
    part["clear_height_m"] = rng.uniform(told["height_m"][0], told["height_m"][1], count).round(1)
    above = part["storey"] > 1
    part["lift_zh"] = np.where(above | (part["storey"] < 0), np.where(rng.random(count) < 0.3, "有", "无"), "不需要")
    part["light_zh"], part["title_zh"], part["fire_class_zh"] = told["light"], told["title"], told["fire"]
    ground = rng.random(count) < told["outdoor"]
    part["outdoor_area_m2"] = np.where(ground, part["floor_area_m2"] * rng.uniform(0.2, 0.8, count), 0).round()
    part["owner"] = np.array(told["owners"], dtype=object)[rng.integers(0, len(told["owners"]), count)]
    part["capital_cost_per_m2"] = (rng.uniform(told["cost"][0], told["cost"][1], count) / 10).round() * 10
    part["rent_per_m2_year"] = rng.uniform(told["rent"][0], told["rent"][1], count).round()
    words, shares = zip(*told["limits"], strict=True)
    part["limits"] = np.array(words, dtype=object)[rng.choice(len(words), count, p=shares)]
    return part


def _between(ends: list[float], count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Log-normal with the middle as its median, kept between the ends."""
    low, middle, high = (max(one, 1e-9) for one in ends)
    spread = (np.log(high) - np.log(low)) / 4
    return np.asarray(np.clip(middle * np.exp(spread * rng.standard_normal(count)), low, high), dtype=float)


def _placed(
    frame: pd.DataFrame,
    compounds: pd.DataFrame,
    buildings: pd.DataFrame,
    communities: pd.DataFrame,
    names: Names,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Put each place beside a building of its compound, or along the street before the compound's wall."""
    at = frame["at"].to_numpy()
    first = np.searchsorted(buildings["at"].to_numpy(), at)
    count = np.bincount(buildings["at"], minlength=len(compounds))[at]
    house = first + (rng.random(len(at)) * count).astype(np.int64)
    side = rng.integers(0, len(SIDES), len(at))
    along = rng.uniform(0.08, 0.92, len(at))
    wall = {name: compounds[name].to_numpy()[at] for name in ("west", "south", "east", "north")}
    x = wall["west"] + along * (wall["east"] - wall["west"])
    y = wall["south"] + along * (wall["north"] - wall["south"])
    street_x = np.select([side == 2, side == 3], [wall["west"] - STREET_M, wall["east"] + STREET_M], x)
    street_y = np.select([side == 0, side == 1], [wall["south"] - STREET_M, wall["north"] + STREET_M], y)
    inside = frame["inside"].to_numpy()
    frame["x"] = np.where(inside, buildings["x"].to_numpy()[house] + rng.uniform(-5, 5, len(at)), street_x)
    frame["y"] = np.where(inside, buildings["path_y"].to_numpy()[house] - 1.5, street_y)
    if "storey" in frame:
        roof = buildings["storeys"].to_numpy()[house]
        frame["storey"] = np.where(frame["storey"] == 0, roof, frame["storey"])
    frame["compound"] = compounds["id"].to_numpy(object)[at]
    if "kind" in frame:
        frame["compound"] = frame["compound"].where(frame["kind"] != "temp_plot", "")
    frame["community"] = compounds["community"].to_numpy()[at]
    frame["address"] = _addresses(frame, compounds, communities, names, rng)
    assert STREET_M < WALL_M
    return frame


def _addresses(
    frame: pd.DataFrame, compounds: pd.DataFrame, communities: pd.DataFrame, names: Names, rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    """District, sub-district and community, a street of the compound, a number."""
    at = frame["at"].to_numpy()
    lane = rng.random(len(at)) < 0.5
    block = compounds["block"].to_numpy()[at]
    street = np.where(lane, names.take("lane", block), names.take("street", block))
    number = rng.integers(1, 480, len(at)).astype(str).astype(object) + "号"
    parts = [_of_community(communities, compounds, frame, one) for one in ("district_name", "subdistrict_name", "name")]
    return np.asarray("澄川市" + parts[0] + parts[1] + parts[2] + street + number, dtype=object)


def _of(compounds: pd.DataFrame, column: str, frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    return np.asarray(compounds[column].to_numpy(object)[frame["at"]], dtype=object)


def _of_community(
    communities: pd.DataFrame, compounds: pd.DataFrame, frame: pd.DataFrame, column: str
) -> npt.NDArray[np.object_]:
    return np.asarray(communities[column].to_numpy(object)[compounds["block"].to_numpy()[frame["at"]]], dtype=object)


def _short(names: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.array([one.removesuffix("社区") for one in names.tolist()], dtype=object)


def _branch(name: str, number: int) -> str:
    return f"{name}({'二三四五六七八九十'[number - 2] if number <= 10 else number}部)"


def _second(name: str, number: int) -> str:
    return f"{name}{number}号"


def _unique(names: pd.Series[Any], again: Any) -> list[str]:
    """Give the second of a name, and those after it, a number."""
    nth = names.groupby(names).cumcount() + 1
    pairs = zip(names.tolist(), nth.tolist(), strict=True)
    return [one if number == 1 else again(one, number) for one, number in pairs]


def _numbered(letter: str, count: int) -> list[str]:
    width = max(4, len(str(count)))
    return [f"{letter}{number:0{width}d}" for number in range(1, count + 1)]
