"""The workbook that a city hands in: projects, functions, investment, schedule, coverage, findings, assumptions."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from doorstep.plan_file import Finding, PlanFile
from doorstep.report.bands import bands_table
from doorstep.report.findings import outcome_order, rule_texts, subject_name
from doorstep.report.replaced import replaced_ids
from doorstep.report.results import Results
from doorstep.report.set_values import set_by_city, set_for_run
from doorstep.report.sharing import lender_of, periods_of
from doorstep.report.summary import summary_of
from doorstep.report.tables import account_of, community_names, coverage_table
from doorstep.report.wording import Wording, major

__all__ = ["write_workbook"]

Cell = str | int | float | Decimal | None
_HEAD = PatternFill("solid", start_color="FF1F4E5F")
_FILL_IN = PatternFill("solid", start_color="FFFFF6DC")
_LINE = Border(bottom=Side(style="hair", color="FF9AA5A8"))
_WIDEST = 48


def write_workbook(results: Results, path: Path, language: str) -> None:
    """Write ``plan.xlsx``: one sheet a subject, headings with units, ready to print on A4 across.

    Parameters
    ----------
    results
        The plan.
    path
        File to write.
    language
        Of sheet names, headings and texts.
    """
    wording = Wording(language, results.plan.currency)
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    _summary(book, results, wording)
    _projects(book, results, wording)
    _functions(book, results, wording)
    _investment(book, results.plan, wording)
    _schedule(book, results.plan, wording)
    _coverage(book, results, wording)
    _bands(book, results, wording)
    _findings(book, results, wording)
    _assumptions(book, results, wording)
    book.properties.creator = "Doorstep"
    _save_without_clock(book, path)


def _save_without_clock(book: Workbook, path: Path) -> None:
    """Save with fixed dates: openpyxl writes the hour of saving into the document and into every entry of the zip."""
    saved = io.BytesIO()
    book.save(saved)
    when = "2000-01-01T00:00:00Z"
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + when.encode(), content)
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            out.writestr(entry, content)


def _sheet(
    book: Workbook,
    wording: Wording,
    name: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    formats: Sequence[str],
    fill_in: Sequence[str] = (),
    total: Sequence[Cell] | None = None,
) -> Worksheet:
    """Add a sheet. ``formats`` has one letter a column: t text, n whole number, d one decimal, p per cent."""
    sheet: Worksheet = book.create_sheet(wording(f"sheet_{name}"))
    codes = {"t": "General", "n": "#,##0", "d": "#,##0.0", "p": "0.0%"}
    sheet.append([wording(heading) for heading in headings])
    for row in rows:
        sheet.append(list(row))
    if total is not None:
        sheet.append(list(total))
    to_fill = {column for column, heading in enumerate(headings) if heading in fill_in}
    last = sheet.max_row if total is not None else 0
    styled: dict[tuple[str, bool, bool, bool], StyleArray] = {}  # by kind of cell: to set up a style takes long
    made: Iterable[tuple[Any, ...]] = sheet.iter_rows()  # the stubs do not know of a cell's style as a whole
    for row_number, cells in enumerate(made, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a name that begins with "=" is a name
            kind = formats[column], row_number == 1, column in to_fill, row_number == last
            if kind in styled:
                cell._style = copy(styled[kind])
                continue
            cell.alignment = Alignment(
                vertical="top", wrap_text=True, horizontal=None if formats[column] == "t" else "right"
            )
            cell.number_format = codes[formats[column]]
            cell.border = _LINE
            if row_number == 1:
                cell.fill, cell.font = _HEAD, Font(bold=True, color="FFFFFFFF")
            elif column in to_fill:
                cell.fill = _FILL_IN
            elif row_number == last:
                cell.font = Font(bold=True)
            styled[kind] = cell._style
    for column in range(len(headings)):
        widest = max((_width(cell.value) for cell in sheet[get_column_letter(column + 1)]), default=8)
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(_WIDEST, max(9, widest + 2))
    sheet.freeze_panes = "A2"
    _print_on_a4(sheet, wording)
    return sheet


def _width(value: object) -> float:
    """Columns of text that a cell needs; Chinese characters are two wide, numbers are shown with thousands."""
    if isinstance(value, (int, float, Decimal)):
        return len(f"{value:,.0f}") + 2
    lines = str(value or "").split("\n")
    return max(sum(2 if ord(letter) > 0x2E80 else 1 for letter in line) for line in lines)


def _print_on_a4(sheet: Worksheet, wording: Wording) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = wording("sheet_footer", page="&P", pages="&N")


def _summary(book: Workbook, results: Results, wording: Wording) -> None:
    plan, figures = results.plan, summary_of(results.plan)
    cur = plan.currency
    rows: list[tuple[Cell, Cell, Cell]] = [
        (wording("sum_city"), plan.city, ""),
        (wording("sum_profile"), wording.profile(plan.profile), ""),
        (wording("sum_hubs"), len(plan.hubs), wording("unit_hubs")),
        (wording("sum_complexes"), sum(hub.kind == "complex" for hub in plan.hubs), wording("unit_hubs")),
        (wording("sum_in_need"), figures.in_need, wording("unit_person_services")),
        (wording("sum_served_now"), figures.served_now, wording("unit_person_services")),
        (wording("sum_served_plan"), figures.served_plan, wording("unit_person_services")),
        (wording("sum_newly"), figures.newly_served, wording("unit_person_services")),
        (wording("sum_users_now"), figures.users_now, wording("unit_person_services")),
        (wording("sum_users_plan"), figures.users_plan, wording("unit_person_services")),
        (wording("sum_budget"), "" if plan.budget_money is None else major(plan.budget_money, cur), cur),
        (wording("sum_capital"), major(plan.capital_money, cur), cur),
        (wording("sum_support"), major(figures.support_money["mid"], cur), wording("unit_money_year", currency=cur)),
        (wording("sum_result"), major(figures.result_money["mid"], cur), wording("unit_money_year", currency=cur)),
        (wording("sum_jobs"), figures.jobs["mid"], wording("unit_jobs")),
        (wording("sum_gap"), gap_sentence(plan, wording), ""),
    ]
    if plan.made_up:
        rows.insert(0, (wording("made_up_label"), wording("made_up"), ""))
    rows += [(wording("sum_attribution"), one, "") for one in plan.attribution]
    _sheet(book, wording, "summary", ["col_item", "col_value", "col_unit"], rows, "tnt")


def gap_sentence(plan: PlanFile, wording: Wording) -> str:
    """Return how good the plan is proven to be, in one sentence."""
    if not plan.bound.proven:
        return wording("gap_none")
    if not plan.hubs and plan.budget_money is not None:
        return wording("gap_no_hubs")
    percent = f"{100 * plan.bound.gap:.2f}"
    if plan.bound.gap > plan.gap_target:
        key = "gap_missed" if plan.method == "engine" else "gap_other"
        return wording(key, percent=percent, target=f"{100 * plan.gap_target:g}")
    return wording("gap_proven" if plan.budget_money is not None or plan.payments else "gap_no_budget", percent=percent)


def _projects(book: Workbook, results: Results, wording: Wording) -> None:
    names = community_names(results, wording)
    cur = results.plan.currency
    replaces = any(hub.replaces for hub in results.plan.hubs)
    rows: list[list[Cell]] = []
    for number, hub in enumerate(results.plan.hubs, start=1):
        account = account_of(hub, "mid")
        functions = wording("list_separator").join(wording.service(service.service) for service in hub.services)
        rows.append(
            [
                number,
                hub.space,
                hub.place,
                names.get(hub.community, hub.community),
                wording.named("kind", hub.kind),
                functions,
                wording.named("channel", hub.channel),
                hub.area_m2,
                major(hub.capital_money, cur),
                "",
                hub.available_from,
                hub.opens,
                "",
                account.jobs if account else None,
                *((replaced_ids(hub),) if replaces else ()),
            ]
        )
    headings = [
        "col_number", "col_space", "col_place", "col_community", "col_kind", "col_functions", "col_channel",
        "col_floor", "col_capital", "col_funding", "col_start", "col_opens", "col_office", "col_jobs",
        *(("col_replaces",) if replaces else ()),
    ]  # fmt: skip
    total: list[Cell] = [""] * len(headings)
    total[2] = wording("total")
    total[7] = sum(hub.area_m2 for hub in results.plan.hubs)
    total[8] = major(results.plan.capital_money, cur)
    total[13] = sum(float(row[13]) for row in rows if isinstance(row[13], float))
    _sheet(
        book,
        wording,
        "projects",
        headings,
        rows,
        "nttttttnntttt" + "d" + ("t" if replaces else ""),
        ("col_funding", "col_office"),
        total,
    )


def _functions(book: Workbook, results: Results, wording: Wording) -> None:
    cur = results.plan.currency
    shares, changes = results.profile.share_rooms, results.profile.convertible
    rows: list[list[Cell]] = [
        [
            hub.space,
            hub.place,
            wording.service(one.service),
            one.grade,
            one.area_m2,
            one.capacity,
            wording.named("unit", one.capacity_unit),
            one.people,
            one.users,
            major(one.capital_money, cur),
            *((lender_of(one, wording), periods_of(one, wording), one.saved_m2) if shares else ()),
            *(
                (wording.service(one.becomes) if one.becomes else "", one.becomes_grade or "", one.becomes_year or "")
                if changes
                else ()
            ),
        ]
        for hub in results.plan.hubs
        for one in hub.services
    ]
    headings = [
        "col_space", "col_place", "col_service", "col_grade", "col_grade_floor", "col_capacity", "col_capacity_unit",
        "col_people", "col_users", "col_service_capital",
        *(("col_uses_rooms_of", "col_in_periods", "col_saved") if shares else ()),
        *(("col_becomes", "col_becomes_grade", "col_becomes_year") if changes else ()),
    ]  # fmt: skip
    _sheet(
        book,
        wording,
        "functions",
        headings,
        rows,
        "tttnnntddn" + ("ttn" if shares else "") + ("tnn" if changes else ""),
    )


def _investment(book: Workbook, plan: PlanFile, wording: Wording) -> None:
    years = sorted({hub.opens[:4] for hub in plan.hubs})
    rows: list[list[Cell]] = []
    open_support = open_subsidy = 0
    for year in years:
        opening = [hub for hub in plan.hubs if hub.opens[:4] == year]
        accounts = [account for hub in opening if (account := account_of(hub, "mid"))]
        open_support += sum(account.support_money for account in accounts)
        open_subsidy += sum(account.subsidy_money for account in accounts)
        capital = sum(hub.capital_money for hub in opening)
        cells = [major(money, plan.currency) for money in (capital, open_subsidy, open_support)]
        rows.append([year or wording("not_known"), len(opening), *cells, "", "", "", ""])
    headings = [
        "col_year", "col_hubs_opening", "col_capital", "col_subsidy_open", "col_support_open", "col_fund_state",
        "col_fund_local", "col_fund_social", "col_remark",
    ]  # fmt: skip
    to_fill = ("col_fund_state", "col_fund_local", "col_fund_social", "col_remark")
    total: list[Cell] = [wording("total"), len(plan.hubs), major(plan.capital_money, plan.currency), *[""] * 6]
    _sheet(book, wording, "investment", headings, rows, "tnnnntttt", to_fill, total)


def _schedule(book: Workbook, plan: PlanFile, wording: Wording) -> None:
    hubs = sorted(plan.hubs, key=lambda hub: (hub.opens, hub.space))
    rows: list[list[Cell]] = [
        [
            hub.space,
            hub.place,
            wording.named("channel", hub.channel),
            hub.available_from or wording("not_known"),
            hub.opens,
            "",
            "",
            "",
        ]
        for hub in hubs
    ]
    headings = [
        "col_space",
        "col_place",
        "col_channel",
        "col_start",
        "col_opens",
        "col_permits_by",
        "col_works_by",
        "col_office",
    ]
    _sheet(book, wording, "schedule", headings, rows, "tttttttt", ("col_permits_by", "col_works_by", "col_office"))


def _coverage(book: Workbook, results: Results, wording: Wording) -> None:
    table = coverage_table(results, wording.language)
    columns = ["community_name", "service_name", "in_need", "homebound", "reached_before", "reached_after"]
    columns += [
        "served_before",
        "served_after",
        "share_served_before",
        "share_served_after",
        "users_before",
        "users_after",
    ]
    rows = [[None if value != value else value for value in row] for row in table[columns].itertuples(index=False)]
    headings = [f"col_{column}" for column in columns]
    _sheet(book, wording, "coverage", headings, rows, "ttddddddppdd")


def _bands(book: Workbook, results: Results, wording: Wording) -> None:
    table = bands_table(results.bands, results.profile, wording.language)
    columns = ["name", "service_name", "band", "in_need", "homebound", "reached", "share_reached", "reached_planned"]
    columns += ["share_planned", "limit_min", "speed_m_s", "speed_basis", "limit_factor", "limit_basis", "wheels"]
    words = {column: lambda basis: wording.named("parameter_kind", basis) for column in ("speed_basis", "limit_basis")}
    words["wheels"] = lambda one: wording("bands_pram") if one == "yes" else ""
    for column, told in words.items():
        table[column] = table[column].map(told)
    rows = [[None if value != value else value for value in row] for row in table[columns].itertuples(index=False)]
    headings = ["col_community_name", "col_service_name", "col_age", "col_in_need", "col_homebound"]
    headings += [f"col_band_{column}" for column in columns[5:]]
    _sheet(book, wording, "bands", headings, rows, "tttdddpdpddtdtt")


def _findings(book: Workbook, results: Results, wording: Wording) -> None:
    found: list[Finding] = [*results.plan.findings, *(one for hub in results.plan.hubs for one in hub.findings)]
    found.sort(key=lambda one: (outcome_order(one.outcome), one.rule, one.subject))
    texts = rule_texts(results, wording.language)
    names = {subject: subject_name(subject, results, wording) for subject in {one.subject for one in found}}
    rows: list[list[Cell]] = [
        [
            wording.named("outcome", one.outcome),
            names[one.subject],
            texts.get(one.rule, one.rule),
            one.measured,
            one.required,
            wording.unit(one.unit),
            wording.document(one.document),
            wording.clause(one.clause),
            wording.named("confidence", one.confidence),
            wording.named("force", one.force),
            one.rule,
        ]
        for one in found
    ]
    headings = [
        "col_outcome", "col_subject", "col_requirement", "col_measured", "col_required", "col_unit", "col_document",
        "col_clause", "col_confidence", "col_force", "col_rule",
    ]  # fmt: skip
    _sheet(book, wording, "findings", headings, rows, "tttdttttttt")


def _assumptions(book: Workbook, results: Results, wording: Wording) -> None:
    rows: list[list[Cell]] = [
        [wording("assumption_of_city"), one, "", "", None, None, None, "", ""] for one in results.city.assumptions
    ]
    rows += [
        [
            wording("setting_of_city"), one.key, one.meaning, "", one.value, None, None, "",
            wording("setting_source", document=one.document, date=one.date, reason=one.reason),
        ]
        for one in set_by_city(results, wording)
    ]  # fmt: skip
    rows += [[wording("setting"), key, "", "", value, None, None, "", ""] for key, value in set_for_run(results)]
    for (name, service, age), one in sorted(results.profile.parameters.items()):
        rows.append(
            [
                wording.named("parameter_kind", one.kind),
                wording.named("parameter", name),
                "" if service == "any" else wording.service(service),
                "" if age == "all" else age,
                one.low,
                one.mid,
                one.high,
                wording.unit(one.unit),
                wording.source(one.source),
            ]
        )
    for (channel, item), one in sorted(results.profile.costs.items()):
        where = "" if channel == "any" else wording.named("channel", channel)
        rows.append(
            [
                wording.named("parameter_kind", one.kind),
                wording.named("cost", item),
                where,
                "",
                one.low,
                one.mid,
                one.high,
                wording.unit(one.unit),
                wording.source(one.source),
            ]
        )
    headings = [
        "col_basis", "col_assumption", "col_for", "col_age", "col_low", "col_mid", "col_high", "col_unit", "col_source",
    ]  # fmt: skip
    sheet = _sheet(book, wording, "assumptions", headings, rows, "ttttdddtt")
    for row in sheet.iter_rows(min_row=2, min_col=5, max_col=7):
        for cell in row:
            cell.number_format = "General"
