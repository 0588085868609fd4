"""The two steps of an import: a proposal that a person reads, and the import itself once it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorstep.city.importing.beside import left_beside_offices
from doorstep.city.importing.findings import Finding
from doorstep.city.importing.journal import mended
from doorstep.city.importing.mapping import read_mapping
from doorstep.city.importing.reading import ReadList, read_files
from doorstep.city.importing.run import Outcome, import_lists
from doorstep.city.importing.store import PROPOSED, City, city_of, keep, proposal_page, propose
from doorstep.city.problems import CODES
from doorstep.city.tables import SUFFIXES, files_named
from doorstep.errors import DoorstepError, InputError, Problem

__all__ = ["Result", "import_files"]


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What ``doorstep import`` did.

    Parameters
    ----------
    lists
        The lists that were found.
    outcome
        What the import makes, or would make, of the city.
    proposal
        Page to be read and confirmed, None if the import was done.
    record
        Folder of the record, None if only a proposal was made.
    questions
        What only a person can say; one about coordinates stops an import.
    """

    lists: tuple[ReadList, ...]
    outcome: Outcome
    proposal: Path | None
    record: Path | None
    questions: tuple[Finding, ...]


def import_files(
    paths: Sequence[Path], folder: Path, language: str, *, confirm: bool = False, coordinates: str = ""
) -> Result:
    """Read files of offices into a city folder.

    Lists that were confirmed before are imported at once. If one is new, or its columns have changed, a proposal is
    written to ``imports/proposed.toml`` and nothing else is changed; with ``confirm`` the proposal, as a person left
    it, counts as confirmed.

    Parameters
    ----------
    paths
        Files: xlsx, xls, csv, shp, gpkg, geojson, kml, dxf, OpenStreetMap; or folders of such files.
    folder
        The city folder; made if it is not there.
    language
        Of the texts: ``en`` or ``zh``.
    confirm
        Whether the proposal is confirmed.
    coordinates
        System of the lists of which it is not known: ``WGS84``, ``GCJ-02``, ``EPSG:4549`` ...

    Raises
    ------
    DoorstepError
        ``city-unreadable``, ``import-none`` (no list in any file), ``import-open`` (the system of coordinates is not
        known), ``import-open-said`` (the one that is given cannot be), ``mapping-broken``, ``output-failed``. The city
        is as it was.
    InputError
        Why no file can be read, where none can.
    """
    paths = _files(paths)
    if folder.is_dir():
        mended(folder)
    city = city_of(folder, language)
    entries = [*city.entries]
    if confirm:
        known = {one.source for one in read_mapping(folder / PROPOSED)}
        entries = [*read_mapping(folder / PROPOSED), *(one for one in entries if one.source not in known)]
    imported = read_files(paths, entries, british=city.is_british)
    if not imported.lists and not imported.answers and imported.streets is None and imported.grid is None:
        unread = [one for one in imported.findings if one.code in CODES]
        if unread:
            raise InputError(Problem(one.file, one.code, values={"rows": one.values["reason"]}) for one in unread)
        raise DoorstepError("import-none", files=", ".join(path.name for path in paths))
    has_homes = folder.is_dir() and bool(files_named(folder, "residences", SUFFIXES))
    left_beside_offices(imported, city.bases, has_homes=has_homes)
    propose(imported, coordinates)
    outcome = import_lists(imported, folder, city.crs, language, imported.grid or city.grid, city.bases, coordinates)
    mapping = [one.entry for one in imported.lists]
    questions = tuple(one for one in outcome.findings if one.kind == "question")
    if confirm or all(one.confirmed for one in imported.lists):
        unknown = [one for one in questions if one.code == "system"]
        if unknown:
            files = ", ".join(dict.fromkeys(one.file for one in unknown))
            if coordinates:
                raise DoorstepError("import-open-said", files=files, system=coordinates)
            raise DoorstepError("import-open", files=files)
        record = keep(city, imported, outcome, mapping, language)
        return Result(tuple(imported.lists), outcome, None, record, questions)
    page = proposal_page(mapping, outcome, imported, language)
    return Result(tuple(imported.lists), outcome, _write(city, page), None, questions)


_BESIDE = (".cpg", ".dbf", ".shx", ".prj", ".sbn", ".sbx", ".qix", ".shp.xml", ".qmd")
"""Files that belong to a shapefile and are read with it."""


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files that are given or lie in a folder that is given, without those that belong to a shapefile."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (one for one in sorted(path.iterdir()) if one.is_file())
            found += [one for one in inside if not one.name.startswith((".", "~$"))]
        elif path.is_file():
            found.append(path)
        else:
            raise DoorstepError("file-missing", path=str(path))
    shapefiles = {(one.parent, one.stem.casefold()) for one in found if one.suffix.casefold() == ".shp"}
    return [
        one
        for one in dict.fromkeys(found)
        if not any(
            one.name.casefold().endswith(end) and (one.parent, one.name.casefold().removesuffix(end)) in shapefiles
            for end in _BESIDE
        )
    ]


def _write(city: City, page: str) -> Path:
    path = city.folder / PROPOSED
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(page, encoding="utf-8")
        fresh.replace(path)
    except OSError as fault:
        raise DoorstepError("output-failed", path=str(path), reason=fault) from fault
    return path
