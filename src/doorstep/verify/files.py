"""The files for people in a plan folder: there, whole, and saying what the plan says."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from doorstep.city import City
from doorstep.plan_file import PlanFile
from doorstep.standards import Profile
from doorstep.verify.layers import check_layers
from doorstep.verify.sheets import check_sheets
from doorstep.verify.tables import check_table, wanted_assessment, wanted_coverage, wanted_hubs
from doorstep.verify.verdict import Violation, found
from doorstep.verify.workbook import check_workbook

__all__ = ["check_files"]

# File -> how it begins, whatever is in it.
BEGINS = {
    "hubs.csv": b"\xef\xbb\xbf",
    "coverage.csv": b"\xef\xbb\xbf",
    "assessment.csv": b"\xef\xbb\xbf",
    "bands.csv": b"\xef\xbb\xbf",
    "plan.gpkg": b"SQLite format 3\x00",
    "plan.xlsx": b"PK\x03\x04",
    "report.html": b"<!",
}
LATER = "served_later.parquet"


def check_files(folder: Path, city: City, profile: Profile, plan: PlanFile, need: pd.DataFrame) -> Iterator[Violation]:
    """Yield which file of a plan folder is missing, damaged, or says another thing than plan and ledger.

    Parameters
    ----------
    folder
        The plan folder.
    city, profile, plan, need
        As for :func:`doorstep.verify.check_by_profile`.

    Notes
    -----
    The tables, the layers and the workbook are compared figure by figure, of the page the hubs on its map, of the
    sheets their rows of figures; what is not compared is said in docs/explain/certificate.md.
    """
    coverage = wanted_coverage(city, need)
    if (folder / LATER).exists() != profile.convertible:
        code = "file-missing" if profile.convertible else "later-not-asked"
        yield found(code, LATER, int((folder / LATER).exists()), int(profile.convertible), "files")
    for name, begin in BEGINS.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size <= len(begin):
            yield found("file-missing", name, 0, 1, "files")
        elif not _whole(path, begin):
            yield found("file-differs", name, "damaged", "whole")
        elif name == "hubs.csv":
            yield from check_table(path, wanted_hubs(plan), ("space", "service"))
        elif name == "coverage.csv":
            yield from check_table(path, coverage, ("community", "service"))
        elif name == "assessment.csv":
            yield from check_table(path, wanted_assessment(city, profile, need), ("community", "service"))
        elif name == "plan.gpkg":
            yield from check_layers(path, city, plan, need)
        elif name == "plan.xlsx":
            yield from check_workbook(path, plan, coverage, folder / "coverage.csv")
        elif name == "report.html":
            yield from _page(path, plan)
    yield from check_sheets(folder, city, profile, plan, coverage)


def _whole(path: Path, begin: bytes) -> bool:
    data = path.read_bytes()
    if path.suffix == ".html" and b"</html>" not in data[-200:]:
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
