"""The commands of the register: import. Read, call, write, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.screen import count, out, print_doubles, print_rows

if TYPE_CHECKING:
    from doorstep.city.importing import Finding, Result

__all__ = ["COMMANDS"]

_SHOWN = 40
_COLUMNS = 12
_JUDGED = (
    "map-wider",
    "drawn-communities",
    "drawn-compounds",
    "drawn-residences",
    "outlines-joined",
    "outline-no-rows",
    "placed-by-community",
    "placed-by-compound",
    "rooms-by-community",
    "rooms-by-compound",
    "total-differs",
    "file-empty",
    "file-none",
    "many-unreadable",
    "many-date-none",
    "many-storey-range",
    "many-storey-half",
    "many-storey-whole",
    "storey-unnumbered",
)
"""How a list was read, where a person would want to know before confirming."""


_WHY_NONE = ("no-list", "lines", "sheet-hidden")
"""Why a file gave no list; of a file that gave one they are said in the record alone."""


def _say(key: str, **values: object) -> str:
    return options.help_of(key, "import_commands", **values)


Into = Annotated[Path, typer.Option("--into", metavar="CITY", help=_say("opt_into"), show_default=False)]


def import_(
    into: Into,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help=_say("arg_files"), show_default=False)
    ] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help=_say("opt_confirm"))] = False,
    undo: Annotated[bool, typer.Option("--undo", help=_say("opt_undo"))] = False,
    coordinates: Annotated[
        str, typer.Option("--coordinates", metavar="SYSTEM", help=_say("opt_coordinates"), show_default=False)
    ] = "",
    lang: options.Lang = None,
) -> None:
    from doorstep.city.coordinates import system_of_text
    from doorstep.city.importing import import_files, undo_last

    language = options.speak(lang, into)
    if undo:
        number, edited = undo_last(into)
        out.say(text(language, "import_commands.undone", number=number))
        for name in edited:
            out.say(text(language, "import_commands.undone_edited", file=name))
        return
    if not files:
        raise DoorstepError("import-no-files")
    if coordinates and coordinates.casefold() != "local" and system_of_text(coordinates) is None:
        raise DoorstepError("system-unknown", found=coordinates)
    with out.status(Text(text(language, "import_commands.reading"))):
        result = import_files(files, into, language, confirm=confirm, coordinates=coordinates)
    _print_lists(result, language)
    _print_findings(result, language)
    if result.record is None:
        out.say()
        out.say(text(language, "import_commands.proposed", path=result.proposal), style="bold")
        out.say(text(language, "import_commands.proposed_next"))
        return
    _print_counts(result, language)
    print_doubles(into, language)
    out.say(text(language, "import_commands.done", path=result.record, city=into), style="bold")


def _print_lists(result: Result, language: str) -> None:
    heads = [
        text(language, f"import_commands.{name}")
        for name in ("file", "sheet", "table", "rows", "known_columns", "confirmed")
    ]
    rows = []
    for one in result.lists:
        listed = one.listed
        known = sum(bool(name) for name, _ in one.entry.columns.values())
        table = text(language, f"import_commands.table_{one.entry.table or 'none'}")
        columns = f"{known} / {len(one.entry.columns)}" if one.entry.columns else "–"
        where = (listed.file, listed.sheet) if listed is not None else (one.source, "")
        yes = text(
            language, "import_commands.yes" if one.confirmed or result.record is not None else "import_commands.no"
        )
        rows.append((*where, table, count(len(listed.frame)) if listed is not None else "–", columns, yes))
    out.say(text(language, "import_commands.lists"), style="bold")
    if rows:
        print_rows(heads, rows)
    for one in result.lists:
        left = [header for header, (name, _) in one.entry.columns.items() if not name]
        if left and one.listed is not None:
            shown = ", ".join(left[:_COLUMNS]) + (" …" if len(left) > _COLUMNS else "")
            out.say(text(language, "import_commands.columns_left", list=one.source, count=len(left), columns=shown))


def _print_findings(result: Result, language: str) -> None:
    from doorstep.city.importing import finding_text

    for line in dict.fromkeys(f"? {_where(one)}: {finding_text(language, one)}" for one in result.questions):
        out.say(line, style="bold yellow")
    without = {(one.file, one.sheet) for one in result.outcome.findings if one.code == "system-none"}
    barren = {one.file for one in result.outcome.findings if one.code == "file-none"}
    told = {one.file for one in result.outcome.findings if one.code in _WHY_NONE}
    for one in result.outcome.findings:
        unsaid = one.code == "system" and (one.file, one.sheet) in without
        why = one.code in _WHY_NONE and one.file in barren
        twice = one.code == "file-none" and one.file in told
        if one.kind == "layout" and not twice and (one.code in _JUDGED or unsaid or why):
            out.say(f"{_where(one)}: {finding_text(language, one)}")
    faults = [one for one in result.outcome.findings if one.kind == "fault"]
    out.say()
    counts = result.outcome.counts
    whole = not len(counts) or bool((counts["accepted"] == counts["rows"]).all())
    _print_refused(result, language)
    taken = any(one.listed is not None for one in result.lists) or bool(result.outcome.answers)
    if not faults:
        if not taken:
            out.say(text(language, "import_commands.none_taken"), style="bold yellow")
        elif whole:
            out.say(text(language, "import_commands.no_faults"))
        return
    table = Table(title=text(language, "import_commands.faults", count=len(faults)), title_justify="left")
    for name in ("file", "sheet", "row", "column", "what"):
        table.add_column(text(language, f"import_commands.{name}"), overflow="fold")
    for one in faults[:_SHOWN]:
        table.add_row(
            one.file, one.sheet, "" if one.row is None else str(one.row), one.column, finding_text(language, one)
        )
    out.say_table(table)
    if len(faults) > _SHOWN:
        out.say(text(language, "import_commands.more", count=len(faults) - _SHOWN))


def _print_refused(result: Result, language: str) -> None:
    """Say which rows are not taken and why."""
    refused = result.outcome.rejected
    if not len(refused):
        return
    waiting = {(one.file, one.sheet) for one in result.questions if one.code == "system"}
    for (file, sheet, reason), some in refused.groupby(["file", "sheet", "reason"], sort=False):
        if (file, sheet) in waiting:
            continue  # no place can be known before the system is
        numbers = [str(row) for row in some["row"]]
        rows = ", ".join(numbers[:_COLUMNS]) + (" …" if len(numbers) > _COLUMNS else "")
        why = text(language, f"import_commands.reason_{str(reason).replace('-', '_')}")
        where = " / ".join(part for part in (str(file), str(sheet)) if part)
        out.say(
            text(language, "import_commands.refused", where=where, count=count(len(some)), rows=rows, reason=why),
            style="bold yellow",
        )


def _where(one: Finding) -> str:
    return " / ".join(part for part in (one.file, one.sheet, one.column) if part)


def _print_counts(result: Result, language: str) -> None:
    names = ("new", "joined", "changed", "moved", "gone", "kept", "differs", "same", "rejected")
    heads = [text(language, f"import_commands.{name}") for name in ("file", "sheet", "table", *names)]
    rows: list[tuple[str, ...]] = []
    for row in result.outcome.counts.to_dict("records"):
        figures: Any = [row.get(name) for name in names]
        shown = ["–" if one is None or one != one else count(one) for one in figures]
        rows.append(
            (str(row["file"]), str(row["sheet"]), text(language, f"import_commands.table_{row['table']}"), *shown)
        )
    out.say()
    out.say(text(language, "import_commands.changed_city"), style="bold")
    print_rows(heads, rows)


def template(
    to: Annotated[Path, typer.Option("--out", metavar="FILE", help=_say("opt_template"), show_default=False)],
    tables: Annotated[
        list[str] | None, typer.Argument(metavar="TABLE...", help=_say("arg_tables"), show_default=False)
    ] = None,
    lang: options.Lang = None,
) -> None:
    from doorstep.city.importing.templates import TEMPLATES, template_bytes
    from doorstep.whole import whole_file

    language = options.speak(lang, to)
    for name in tables or ():
        if name not in TEMPLATES:
            raise DoorstepError("table-unknown", table=name, known=", ".join(TEMPLATES))
    content = template_bytes(tables or TEMPLATES)
    with whole_file(to) as part:
        part.write_bytes(content)
    out.say(text(language, "import_commands.template_done", path=to))


def export(
    city: options.CityFolder,
    table: Annotated[str, typer.Argument(metavar="TABLE", help=_say("arg_table"), show_default=False)],
    to: Annotated[Path, typer.Option("--out", metavar="FILE", help=_say("opt_export"), show_default=False)],
    system: Annotated[
        str, typer.Option("--system", metavar="SYSTEM", help=_say("opt_system"), show_default=False)
    ] = "",
    encoding: Annotated[str, typer.Option("--encoding", metavar="NAME", help=_say("opt_encoding"))] = "UTF-8",
    form: Annotated[
        Path | None, typer.Option("--form", metavar="XLSX", help=_say("opt_form"), show_default=False)
    ] = None,
    public: Annotated[bool, typer.Option("--public", help=_say("opt_public"))] = False,
    lang: options.Lang = None,
) -> None:
    from doorstep.city.coordinates import evidence_text
    from doorstep.city.importing.exports import write_export

    language = options.speak(lang, city)
    notes, changed = write_export(city, table, to, system, encoding, form, public=public, language=language)
    out.say(text(language, "import_commands.exported", path=to))
    if public:
        out.say(text(language, "import_commands.exported_public", count=changed))
    for note in notes:
        out.say(evidence_text(language, note))


COMMANDS: Mapping[str, Callable[..., None]] = {"import": import_, "template": template, "export": export}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``import_commands``."""
