"""A plan folder for people: every file but the machine's own, each from the same results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from doorstep.city import City
from doorstep.report.background import background_of_city
from doorstep.report.bands import bands_table
from doorstep.report.geopackage import write_plan_geopackage, write_residences_geopackage
from doorstep.report.page import write_report
from doorstep.report.results import Results
from doorstep.report.sheets import write_sheets
from doorstep.report.tables import assessment_table, coverage_table, hubs_table, write_csv
from doorstep.report.workbook import write_workbook
from doorstep.standards.profile import Profile

__all__ = ["Progress", "write_diagnosis", "write_plan_folder"]

Progress = Callable[[str], None]
"""Called with the name of the file just begun."""


def write_plan_folder(results: Results, folder: Path, language: str, *, progress: Progress | None = None) -> None:
    """Write what people open beside ``plan.json`` and the ledger: tables, layers, workbook, page and sheets.

    Parameters
    ----------
    results
        The plan.
    folder
        An existing folder; files of these names are replaced.
    language
        ``en`` or ``zh``: of everything a person reads.
    progress
        Told before each file.
    """
    background = background_of_city(results.city, results.plan.attribution)
    steps: dict[str, Callable[[Path], None]] = {
        "hubs.csv": lambda path: write_csv(hubs_table(results, language), path),
        "coverage.csv": lambda path: write_csv(coverage_table(results, language), path),
        "assessment.csv": lambda path: write_csv(assessment_table(results.assessment, results.profile, language), path),
        "bands.csv": lambda path: write_csv(bands_table(results.bands, results.profile, language), path),
        "plan.gpkg": lambda path: write_plan_geopackage(results, background, path, language),
        "plan.xlsx": lambda path: write_workbook(results, path, language),
        "report.html": lambda path: write_report(results, background, path, language),
        "sheets": lambda path: write_sheets(results, background, path, language),
    }
    for name, write in steps.items():
        if progress is not None:
            progress(name)
        write(folder / name)


def write_diagnosis(
    city: City,
    profile: Profile,
    assessment: pd.DataFrame,
    bands: pd.DataFrame,
    need: pd.DataFrame,
    folder: Path,
    language: str,
) -> None:
    """Write what is known before any plan: ``assessment.csv``, ``bands.csv`` and ``residences.gpkg``.

    Parameters
    ----------
    city, profile
        What was looked at and by which standard.
    assessment, bands, need
        As in :class:`Results`; of ``need`` only the columns of today are used.
    folder
        An existing folder.
    language
        ``en`` or ``zh``.
    """
    write_csv(assessment_table(assessment, profile, language), folder / "assessment.csv")
    write_csv(bands_table(bands, profile, language), folder / "bands.csv")
    write_residences_geopackage(city, need, folder / "residences.gpkg", language)
