"""The file to fill in when somebody tells of a hub, a community or a city: what the rules of a standard ask for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from doorstep.assess import unit_text
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.report.check_words import fact_name, word_name
from doorstep.standards import Fact, Profile, Standard, asked_of, inputs_of

__all__ = ["asked_facts", "write_template"]

_PLANNED = ("services", "kind", "area_m2", "storey", "lift", "outdoor_m2", "limits", "open_kitchen")
_FILL_IN = PatternFill("solid", start_color="FFFFF6DC")
_HEAD = PatternFill("solid", start_color="FF1F4E5F")


def asked_facts(of: str, standard: Profile | Standard) -> dict[str, tuple[str, ...]]:
    """Return the facts that a standard asks for, each with the rules that ask.

    Parameters
    ----------
    of
        ``hub``, ``community`` or ``city``.
    standard
        Its rules; a profile also asks what its assumed limits need.

    Examples
    --------
    >>> from doorstep.standards import load_standard
    >>> asked_facts("hub", load_standard("sg"))
    {'services': (), 'walk_m:longest': ('sg-04',)}
    """
    known = {one.name: one for one in asked_of(of)}
    asked: dict[str, list[str]] = {name: [] for name in known}
    for rule in standard.rules:
        if of in rule.of:
            for name in (rule.measure, *(one.split(" ", 1)[0] for one in rule.when)):
                for told in inputs_of(name, of):
                    if told in asked and rule.id not in asked[told]:
                        asked[told].append(rule.id)
    always = {"services"} if of == "hub" else set()
    if isinstance(standard, Profile) and of == "hub":
        always |= {
            *_PLANNED,
            *(f"{base}:{one.id}" for base in ("service_area_m2", "capacity") for one in standard.services),
        }
    return {name: tuple(rules) for name, rules in asked.items() if rules or name in always}


def write_template(path: Path, of: str, standard: Profile | Standard) -> None:
    """Write an empty file to fill in, in both languages.

    Parameters
    ----------
    path
        ``.xlsx`` (with drop-downs and comments), ``.csv`` or ``.toml``.
    of
        ``hub``, ``community`` or ``city``.
    standard
        Whose rules shall be answered.

    Raises
    ------
    DoorstepError
        ``told-unreadable`` for another ending.
    """
    asked = asked_facts(of, standard)
    known = {one.name: one for one in asked_of(of)}
    rows = [(known[name], rules) for name, rules in asked.items()]
    kind = path.suffix.casefold()
    if kind == ".xlsx":
        _write_xlsx(path, rows)
    elif kind == ".csv":
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerows([_head(), ["name", "名称 name", "", "", ""], *(_cells(fact) for fact, _ in rows)])
        path.write_text(buffer.getvalue(), encoding="utf-8-sig", newline="")
    elif kind == ".toml":
        path.write_text(_toml(rows), encoding="utf-8", newline="\n")
    else:
        raise DoorstepError("told-unreadable", file=str(path))


def _both(key: str) -> str:
    return f"{text('zh', key)} {text('en', key)}"


def _head() -> list[str]:
    heads = [_both(f"standard_check.col_{name}") for name in ("code", "item", "value", "unit", "choices")]
    return ["代码 code", "项目 item", "填写 value", *heads[3:]]


def _cells(fact: Fact) -> list[str]:
    item = f"{fact_name('zh', fact.name)} {fact_name('en', fact.name)}"
    unit = f"{unit_text('zh', fact.unit)} {unit_text('en', fact.unit)}" if fact.unit and fact.holds == "number" else ""
    return [fact.name, item, "", unit, _choices(fact)]


def _choices(fact: Fact) -> str:
    if fact.holds == "yes_no":
        return "是 yes | 否 no"
    words = [f"{word_name('zh', fact, one)} {one}" for one in fact.words]
    return (" | " if fact.holds == "word" else "; ").join(words)


def _write_xlsx(path: Path, rows: list[tuple[Fact, tuple[str, ...]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    sheet: Worksheet = book.create_sheet("填报 to fill in")
    sheet.append(_head())
    sheet.append(["name", "名称 name", "", "", ""])
    for fact, rules in rows:
        sheet.append(_cells(fact))
        row = sheet.max_row
        if rules:
            note = _both("standard_check.col_asked") + ": " + ", ".join(rules)
            sheet.cell(row, 2).comment = Comment(note, "Doorstep", width=320, height=90)
        if fact.holds in ("yes_no", "word"):
            words = ("是", "否") if fact.holds == "yes_no" else tuple(word_name("zh", fact, one) for one in fact.words)
            if len(",".join(words)) <= 250:  # what a drop-down of a cell can hold
                menu = DataValidation(
                    type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False
                )
                menu.add(f"C{row}")
                sheet.add_data_validation(menu)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if cell.row == 1:
                cell.fill, cell.font = _HEAD, Font(bold=True, color="FFFFFFFF")
            elif cell.column == 3:
                cell.fill, cell.number_format = _FILL_IN, "@" if cell.row == 2 else "General"
    for column, width in zip("ABCDE", (30, 62, 24, 26, 60), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "C2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    book.save(path)


def _toml(rows: list[tuple[Fact, tuple[str, ...]]]) -> str:
    """Every fact is a comment until somebody fills it in: then the sign before it goes."""
    lines = [f"# {text('zh', 'standard_check.template_note')}", f"# {text('en', 'standard_check.template_note')}", ""]
    lines += ['name = ""', ""]
    for fact, _ in rows:
        item, unit, choices = _cells(fact)[1], _cells(fact)[3], _choices(fact)
        lines.append(f"# {item}" + (f" [{unit}]" if unit else "") + (f": {choices}" if choices else ""))
        sample = "[]" if fact.holds == "words" else "0" if fact.holds in ("number", "storey") else '""'
        key = f'"{fact.name}"' if ":" in fact.name else fact.name
        lines.append(f"# {key} = {sample}")
    return "\n".join(lines) + "\n"
