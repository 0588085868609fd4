"""What the commands print: tables, summaries, where the solver stands. Words by catalogue, figures as they are."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from doorstep.errors import Problem
from doorstep.messages import catalogue, text

if TYPE_CHECKING:
    from doorstep.city import ProblemGroup
    from doorstep.report.answer_page import Section

__all__ = [
    "Screen",
    "count",
    "err",
    "one_line",
    "out",
    "print_answer",
    "print_completeness",
    "print_coverage",
    "print_phases",
    "print_plan",
    "print_problems",
    "print_rows",
    "print_violations",
    "share",
    "unknown_capacities",
    "unmet_told",
    "watch",
]

_UNMET_SHOWN = 12
_WIDE = 10_000  # columns of a file: nothing is folded there, so that lines can be searched


class Screen(Console):
    """Plain text as it stands: no markup, no emoji, no line broken inside a path."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        """Nobody reads any more (``| head``): the work goes on, unheard."""
        self.quiet = True
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())

    def say(self, words: str = "", style: str | None = None) -> None:
        """Print a line; a terminal breaks it where it must, the program never does."""
        self.print(words, style=style, soft_wrap=True)

    def say_table(self, table: Table) -> None:
        """Print a table, folded to the width of a terminal, unfolded into a file."""
        if not self.is_terminal:
            self.width = _WIDE
        self.print(table)


out = Screen()
err = Screen(stderr=True)


@contextmanager
def watch(language: str) -> Iterator[tuple[Callable[..., None], Callable[[], bool]]]:
    """Show where the solver stands; the first Ctrl-C ends the search after its round, the second at once."""
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        err.say(text(language, "cli.wait"), style="dim")

    started = time.monotonic()
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("", total=1, note="")
        told = [0.0]
        begun: dict[str, float] = {}

        def show(where) -> None:  # type: ignore[no-untyped-def]
            since = time.monotonic() - begun.setdefault(where.stage, time.monotonic() if begun else started)
            left = max(0.0, since / max(1, where.done) * (where.total - where.done))
            note = "" if where.stage in ("bound", "levels") else text(
                language, "cli.progress", best=f"{where.best:,.1f}", bound=f"{where.bound:,.1f}",
                gap=share(where.gap), left=text(language, "cli.seconds", seconds=f"{left:.0f}"),
            )  # fmt: skip
            name = text(language, f"cli.stage_{where.stage}")
            bar.update(task, description=name, total=where.total, completed=where.done, note=note)
            if not out.is_terminal and note and time.monotonic() - told[0] > 5:
                told[0] = time.monotonic()
                out.say(f"{name} {where.done}/{where.total}: {note}")

        try:
            signal.signal(signal.SIGINT, ask)
        except ValueError:  # not in the main thread: then nobody presses Ctrl-C here
            before = None
        try:
            yield show, lambda: bool(asked)
        finally:
            if before is not None:
                signal.signal(signal.SIGINT, before)


def print_answer(
    title: str, sentences: Iterable[str], sections: Iterable[Section], language: str, *, made_up: bool, folded: bool
) -> None:
    """Print what the page of an answer says: its sentences, and the tables of its sections."""
    out.say()
    out.say(title, style="bold")
    if made_up:
        out.say(text(language, "cli.plan_made_up"), style="bold red")
    for sentence in sentences:
        out.say(sentence)
    for section in sections:
        if section.rows:
            out.say()
            out.say(section.title, style="bold")
            print_rows(section.heads, section.rows, folded=folded)
            for note in section.notes:
                out.say(note, style="dim")


def print_plan(results, language: str, to: Path) -> None:  # type: ignore[no-untyped-def]
    """Print what a plan is: hubs, money, people by service, the gap, what it does not meet, where to look."""
    document = results.plan
    out.say()
    title = text(
        language, "cli.plan_title", city=document.city, hubs=len(document.hubs),
        money=amount(document.capital_money, document.currency),
    )  # fmt: skip
    out.say(title, style="bold")
    if document.made_up:
        out.say(text(language, "cli.plan_made_up"), style="bold red")
    print_coverage(language, results.need, ("reached_facility", "reached_any", "served_now", "served_plan"))
    more = float((results.need["served_plan"] - results.need["served_now"]).sum())
    out.say(text(language, "cli.plan_people", people=count(more)))
    if document.budget_money:
        used = share(document.capital_money / document.budget_money)
        out.say(text(language, "cli.plan_used", share=used, budget=amount(document.budget_money, document.currency)))
    for case in ("low", "mid"):
        support = sum(one.support_money for hub in document.hubs for one in hub.accounts if one.case == case)
        name = text(language, f"cli.case_{case}")
        out.say(text(language, "cli.plan_support", case=name, money=amount(support, document.currency)))
    print_replaced(results, language)
    print_later(document, language)
    print_asked(results, language)
    bound = document.bound
    has_budget = document.budget_money is not None or bool(document.payments)
    key = "plan_no_bound" if not bound.proven else "plan_gap" if has_budget else "plan_gap_free"
    out.say(text(language, f"cli.{key}", gap=share(bound.gap)))
    if bound.proven and bound.gap > document.gap_target and document.method == "engine":
        out.say(text(language, "cli.plan_gap_missed", target=share(document.gap_target)))
    if document.unmet:
        out.say(text(language, "cli.plan_unmet"))
        for one in document.unmet[:_UNMET_SHOWN]:
            out.say("  " + unmet_told(language, one, results))
        if len(document.unmet) > _UNMET_SHOWN:
            out.say("  " + text(language, "cli.unmet_more", count=len(document.unmet) - _UNMET_SHOWN))
    unknown = unknown_capacities(results)
    if unknown:
        out.say(text(language, "cli.unknown_capacity", count=unknown))
    for attribution in document.attribution:
        out.say(attribution, style="dim")
    out.say(text(language, "cli.plan_open", file=to / "report.html"))


def print_doubles(city: Path, language: str) -> None:
    """Print how many rows of two lists may be one place, before somebody plans both."""
    from doorstep.matching import doubles

    for table, (same, review) in doubles(city).items():
        values = {"same": same, "review": review, "file": f"{table}.csv", "city": city, "table": table}
        out.say(text(language, "matching.doubles", **values), style="bold yellow")


def print_replaced(results, language: str) -> None:  # type: ignore[no-untyped-def]
    """Print which existing facilities give way to hubs, and what becomes of them."""
    from doorstep.report.replaced import REPLACED_HEADS, replaced_rows
    from doorstep.report.wording import Wording

    rows = replaced_rows(results, Wording(language, results.plan.currency))
    if rows:
        out.say(text(language, "replaced.title"), style="bold")
        print_rows([text(language, f"replaced.head_{key}") for key in REPLACED_HEADS], rows)


def print_later(document, language: str) -> None:  # type: ignore[no-untyped-def]
    """Print what becomes of the services of a plan for later years, and who is given a place then."""
    from doorstep.report.later import LATER_HEADS, later_rows, later_told
    from doorstep.report.wording import Wording

    if document.later:
        out.say(later_told(document, language))
        heads = [text(language, f"later.head_{key}") for key in LATER_HEADS]
        print_rows(["", *heads], later_rows(document, Wording(language, document.currency)))


def print_asked(results, language: str) -> None:  # type: ignore[no-untyped-def]
    """Print what the city asks for beside the standard, and what each source of money pays."""
    from doorstep.report.asked import asked_rows, conflict_told, fund_rows, least_cost_told

    for sentence in (conflict_told(results, language), least_cost_told(results, language)):
        if sentence:
            out.say(sentence)
    for columns, rows in (
        (("head_what", "head_asked", "head_found"), asked_rows(results, language)),
        (("head_fund", "head_amount", "head_paid"), fund_rows(results, language)),
    ):
        if rows:
            print_rows([text(language, f"asked.{one}") for one in columns], rows)


def print_phases(results, language: str) -> None:  # type: ignore[no-untyped-def]
    """Print what opens first: each phase with its money, hubs, gap and what planning ahead costs it."""
    from doorstep.report.asked import PHASE_HEADS, phase_rows

    out.say()
    out.say(text(language, "asked.phases_title"), style="bold")
    print_rows([text(language, f"asked.{one}") for one in PHASE_HEADS], phase_rows(results, language))
    out.say(text(language, "asked.phases_lead"))


def unknown_capacities(results) -> int:  # type: ignore[no-untyped-def]
    """Return how many facilities have neither a capacity nor a usual one for their kind."""
    from doorstep.residents import supply

    return supply(results.city, results.profile).basis.count("unknown")


def unmet_told(language: str, unmet, results) -> str:  # type: ignore[no-untyped-def]
    """Return one line on what cannot be met: about whom by name, by how much with its unit."""
    from doorstep.assess import rule_text, unit_text
    from doorstep.report.asked import asked_subject

    subject, _, rule = unmet.subject.partition("/")
    kind, _, name = subject.partition(":")
    tables = {"space": (results.city.spaces, "place"), "hub": (results.city.spaces, "place")}
    tables["community"] = (results.city.communities, "name")
    if kind in tables:
        table, column = tables[kind]
        names = table.loc[table["id"] == name, column].tolist()
        name = f"{names[0]} ({name})" if names and names[0] not in ("", name) else name
    elif kind in ("limit", "floor"):
        name = asked_subject(unmet.subject, results, language)
    elif kind == "service":
        name = text(language, f"services.{name}")
    else:
        name = results.plan.city
    code, figure = unmet.code, count(unmet.amount)
    if unmet.unit == "person" and 0 < unmet.amount < 0.5:
        figure = text(language, "cli.under_one")  # part of a person is no 0
    if unmet.unit == results.plan.currency:
        figure = f"{unmet.unit} {unmet.amount:,.0f}"
    elif code == "rule-not-met":
        number = f"{unmet.amount:,.0f}" if unmet.amount >= 100 else f"{unmet.amount:.3g}"
        figure = f"{number} {unit_text(language, unmet.unit)}".strip()
        code = code if unmet.amount else "rule-broken"
    sentence = rule_text(language, rule, results.profile) if rule else ""
    return text(language, f"cli.unmet_{code}", subject=name, amount=figure, rule=sentence)


def print_coverage(language: str, need, columns: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    """Print shares of those in need by service; ``columns`` are columns of the ledger."""
    heads = {
        "reached_facility": "cli.reached_now",
        "reached_any": "cli.reached_plan",
        "served_now": "cli.served_now",
        "served_plan": "cli.served_plan",
    }
    table = Table(box=None, pad_edge=False)
    table.add_column(text(language, "cli.service"))
    table.add_column(text(language, "cli.in_need"), justify="right")
    for column in columns:
        table.add_column(text(language, heads[column]), justify="right")
    sums = need.groupby("service", sort=False).sum(numeric_only=True)
    for service, row in sums.iterrows():
        shares = [share(row[column] / row["in_need"], 0) if row["in_need"] > 0 else "–" for column in columns]
        table.add_row(text(language, f"services.{service}"), count(row["in_need"]), *shares)
    out.say_table(table)


def print_rows(heads: Sequence[str], rows: Iterable[Sequence[str]], *, folded: bool = False) -> None:
    """Print a plain table, figures to the right of their names; ``folded``: sentences, to the left."""
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number and not folded else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    out.say_table(table)


def print_problems(language: str, problems: tuple[Problem, ...], *, to: Screen = out) -> None:
    """Print problems as a table, equal ones in one line."""
    from doorstep.city import grouped

    if not problems:
        to.say(text(language, "cli.no_problems"))
        return
    errors = sum(one.severity == "error" for one in problems)
    table = Table(
        title=text(language, "cli.problems_counted", count=len(problems), errors=errors, notes=len(problems) - errors),
        title_justify="left",
    )
    for name in ("kind", "file", "row", "column", "what", "remedy"):
        table.add_column(text(language, f"cli.{name}"), overflow="fold")
    for group in grouped(problems):
        rows = ", ".join(str(row) for row in group.rows)
        if group.count > len(group.rows) and rows:
            rows = text(language, "cli.rows_more", first=rows, more=group.count - len(group.rows))
        one = group.first
        table.add_row(
            text(language, f"cli.severity_{one.severity}"),
            one.file,
            rows,
            one.column or "",
            filled(language, "problems", group),
            filled(language, "remedies", group),
        )
    to.say_table(table)


def one_line(language: str, group: ProblemGroup) -> str:
    """Return a note on one line, with the number of equal ones."""
    where = group.first.file + (f":{group.first.row}" if group.first.row else "")
    more = f" (× {group.count})" if group.count > 1 else ""
    return f"{where}: {filled(language, 'problems', group)}{more}"


def filled(language: str, subject: str, group: ProblemGroup) -> str:
    return catalogue(language, subject)[group.first.code].format(**group.values)


def print_completeness(language: str, completeness) -> None:  # type: ignore[no-untyped-def]
    """Print how many rows of each column are measured, estimated, assumed, unknown."""
    table = Table(title=text(language, "cli.completeness_title"), title_justify="left", box=None, pad_edge=False)
    for name in ("table", "column"):
        table.add_column(text(language, f"cli.{name}"))
    for name in ("measured", "estimated", "assumed", "unknown"):
        table.add_column(text(language, f"cli.{name}"), justify="right")
    for row in completeness.itertuples(index=False):
        counts = [str(getattr(row, name) or "") for name in ("measured", "estimated", "assumed", "unknown")]
        table.add_row(row.table, row.column, *counts)
    out.say_table(table)


def print_violations(language: str, violations, *, to: Screen = out) -> None:  # type: ignore[no-untyped-def]
    """Print what a checker found, a line each, with its code."""
    units = {**catalogue(language, "report"), **catalogue(language, "cli")}
    for one in violations:
        if one.subject == "*":
            to.say(text(language, "verify.further", code=one.code, count=one.count))
            continue
        unit = units.get(f"unit_{one.unit.replace(' ', '_')}", one.unit)
        values = {"subject": one.subject, "reported": one.reported, "derived": one.derived}
        to.say(f"{one.code}: {text(language, f'verify.{one.code}', unit=unit, **values)}")


def count(number: float) -> str:
    """Write a number of persons or things."""
    return f"{number:,.0f}"


def share(part: float, digits: int = 1) -> str:
    """Write a share as per cent."""
    return f"{100 * part:.{digits}f} %"


def amount(money: int, currency: str) -> str:
    """Write minor units of money as whole major units."""
    from doorstep.costs import MINOR_UNITS

    return f"{currency} {money / MINOR_UNITS[currency]:,.0f}"
