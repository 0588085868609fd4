"""The files for people in a plan folder: there, whole, and saying what the plan says."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from doorstep.city import City
from doorstep.plan_file import PlanFile
from doorstep.verify.money import MINOR_UNITS
from doorstep.verify.verdict import Violation, found

__all__ = ["check_files"]

# File -> how it begins, whatever is in it.
BEGINS = {
    "hubs.csv": b"\xef\xbb\xbf",
    "coverage.csv": b"\xef\xbb\xbf",
    "assessment.csv": b"\xef\xbb\xbf",
    "plan.gpkg": b"SQLite format 3\x00",
    "plan.xlsx": b"PK\x03\x04",
    "report.html": b"<!",
}
SUMS = {
    "in_need": "in_need",
    "homebound": "homebound",
    "reached_before": "reached_facility",
    "reached_after": "reached_any",
    "served_before": "served_now",
    "served_after": "served_plan",
    "users_before": "users_now",
    "users_after": "users_plan",
}
LAST_DIGIT = 1.5e-6  # figures stand with six decimals


def check_files(folder: Path, city: City, plan: PlanFile, need: pd.DataFrame) -> Iterator[Violation]:
    """Yield which file of a plan folder is missing, damaged, or says another thing than plan and ledger.

    Parameters
    ----------
    folder
        The plan folder.
    city, plan, need
        As for :func:`doorstep.verify.check_plan`.

    Notes
    -----
    ``hubs.csv`` and ``coverage.csv`` are compared figure by figure, of the page the hubs on its map. The workbook, the
    layers, the assessment and the sheets are only looked at for being there and whole.
    """
    for name, begin in BEGINS.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size <= len(begin):
            yield found("file-missing", name, 0, 1, "files")
        elif not _whole(path, begin):
            yield found("file-differs", name, "damaged", "whole")
        elif name == "hubs.csv":
            yield from _compared(name, path, _hubs(plan), ("space", "service"))
        elif name == "coverage.csv":
            yield from _compared(name, path, _coverage(city, need), ("community", "service"))
        elif name == "report.html":
            yield from _page(path, plan)
    sheets = [path for path in sorted((folder / "sheets").glob("*.pdf")) if path.stat().st_size > 0]
    for prefix, wanted in (("hub", len(plan.hubs)), ("community", len(city.communities))):
        there = [path for path in sheets if path.name.startswith(f"{prefix}-")]
        if len(there) != wanted:
            yield found("file-missing", f"sheets/{prefix}-*.pdf", len(there), wanted, "files")
        for path in there:
            if not _whole(path, b"%PDF-"):
                yield found("file-differs", f"sheets/{path.name}", "damaged", "whole")


def _whole(path: Path, begin: bytes) -> bool:
    data = path.read_bytes()
    if path.suffix == ".html" and b"</html>" not in data[-200:]:
        return False
    if path.suffix == ".pdf" and b"%%EOF" not in data[-200:]:
        return False
    if path.suffix == ".gpkg" and data.startswith(begin):
        try:
            with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as layers:
                return bool(layers.execute("PRAGMA quick_check").fetchone() == ("ok",))
        except sqlite3.Error:
            return False
    if path.suffix == ".xlsx":
        try:
            with zipfile.ZipFile(path) as book:
                return book.testzip() is None
        except (zipfile.BadZipFile, OSError, EOFError, ValueError):
            return False
    return data.startswith(begin)


def _compared(
    name: str, path: Path, wanted: Mapping[tuple[str, str], Mapping[str, object]], key: tuple[str, str]
) -> Iterator[Violation]:
    """Compare a table with the rows it should have; columns for people (names) are not read."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError):
        yield found("file-differs", name, "damaged", "whole")
        return
    columns = {column for row in wanted.values() for column in (*key, *row)}
    if not columns <= set(table.columns):
        yield found("file-differs", f"{name}/columns", None, " ".join(sorted(columns - set(table.columns))))
        return
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in table.to_dict("records") if wanted or len(table) else ():
        rows.setdefault((str(row.get(key[0])), str(row.get(key[1]))), []).append({str(k): v for k, v in row.items()})
    for one in sorted({*rows, *wanted}):
        if len(rows.get(one, ())) != (one in wanted):
            yield found("file-differs", f"{name}:{one[0]}/{one[1]}", len(rows.get(one, ())), int(one in wanted), "rows")
            continue
        for column, value in wanted[one].items():
            written = rows[one][0][column]
            if not _same(written, value):
                yield found("file-differs", f"{name}:{one[0]}/{one[1]}/{column}", written, value)


def _page(path: Path, plan: PlanFile) -> Iterator[Violation]:
    """Hubs on the map of the page: which, with what services, for how many people."""
    begin = '<script type="application/json" id="data">'
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        hubs = json.loads(text.split(begin, 1)[1].split("</script>", 1)[0])["hubs"]
        reported = [[hub["id"], hub["people"], *hub["services"]] for hub in hubs]
    except (IndexError, KeyError, TypeError, ValueError):
        yield found("file-differs", path.name, "damaged", "whole")
        return
    wanted = [[hub.space, round(hub.people, 1), *(one.service for one in hub.services)] for hub in plan.hubs]
    if len(reported) != len(wanted):
        yield found("file-differs", f"{path.name}/hubs", len(reported), len(wanted), "hubs")
    for said, derived in zip(reported, wanted, strict=False):
        if said != derived:
            yield found(
                "file-differs", f"{path.name}:{derived[0]}", *(" ".join(map(str, one)) for one in (said, derived))
            )


def _same(written: str, value: object) -> bool:
    if value is None or isinstance(value, str):
        return written == (value or "")
    try:
        if isinstance(value, Decimal):
            return Decimal(written) == value
        return abs(float(written) - float(str(value))) <= LAST_DIGIT + 1e-9 * abs(float(str(value)))
    except (ArithmeticError, ValueError):
        return False


def _hubs(plan: PlanFile) -> dict[tuple[str, str], Mapping[str, object]]:
    digits, cur = (2 if MINOR_UNITS.get(plan.currency, 100) == 100 else 0), plan.currency

    def major(money: int) -> Decimal:
        return Decimal(money).scaleb(-digits)

    rows: dict[tuple[str, str], Mapping[str, object]] = {}
    for hub in plan.hubs:
        year = next((one for one in hub.accounts if one.case == "mid"), None)
        of_hub: dict[str, object] = {
            "community": hub.community,
            "channel": hub.channel,
            "kind": hub.kind,
            "forced": "yes" if hub.forced else "no",
            "hub_floor_m2": hub.area_m2,
            "space_area_m2": hub.space_area_m2,
            "area_basis": hub.area_basis,
            "storey": hub.storey,
            "hub_people": hub.people,
            "hub_users": hub.users,
            f"hub_capital_{cur}": major(hub.capital_money),
            "available_from": hub.available_from,
            "opens": hub.opens,
            "lon": hub.lon,
            "lat": hub.lat,
        }
        if year is not None:
            for head in ("revenue", "running_cost", "subsidy", "result", "support"):
                of_hub[f"hub_{head}_{cur}_year"] = major(getattr(year, f"{head}_money"))
            of_hub["hub_jobs"] = round(year.jobs, 4)
        for one in hub.services:
            rows[hub.space, one.service] = of_hub | {
                "grade": one.grade,
                "floor_m2": one.area_m2,
                "capacity": one.capacity,
                "capacity_unit": one.capacity_unit,
                "people": one.people,
                "users": one.users,
                "units": one.units,
                f"capital_{cur}": major(one.capital_money),
            }
    return rows


def _coverage(city: City, need: pd.DataFrame) -> dict[tuple[str, str], Mapping[str, object]]:
    """Sum the ledger by community and service; ``*`` is the city, the empty community all homes outside."""
    community = dict(zip(city.residences["id"], city.residences["community"], strict=True))
    where = [community.get(residence, "") for residence in need["residence"]]
    rows: dict[tuple[str, str], Mapping[str, object]] = {}
    for places in (where, ["*"] * len(need)):
        table = need[list(SUMS.values())].groupby([pd.Series(places, index=need.index), need["service"]]).sum()
        for key, values in zip(table.index.tolist(), table.to_numpy(dtype="float64").tolist(), strict=True):
            sums = dict(zip(table.columns, values, strict=True))
            row: dict[str, object] = {name: sums[column] for name, column in SUMS.items()}
            for name in ("reached_before", "reached_after", "served_before", "served_after"):
                # The shares are worked out from the rounded figures: tiny needs make them coarse.
                in_need = round(sums["in_need"], 6)
                row[f"share_{name}"] = round(sums[SUMS[name]], 6) / in_need if in_need > 0 else None
            rows[str(key[0]), str(key[1])] = row
    return rows
