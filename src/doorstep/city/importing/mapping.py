"""What a person confirmed of each list: table, columns, units, coordinates. One page per city, kept for next time."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from doorstep.city.importing.answers import ROLES
from doorstep.city.importing.headings import Heading, fields
from doorstep.city.importing.headings import field as field_of
from doorstep.city.importing.which import TABLES
from doorstep.errors import DoorstepError

__all__ = ["NEW", "ListMapping", "alike_files", "applied", "entry_of", "mapping_text", "read_mapping", "source_name"]


@dataclass(frozen=True, slots=True)
class ListMapping:
    """One list.

    Parameters
    ----------
    source
        Name of the list, the same every year; rows of the city keep it.
    table
        Table of the city; "" leaves the list out.
    columns
        Header -> field and unit; "" leaves a column out.
    examples
        Header -> a cell of it.
    coordinates
        System, "" if the list has no coordinates or says its own.
    whole
        True if the list is everything there is: rows that are no longer in it are taken out of the city.
    communities
        Name of a community as the list writes it -> the community of the city that is meant, :data:`NEW`, or "" while
        nobody has said.
    nearest
        Name as the list writes it -> names of the city that are spelled nearly so; said beside it, not kept.
    """

    source: str
    table: str
    columns: dict[str, tuple[str, str]]
    examples: dict[str, str] = field(default_factory=dict)
    coordinates: str = ""
    whole: bool = True
    communities: dict[str, str] = field(default_factory=dict)
    nearest: dict[str, str] = field(default_factory=dict)


NEW = "new"
"""What a person writes of a community that the city does not have yet."""


def source_name(file: str, sheet: str, *, whole: bool = False) -> str:
    """Return the name of a list without what changes from year to year; with ``whole`` the file's name as it is.

    Examples
    --------
    >>> source_name("现状图R2010.dxf", "", whole=True)
    '现状图R2010.dxf'
    >>> source_name("2025年民政局_社区人口情况表(终稿) (1).xlsx", "人口"), source_name("pois_2024-03.csv", "")
    ('民政局_社区人口情况表/人口', 'pois')
    """
    stem = file.rpartition(".")[0] or file
    bare = (
        file
        if whole
        else re.sub(
            r"(?:19|20)\d\d[年\-_.]?(?:度|\d{1,2}[月\-_.]?)?(?:\d{1,2}日?)?|[(（](?:\d+|终稿|最终|定稿|副本|修改|copy)[)）]|(?:终稿|最终版?|定稿|副本|_?v\d+)$",
            "",
            stem,
        )
    )
    bare = re.sub(r"^[\s_\-—.]+|[\s_\-—.]+$", "", bare) or stem
    plain_sheet = re.sub(r"(?:19|20)\d\d年?", "", sheet).strip()
    return (
        bare if not plain_sheet or re.fullmatch(r"(?i)sheet\s*\d*|工作表\d*", plain_sheet) else f"{bare}/{plain_sheet}"
    )


def applied(headings: Sequence[Heading], entry: ListMapping) -> tuple[Heading, ...]:
    """Return headings with the fields and units that were confirmed for them."""
    made = []
    for one in headings:
        if one.text not in entry.columns:
            made.append(replace(one, field="", unit=""))
            continue
        name, unit = entry.columns[one.text]
        band = re.fullmatch(r"band:(\d+)-(\d+)", name)
        if band:
            made.append(replace(one, field="band", unit=unit, band=(int(band.group(1)), int(band.group(2)))))
        else:
            made.append(replace(one, field=name, unit=unit, band=None))
    return tuple(made)


def field_text(heading: Heading) -> str:
    """Return the field of a heading as the page writes it; ages with their bounds."""
    return f"band:{heading.band[0]}-{heading.band[1]}" if heading.band else heading.field


def alike_files(files: Sequence[str], entries: Sequence[ListMapping]) -> frozenset[str]:
    """Return the files of a batch that keep their whole name: without its year they would be called as another is.

    One that was confirmed under its whole name keeps it when it comes alone.

    Examples
    --------
    >>> sorted(alike_files(["现状图R2000.dxf", "现状图R2010.dxf", "2025年楼栋.csv"], []))
    ['现状图R2000.dxf', '现状图R2010.dxf']
    """
    bare = Counter(source_name(file, "") for file in dict.fromkeys(files))
    confirmed = {re.split("[/:#]", one.source)[0] for one in entries}
    return frozenset(file for file in files if bare[source_name(file, "")] > 1 or file in confirmed)


def entry_of(
    source: str, headers: Iterable[str], entries: Sequence[ListMapping], others: Collection[str] = ()
) -> ListMapping | None:
    """Return the confirmed entry of a list: that with its headers and its name, or one that is called nearly so.

    ``others``: names that are those of other lists read with it.
    """
    wanted = set(headers)
    same = [one for one in entries if set(one.columns) == wanted]
    named = next((one for one in same if one.source == source), None)
    if named is not None:
        return named
    close = [one for one in same if difflib.SequenceMatcher(None, one.source, source).ratio() >= 0.6]
    close = [one for one in close if one.source not in others]
    return close[0] if len(close) == 1 else None


def read_mapping(path: Path) -> list[ListMapping]:
    """Return the entries of a page; an absent page has none.

    Raises
    ------
    DoorstepError
        ``mapping-broken``, with the reason.
    """
    if not path.is_file():
        return []
    try:
        page = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return [_entry(row) for row in page.get("list", [])]
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        RecursionError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
    ) as fault:
        raise DoorstepError("mapping-broken", path=path.name, reason=str(fault)) from fault


def _entry(row: dict[str, object]) -> ListMapping:
    table = str(row["table"])
    if table and table not in TABLES:
        raise ValueError(f"table = {table!r}: {', '.join(TABLES)}")
    columns: dict[str, tuple[str, str]] = {}
    listed = row.get("column", [])
    if not isinstance(listed, list):
        raise TypeError("[[list.column]]")
    for one in listed:
        name = str(one["field"])
        if table == "survey":
            if name and name not in ROLES:
                raise ValueError(f"field = {name!r}: {', '.join(ROLES)}")
        elif name and not re.fullmatch(r"band:\d{1,3}-\d{1,3}", name) and name not in ("men", "women"):
            field_of(name)  # a name that is no field is a KeyError
        columns[str(one["header"])] = (name, str(one.get("unit", "")))
    named = row.get("community", [])
    if not isinstance(named, list):
        raise TypeError("[[list.community]]")
    communities = {str(one["name"]): str(one.get("means", "")).strip() for one in named}
    whole = row.get("whole", True) is not False
    return ListMapping(str(row["source"]), table, columns, {}, str(row.get("coordinates", "")), whole, communities)


def mapping_text(entries: Sequence[ListMapping], head: str, notes: dict[str, list[str]] | None = None) -> str:
    """Return the page of entries; ``head`` explains it, ``notes`` are lines above an entry, by its source."""
    lines = [
        *(f"# {line}".rstrip() for line in head.splitlines()),
        f"# fields: {', '.join(fields())}",
        f"# tables: {', '.join(TABLES)}",
        f"# survey: {', '.join(ROLES)}",
        "",
    ]
    for one in entries:
        for note in (notes or {}).get(one.source, []):
            lines += [f"# {line}" for line in note.splitlines()]
        lines += [
            "[[list]]",
            f"source = {_quoted(one.source)}",
            f"table = {_quoted(one.table)}",
            f"coordinates = {_quoted(one.coordinates)}",
            f"whole = {'true' if one.whole else 'false'}",
        ]
        for header, (name, unit) in one.columns.items():
            lines += ["[[list.column]]", f"header = {_quoted(header)}", f"field = {_quoted(name)}"]
            if unit:
                lines.append(f"unit = {_quoted(unit)}")
            if one.examples.get(header):
                lines[-1] += f"  # {one.examples[header]}"
        for name, means in one.communities.items():
            lines += ["[[list.community]]", f"name = {_quoted(name)}", f"means = {_quoted(means)}"]
            if not means and one.nearest.get(name):
                lines[-1] += f"  # {one.nearest[name]}?"
        lines.append("")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
