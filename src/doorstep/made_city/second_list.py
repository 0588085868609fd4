"""A second office's list of rooms: many of the same under other names and shorter addresses, and some of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from doorstep.made_city.books import Sheet, write_book
from doorstep.made_city.city import MadeCity
from doorstep.made_city.faults import Faults
from doorstep.made_city.kinds import KINDS
from doorstep.made_city.names import FIRST
from doorstep.made_city.office_books import storey_words
from doorstep.made_city.office_points import NOTE, write_csv

__all__ = ["write_second_list"]

BOOK, SHEET = "国资_可盘活资产.xlsx", "资产"
ONLY_HERE = ("仓库", "配电房", "活动室", "门卫室", "老食堂", "泵房")
OTHER_ENDINGS = (("家属院", "宿舍"), ("职工住宅区", "宿舍"), ("小区", ""), ("新村", "新邨"), ("花园", "小区"))


def write_second_list(city: MadeCity, offices: Path, truth: Path, faults: Faults, rng: np.random.Generator) -> None:
    """Write 55 % of the register's spaces as another office names them, and a ninth more that are new."""
    district = city.communities["district_name"].iloc[0]
    spaces = city.spaces[rng.random(len(city.spaces)) < 0.55]
    records: list[tuple[str, list[Any]]] = [(one["id"], _known(one, rng)) for one in spaces.to_dict("records")]
    records += [("", one) for one in _new(city, max(1, len(city.spaces) // 9), rng)]
    records = [records[one] for one in rng.permutation(len(records)).tolist()]
    head: list[list[Any]] = [[f"{district}国有及可盘活资产表(虚构)"], [None] * 7]
    head.append(["资产编号", "资产名称", "地址", "面积(平方米)", "层", "产权单位", "状态"])
    width = max(4, len(str(len(records) + 2)))
    number = [f"GZ{nth:0{width}d}" for nth in range(1, len(records) + 3)]
    rows = [*head, *([number[nth], *row] for nth, (_, row) in enumerate(records))]
    pairs = [[one, number[nth], nth + 4, NOTE] for nth, (one, _) in enumerate(records) if one]
    known = [nth for nth, (one, _) in enumerate(records) if one]
    for _, place in faults.chosen(len(known), ("twice", "twice again"), most=1):
        first = known[place]
        own = number[len(rows) - 3]
        rows.append([own, *records[first][1]])
        pairs.append([records[first][0], own, len(rows), NOTE])
        faults.plant(
            BOOK,
            len(rows),
            "",
            records[first][0],
            "the same room twice within this list, by another name",
            own,
            None,
            "one record, for review",
            SHEET,
        )
    counts = f"a second list of {len(known)} rooms of the register and {len(records) - len(known)} new ones"
    what = f"{counts}, no coordinates, names and addresses otherwise, areas within some per cent"
    faults.layout(BOOK, what, "linkage with score and review list; truth in truth/linkage_pairs.csv", SHEET)
    write_book(offices / BOOK, [Sheet(SHEET, rows, [(1, 1, 1, 7)])])
    write_csv(truth / "linkage_pairs.csv", [["space", "second_list", "row", "made_up"], *pairs])


def _known(one: Any, rng: np.random.Generator) -> list[Any]:
    exact = rng.random() < 0.3
    area = one["usable_area_m2"] if exact else _rounded(one["floor_area_m2"] * rng.uniform(0.94, 1.06))
    storey = None if rng.random() < 0.33 else storey_words(int(one["storey"]), one["kind"] == "roof", rng)
    use = one["present_use_zh"] if rng.random() < 0.75 else "空置"
    return [_name(one, rng), _address(one["address"], rng), area, storey, one["owner"], use]


def _rounded(area: float) -> float:
    return round(area) if area > 30 else round(area, 1)


def _name(one: Any, rng: np.random.Generator) -> str:
    called, name = one["kind_zh"].partition("(")[0], one["place"]
    if rng.random() < 0.7:
        name = name.replace(called, KINDS["spaces"][one["kind"]]["also"][0])
    if rng.random() < 0.15:
        for old, new in OTHER_ENDINGS:
            if old in name:
                name = name.replace(old, new, 1)
                break
    if rng.random() < 0.05:  # a slip of the pen
        place = int(rng.integers(0, len(name)))
        name = name[:place] + str(rng.choice(list(FIRST))) + name[place + 1 :]
    if rng.random() < 0.15:
        return f"原{name}"
    return f"{name}旧址" if rng.random() < 0.06 else name


def _address(address: str, rng: np.random.Generator) -> str:
    """Shorten as people do: district, sub-district and community are left out or not, now and then the number."""
    rest = address.removeprefix("澄川市")
    district, _, rest = rest.partition("区")
    subdistrict, _, rest = rest.partition("街道")
    community, _, street = rest.partition("社区")
    parts = [
        f"{district}区" if rng.random() < 0.25 else "",
        f"{subdistrict}{rng.choice(['街道', '街办'])}" if rng.random() < 0.45 else "",
        f"{community}{rng.choice(['社区', ''])}" if rng.random() < 0.5 else "",
    ]
    if rng.random() < 0.1:
        street = street.rstrip("0123456789号")
    return "".join(parts) + street


def _new(city: MadeCity, count: int, rng: np.random.Generator) -> list[list[Any]]:
    at = rng.integers(0, len(city.spaces), count)
    called = rng.choice(ONLY_HERE, count)
    compound = dict(zip(city.compounds["id"], city.compounds["name"], strict=True))
    rows = []
    for one, kind in zip(city.spaces.iloc[at].to_dict("records"), called.tolist(), strict=True):
        street = one["address"].partition("区")[2].rstrip("0123456789号")
        name = compound.get(one["compound"], one["place"].partition("片区")[0]) + kind
        rows.append(
            [
                name,
                f"{street}{int(rng.integers(481, 690))}号",
                int(rng.integers(60, 640)),
                "1",
                "区机关事务中心",
                "空置",
            ]
        )
    return rows
