"""What a room costs, for the whole of it or per m², by month or year: as money per m², rents of a year."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.city.importing.convert import Reader
from doorstep.city.importing.headings import Heading, is_rate
from doorstep.city.importing.quantity import tidy

__all__ = ["capitals", "rents"]

Floats = npt.NDArray[np.float64]
_AREA = re.compile(r"㎡|m2|m²|平方|平米|/平")
_MOST_PER_M2 = 20_000.0
"""A cost without a unit whose middle is above this is that of the whole room: works cost some thousands per m². Our
judgement."""


def rents(frame: pd.DataFrame, heading: Heading | None, reader: Reader) -> None:
    """Turn rents into currency per m² and year by the unit of the header, else by its words (月租金)."""
    if heading is None or "rent" not in frame:
        return
    unit, words = tidy(heading.unit or "").casefold(), tidy(heading.text).casefold()
    period = next((said for said in (unit, words) if re.search(r"[年月日天]|month|day|year", said)), "")
    factor = _money(unit or words)
    if re.search(r"月|month", period):
        factor *= 12
    elif re.search(r"日|天|day", period):
        factor *= 365
    values = frame.pop("rent").to_numpy(dtype=np.float64) * factor
    per_area = bool(_AREA.search(unit or words))
    _tell(heading, reader, factor)
    if is_rate(heading.unit) and not per_area:
        each = _each(values, frame)
        if each is None:
            return
        values = each
        reader.layout(heading.text, "rent-whole")
    frame["rent_per_m2_year"] = np.round(values, 2)


def capitals(frame: pd.DataFrame, headings: Mapping[str, Heading], reader: Reader) -> None:
    """Turn what the works of a room cost into currency per m²: 改造投资(万元) is that of the whole room."""
    for name in ("capital_cost_per_m2", "capital"):
        if name not in frame or name not in headings:
            continue
        heading = headings[name]
        unit = tidy(heading.unit or "").casefold()
        factor = _money(unit)
        values = frame.pop(name).to_numpy(dtype=np.float64) * factor
        _tell(heading, reader, factor)
        middle = float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0
        if name == "capital" and (not _AREA.search(unit) if unit else middle > _MOST_PER_M2):
            each = _each(values, frame)
            if each is None:
                continue
            values = each
            reader.layout(heading.text, "capital-whole")
        if "capital_cost_per_m2" not in frame:
            frame["capital_cost_per_m2"] = np.round(values, 2)


def _money(said: str) -> float:
    return 10_000.0 if "万" in said else 1.0


def _tell(heading: Heading, reader: Reader, factor: float) -> None:
    if factor != 1.0:
        reader.layout(heading.text, "unit", unit=heading.unit or heading.text, factor=f"{factor:g}")


def _each(values: Floats, frame: pd.DataFrame) -> Floats | None:
    """Money for whole rooms by their area; None if the list has no areas."""
    area = frame["area_m2"] if "area_m2" in frame else frame.get("floor_area_m2")
    return None if area is None else np.asarray(values / np.where(area > 0, area, np.nan), dtype=np.float64)
