"""The csv files of three offices, each in a system of its own: a map's export, health, sport; and control points."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.coordinates import bd09_from_wgs84, gcj02_from_wgs84
from doorstep.made_city.city import MadeCity
from doorstep.made_city.faults import Faults, full_width
from doorstep.made_city.ground import CENTRE_M
from doorstep.made_city.kinds import KINDS
from doorstep.made_city.names import Names

__all__ = ["OwnGrid", "own_grid", "write_csv", "write_health", "write_map_export", "write_sport"]

MAP, HEALTH, SPORT, CONTROL = "地图POI导出.csv", "卫健委_医疗托育机构.csv", "体育局_健身和游憩场地.csv", "控制点.csv"
NOTE = "虚构"
OTHERS = (
    ("超市", "购物服务;便民商店;便民商店"),
    ("手机维修", "生活服务;生活服务场所;生活服务场所"),
    ("小馆", "餐饮服务;中餐厅;中餐厅"),
    ("快捷宾馆", "住宿服务;宾馆酒店;宾馆酒店"),
    ("停车场", "交通设施服务;停车场;停车场"),
)
KINDS_ZH = {"infant_care": "托育服务机构", "health": "社区卫生服务机构", "sport": "体育健身", "play": "儿童游憩"}
TURN = "report and turn, or leave out"


class OwnGrid:
    """A city's own grid: east, north minus ``about``; turned anticlockwise; times ``scale``; plus ``to``."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.about = CENTRE_M
        self.turn = float(rng.uniform(0.004, 0.02) * rng.choice([-1, 1]))
        self.scale = float(1 + rng.uniform(-8e-5, 8e-5))
        self.to = (float(rng.uniform(38_000, 48_000)), float(rng.uniform(36_000, 46_000)))

    def local(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return east and north in the grid."""
        east, north = np.asarray(x, dtype=float) - self.about[0], np.asarray(y, dtype=float) - self.about[1]
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return (
            self.scale * (cos * east - sin * north) + self.to[0],
            self.scale * (sin * east + cos * north) + self.to[1],
        )


def own_grid(seed: int) -> OwnGrid:
    """Return the grid of the city of this seed."""
    return OwnGrid(np.random.default_rng([seed, 2, 9]))


def write_csv(path: Path, rows: list[list[Any]], encoding: str = "utf-8") -> None:
    """Write rows, the header first."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def write_map_export(city: MadeCity, offices: Path, truth: Path, faults: Faults, rng: np.random.Generator) -> None:
    """Write what a commercial map shows: most facilities, shops beside them, in GCJ-02, a few metres off."""
    shown = city.facilities[rng.random(len(city.facilities)) < 0.8]
    others = max(1, round(0.36 * len(shown)))
    near = city.compounds.iloc[np.sort(rng.integers(0, len(city.compounds), others))]
    lon = np.concatenate([shown["lon"], near["lon"] + rng.normal(0, 0.0008, others)])
    lat = np.concatenate([shown["lat"], near["lat"] + rng.normal(0, 0.0008, others)])
    lon, lat = gcj02_from_wgs84(lon + rng.normal(0, 4e-5, len(lon)), lat + rng.normal(0, 4e-5, len(lat)))
    kind = rng.integers(0, len(OTHERS), others)
    words = Names(city.seed).take("shop", np.arange(others))
    names = [*shown["place"], *(f"{word}{OTHERS[one][0]}" for word, one in zip(words, kind.tolist(), strict=True))]
    types = [KINDS["facilities"][one]["poi"] for one in shown["service"]] + [OTHERS[one][1] for one in kind.tolist()]
    addresses = [one.partition("区")[2] for one in shown["address"]] + [""] * others
    hours = np.where(rng.random(len(shown)) < 0.7, shown["opening_hours_zh"], "").tolist() + [""] * others
    record = [*shown["id"], *[""] * others]
    order = rng.permutation(len(names)).tolist()
    head = ["name", "type", "address", "location", "opentime", "pcode", "note"]
    code = city.communities["id"].iloc[0][:6]
    rows: list[list[Any]] = [
        head,
        *(
            [names[one], types[one], addresses[one], f"{lon[one]:.6f},{lat[one]:.6f}", hours[one], code, NOTE]
            for one in order
        ),
    ]
    of_row = [record[one] for one in order]
    faults.layout(
        MAP,
        "GB18030; coordinates are GCJ-02 and the file does not say so; about a quarter of the rows are no service; "
        "positions off by some metres",
        "coded and converted; other places left out",
    )
    ours = [place for place, one in enumerate(of_row) if one]
    again = None
    for kind_of, nth in faults.chosen(len(ours), ("zero", "closed", "swapped", "far", "twice"), most=1):
        place = ours[nth]
        row, true = rows[place + 1], rows[place + 1][3]
        if kind_of == "twice":
            again = place
            continue
        given, column, what, expect = _map_fault(kind_of, row)
        was = row[0] if column == "name" else true
        row[0 if column == "name" else 3] = given
        faults.plant(MAP, place + 2, column, of_row[place], what, given, was, expect)
    if again is not None:
        rows.append(list(rows[again + 1]))
        of_row.append(of_row[again])
        faults.plant(MAP, len(rows), "", of_row[again], "row repeated", None, None, "report and count once")
    write_csv(offices / MAP, rows, "gb18030")
    write_csv(
        truth / "map_export.csv",
        [["row", "facility", "made_up"], *([place + 2, one, NOTE] for place, one in enumerate(of_row))],
    )


def _map_fault(kind: str, row: list[Any]) -> tuple[str, str, str, str]:
    lon, _, lat = row[3].partition(",")
    if kind == "zero":
        return "0,0", "location", "coordinates 0,0", "missing place"
    if kind == "closed":
        return f"{row[0]}(已停业)", "name", "closed place", "not counted as existing"
    if kind == "swapped":
        return f"{lat},{lon}", "location", "longitude and latitude swapped", TURN
    return f"{float(lon) + 1:.6f},{lat}", "location", "point far outside the district", "report and leave out"


def write_health(city: MadeCity, offices: Path, truth: Path, faults: Faults) -> None:
    """Write nurseries and health places in UTF-8 with its mark, coordinates in BD-09 under plain headers."""
    frame = city.facilities[city.facilities["service"].isin(["infant_care", "health"])]
    lon, lat = bd09_from_wgs84(frame["lon"], frame["lat"])
    rows: list[list[Any]] = [
        ["机构名称", "机构类别", "地址", "经度", "纬度", "建筑面积(平方米)", "托位数/日服务能力", "服务时间", "备注"]
    ]
    for nth, one in enumerate(frame.to_dict("records")):
        rows.append(
            [
                one["place"],
                KINDS_ZH[one["service"]],
                one["address"],
                f"{lon[nth]:.6f}",
                f"{lat[nth]:.6f}",
                one["floor_area_m2"],
                one["capacity"],
                one["opening_hours_zh"],
                NOTE,
            ]
        )
    faults.layout(HEALTH, "UTF-8 with BOM; BD-09 under plain headers", "converted")
    ids = frame["id"].tolist()
    for kind, nth in faults.chosen(len(frame), ("swapped", "unit", "wide"), most=1):
        row = rows[nth + 1]
        if kind == "swapped":
            true, row[3], row[4] = f"{row[3]},{row[4]}", row[4], row[3]
            faults.plant(
                HEALTH,
                nth + 2,
                "coordinates",
                ids[nth],
                "longitude and latitude swapped",
                f"{row[3]},{row[4]}",
                true,
                TURN,
            )
            continue
        true = row[5]
        row[5] = f"{true}㎡" if kind == "unit" else full_width(true)
        what = "area with unit or thousands mark" if kind == "unit" else "full-width digits"
        faults.plant(HEALTH, nth + 2, "area", ids[nth], what, row[5], true, "read as a number")
    write_csv(offices / HEALTH, rows, "utf-8-sig")
    write_csv(
        truth / "health_bureau.csv",
        [["row", "facility", "made_up"], *([nth + 2, one, NOTE] for nth, one in enumerate(ids))],
    )


def write_sport(city: MadeCity, offices: Path, truth: Path, faults: Faults, rng: np.random.Generator) -> None:
    """Write sports grounds and playgrounds in the city's own grid (X is north), and six points to fit it by."""
    grid = own_grid(city.seed)
    frame = city.facilities[city.facilities["service"].isin(["sport", "play"])]
    east, north = grid.local(frame["x"], frame["y"])
    rows: list[list[Any]] = [["场地名称", "类别", "X坐标", "Y坐标", "面积(㎡)", "开放时间", "备注"]]
    for nth, one in enumerate(frame.to_dict("records")):
        rows.append(
            [
                one["place"],
                KINDS_ZH[one["service"]],
                f"{north[nth]:.3f}",
                f"{east[nth]:.3f}",
                one["floor_area_m2"],
                one["opening_hours_zh"],
                NOTE,
            ]
        )
    faults.layout(
        SPORT,
        "the city's own grid, survey axes (X is north); GB18030",
        "Helmert fit by the control points, residuals shown",
    )
    write_csv(offices / SPORT, rows, "gb18030")
    ids = frame["id"].tolist()
    write_csv(
        truth / "local_grid.csv",
        [["row", "facility", "made_up"], *([nth + 2, one, NOTE] for nth, one in enumerate(ids))],
    )
    said = {
        "made_up": NOTE,
        "epsg": 4549,
        "about": grid.about,
        "turn_rad": grid.turn,
        "scale": grid.scale,
        "to": grid.to,
        "rule": "east, north minus about; turned anticlockwise; times scale; plus to",
    }
    (truth / "local_grid.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _write_control(city.communities, grid, offices, faults, rng)


def _write_control(
    communities: pd.DataFrame, grid: OwnGrid, offices: Path, faults: Faults, rng: np.random.Generator
) -> None:
    x, y = (np.concatenate(communities[name].to_list()) for name in ("ring_x", "ring_y"))
    wide, deep = np.ptp(x), np.ptp(y)
    share = np.array([[0.1, 0.12], [0.88, 0.1], [0.9, 0.87], [0.12, 0.9], [0.45, 0.55], [0.62, 0.35]])
    share += rng.uniform(-0.05, 0.05, share.shape)
    at_x, at_y = np.round(x.min() + share[:, 0] * wide, 3), np.round(y.min() + share[:, 1] * deep, 3)
    east, north = grid.local(at_x, at_y)
    rows: list[list[Any]] = [["点名", "X(北)_CGCS2000", "Y(东)_CGCS2000", "X(北)_本地", "Y(东)_本地", "备注"]]
    for nth, mark in enumerate("ⅠⅡⅢⅣⅤⅥ"):
        rows.append(
            [
                f"{mark}10{nth + 1}",
                f"{at_y[nth]:.3f}",
                f"{at_x[nth]:.3f}",
                f"{north[nth]:.3f}",
                f"{east[nth]:.3f}",
                NOTE,
            ]
        )
    if faults.planted:
        nth = int(rng.integers(0, 6))
        true = rows[nth + 1][4]
        off = round(float(rng.uniform(1.2, 2.6)), 2)
        rows[nth + 1][4] = f"{float(true) + off:.3f}"
        what = f"control point {rows[nth + 1][0]}: the own grid's east (Y) is {off} m wrong"
        faults.plant(
            CONTROL,
            nth + 2,
            "local Y",
            "",
            what,
            float(rows[nth + 1][4]),
            float(true),
            "shown by its residual in the fit",
        )
    write_csv(offices / CONTROL, rows, "utf-8-sig")
