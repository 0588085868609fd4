"""The commands: read, call, write, print. No logic of the domain."""

from __future__ import annotations

import locale
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from doorstep.errors import DoorstepError, InputError, Problem, VerificationError
from doorstep.messages import LANGUAGES, text

if TYPE_CHECKING:
    from doorstep.city import ProblemGroup

# Rooms are imported inside the commands: `doorstep --help` need not wait for the compiled loops.

__all__ = ["app", "main"]


def _system_language() -> str:
    """Language of --lang if it stands in the command line, else of the system; a city's own comes later."""
    given = [one.partition("=")[2] for one in sys.argv if one.startswith("--lang=")]
    given += [after for one, after in zip(sys.argv, sys.argv[1:], strict=False) if one == "--lang"]
    if given and given[-1] in LANGUAGES:
        return given[-1]
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = name or (locale.getlocale()[0] or "")
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


_HELP = _system_language()


def _help(key: str) -> str:
    return text(_HELP, f"cli.{key}")


app = typer.Typer(help=_help("help"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

CityFolder = Annotated[Path, typer.Argument(metavar="CITY", help=_help("arg_city"), show_default=False)]
Lang = Annotated[str | None, typer.Option("--lang", metavar="en|zh", help=_help("opt_lang"), show_default=False)]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=_help("opt_out"), show_default=False)]
Budget = Annotated[str | None, typer.Option("--budget", metavar="N", help=_help("opt_budget"), show_default=False)]
ProfileName = Annotated[str | None, typer.Option("--profile", help=_help("opt_profile"), show_default=False)]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_help("opt_set"), show_default=False)
]
Gap = Annotated[float, typer.Option("--gap", min=0.0, help=_help("opt_gap"))]
Rounds = Annotated[int, typer.Option("--rounds", min=1, help=_help("opt_rounds"))]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", min=0.0, help=_help("opt_time_limit"), show_default=False)
]
Seed = Annotated[int, typer.Option("--seed", min=0, help=_help("opt_seed"))]
Method = Annotated[str, typer.Option("--method", metavar="engine|greedy|even", help=_help("opt_method"))]
Workers = Annotated[int, typer.Option("--workers", min=1, help=_help("opt_workers"))]

_CPUS = os.cpu_count() or 1


@app.command("check", help=_help("help_check"))
def check(city: CityFolder, lang: Lang = None) -> None:
    from doorstep.city import check_city

    found = check_city(city)
    language = _language(lang, found.city.language if found.city else None)
    _print_problems(language, found.problems)
    if len(found.completeness):
        _print_completeness(language, found.completeness)
    raise typer.Exit(1 if found.problems else 0)


@app.command("diagnose", help=_help("help_diagnose"))
def diagnose(
    city: CityFolder, to: Out, profile: ProfileName = None, settings: Settings = None, lang: Lang = None,
    workers: Workers = _CPUS,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.plan_file import write_need
    from doorstep.report import write_diagnosis
    from doorstep.whole import whole_folder

    data, standard, language = _inputs(city, profile, settings, lang)
    with out.status(text(language, "cli.walking")):
        found = pipeline.diagnose(data, standard, workers=workers)
    with whole_folder(to, ours="assessment.csv") as part:
        write_diagnosis(data, standard, found.assessment, found.need, part, language)
        write_need(found.need, part)
    people = float(data.residences.filter(regex=r"^p_\d").to_numpy().sum())
    out.print(text(language, "cli.done_diagnose", people=_count(people), residences=_count(len(data.residences))))
    _print_coverage(language, found.need, ("reached_facility", "served_now"))
    out.print(text(language, "cli.plan_open", file=to / "assessment.csv"))


@app.command("plan", help=_help("help_plan"))
def plan(
    city: CityFolder, to: Out, budget: Budget = None, profile: ProfileName = None, gap: Gap = 0.01,
    rounds: Rounds = 60, time_limit: TimeLimit = None, seed: Seed = 0, settings: Settings = None,
    resume: Annotated[bool, typer.Option("--resume", help=_help("opt_resume"))] = False,
    method: Method = "engine", workers: Workers = _CPUS, lang: Lang = None,
) -> None:  # fmt: skip
    data, standard, language = _inputs(city, profile, settings, lang)
    _plan(data, standard, language, to, budget=budget, gap=gap, rounds=rounds, time_limit=time_limit, seed=seed,
          resume=resume, method=method, workers=workers)  # fmt: skip


@app.command("evaluate", help=_help("help_evaluate"))
def evaluate(
    city: CityFolder,
    hubs: Annotated[Path, typer.Argument(metavar="HUBS", help=_help("arg_hubs"), show_default=False)],
    to: Out, profile: ProfileName = None, seed: Seed = 0, rounds: Rounds = 30, settings: Settings = None,
    workers: Workers = _CPUS, lang: Lang = None,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.own_hubs import read_own_hubs

    data, standard, language = _inputs(city, profile, settings, lang)
    with out.status(text(language, "cli.walking")):
        found = pipeline.diagnose(data, standard, workers=workers)
    grades = read_own_hubs(hubs, data, standard, found.problem)
    options = pipeline.PlanOptions(seed=seed, workers=workers, rounds=rounds)
    made = pipeline.plan_of_grades(found, grades, options)
    with _watch(language) as (show, interrupted):
        best = pipeline.make_plan(
            found,
            pipeline.PlanOptions(
                budget_money=made.results.plan.capital_money, seed=seed, workers=workers, rounds=rounds
            ),
            progress=show,
            interrupted=interrupted,
        )
    _write(made, to, language)
    own, other = made.results.plan.bound, best.results.plan.bound
    if own.objective > 0:
        more = max(0.0, other.objective / own.objective - 1)
        most = max(0.0, min(own.bound, other.bound) / own.objective - 1)
        out.print(text(language, "cli.evaluate_more", more=_share(more), most=_share(most)))
    _print_plan(made.results, language, to)


@app.command("compare", help=_help("help_compare"))
def compare(
    plan_a: Annotated[Path, typer.Argument(metavar="PLAN_A", help=_help("arg_plan"), show_default=False)],
    plan_b: Annotated[Path, typer.Argument(metavar="PLAN_B", help=_help("arg_other_plan"), show_default=False)],
    to: Annotated[Path, typer.Option("--out", metavar="FILE", help=_help("opt_out"))] = Path("comparison.html"),
    lang: Lang = None,
) -> None:  # fmt: skip
    from doorstep.report import read_plan_results, write_comparison
    from doorstep.whole import whole_file

    one, other = read_plan_results(plan_a), read_plan_results(plan_b)
    language = _language(lang, one.plan.language)
    with whole_file(to) as part:
        write_comparison(one, other, part, language)
    out.print(text(language, "cli.compare_done", file=to))


@app.command("explain", help=_help("help_explain"))
def explain(
    city: CityFolder,
    plan_folder: Annotated[Path, typer.Argument(metavar="PLAN", help=_help("arg_plan"), show_default=False)],
    space: Annotated[str, typer.Argument(metavar="SPACE", help=_help("arg_space"), show_default=False)],
    workers: Workers = _CPUS,
    lang: Lang = None,
) -> None:
    from doorstep.city import read_city
    from doorstep.explain import explanation
    from doorstep.pipeline import profile_of_plan
    from doorstep.plan_file import read_plan

    document = read_plan(plan_folder)
    data = read_city(city)
    language = _language(lang, data.language)
    standard = profile_of_plan(data, document)
    for line in explanation(data, standard, document, space, language, workers=workers):
        out.print(escape(line))


@app.command("verify", help=_help("help_verify"))
def verify(
    city: CityFolder,
    plan_folder: Annotated[Path, typer.Argument(metavar="PLAN", help=_help("arg_plan"), show_default=False)],
    lang: Lang = None,
) -> None:
    from doorstep.city import read_city
    from doorstep.plan_file import read_ledger, read_plan
    from doorstep.verify import check_plan

    document = read_plan(plan_folder)
    need, served = read_ledger(plan_folder)
    data = read_city(city)
    language = _language(lang, data.language)
    verdict = check_plan(data, document, need, served)
    bound = document.bound
    if verdict.bound_checker is not None:
        out.print(
            text(
                language, "cli.verify_bound", plan=f"{bound.bound:.4f}", checker=f"{verdict.bound_checker:.4f}",
                objective=f"{verdict.objective:.4f}", gap=_share(bound.gap),
            )
        )  # fmt: skip
    near = len(verdict.near_limit)
    out.print(
        text(
            language, "cli.verify_walk", mm=verdict.largest_walk_difference_mm,
            ms=verdict.largest_walk_difference_ms, near=near,
        )
    )  # fmt: skip
    for row in verdict.near_limit.itertuples(index=False):
        out.print(escape("  " + " ".join(str(value) for value in row)))
    if verdict.ok:
        out.print(text(language, "cli.verify_ok", pairs=_count(verdict.n_pairs_checked)))
        return
    _print_violations(language, verdict.violations)
    out.print(text(language, "cli.verify_bad", count=sum(one.count for one in verdict.violations)))
    raise typer.Exit(1)


@app.command("demo", help=_help("help_demo"))
def demo(
    city: Annotated[str, typer.Argument(metavar="CITY", help=_help("arg_bundled"))] = "newport",
    to: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=_help("opt_out"), show_default=False)] = None,
    workers: Workers = _CPUS,
    lang: Lang = None,
) -> None:
    from doorstep.bundled import bundled_budget, bundled_city

    folder = bundled_city(city)
    data, standard, language = _inputs(folder, None, None, lang)
    out.print(f"[bold]{escape(text(language, 'cli.demo_title', city=data.name))}[/bold]")
    _plan(data, standard, language, to or Path("out") / city, budget=bundled_budget(city), gap=0.01, rounds=60,
          time_limit=None, seed=0, resume=False, method="engine", workers=workers)  # fmt: skip


@app.command("warm", help=_help("help_warm"), hidden=True)
def warm() -> None:
    from doorstep.warm import compile_loops

    compile_loops()


def main() -> None:
    """Run the command line: every error that a user can mend is a message, never a traceback."""
    try:
        app(standalone_mode=True)
    except InputError as error:
        _print_problems(_HELP, error.problems, to=err)
        err.print(text(_HELP, "errors.input", count=len(error.problems)))
        sys.exit(1)
    except VerificationError as error:
        _print_violations(_HELP, error.values["violations"], to=err)
        err.print(text(_HELP, f"errors.{error.code}", **error.values))
        sys.exit(1)
    except DoorstepError as error:
        err.print(escape(text(_HELP, f"errors.{error.code}", **error.values)))
        sys.exit(2)
    except KeyboardInterrupt:
        err.print(text(_HELP, "errors.interrupted"))
        sys.exit(130)


def _language(given: str | None, of_city: str | None) -> str:
    if given is not None and given not in LANGUAGES:
        raise DoorstepError("setting-value", key="--lang", value=given, expected=" | ".join(LANGUAGES))
    return given or of_city or _HELP


def _inputs(city: Path, profile: str | None, settings: list[str] | None, lang: str | None):  # type: ignore[no-untyped-def]
    """Read city and profile with a line that says so; remember the language for errors."""
    global _HELP
    from doorstep import pipeline

    pairs = {}
    for one in settings or []:
        key, sign, value = one.rpartition("=")  # a key may hold one itself: existing_capacity:amenity=library
        if not sign or not key:
            raise DoorstepError("setting-form", given=one)
        pairs[key.strip()] = value.strip()
    with out.status(text(_HELP, "cli.reading", city=escape(str(city)))):
        data, standard = pipeline.read_inputs(city, profile=profile, settings=pairs)
    language = _language(lang, data.language)
    _HELP = language
    from doorstep.city import grouped

    for group in grouped(data.warnings):
        err.print(escape(_one_line(language, group)), style="dim")
    return data, standard, language


def _plan(data, standard, language: str, to: Path, *, budget: str | None, gap: float, rounds: int,  # type: ignore[no-untyped-def]
          time_limit: float | None, seed: int, resume: bool, method: str, workers: int) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.costs import MINOR_UNITS

    if method not in pipeline.METHODS:
        raise DoorstepError("method-unknown", name=method, known=", ".join(pipeline.METHODS))
    options = pipeline.PlanOptions(
        budget_money=None if budget is None else _money(budget, MINOR_UNITS[data.currency]),
        method=method, gap_target=gap, rounds=rounds, seed=seed, workers=workers, time_limit_s=time_limit,
    )  # fmt: skip
    state = pipeline.state_to_resume(to, data, standard, options) if resume else None
    with out.status(text(language, "cli.walking")):
        found = pipeline.diagnose(data, standard, workers=workers)
    with _watch(language) as (show, interrupted):
        made = pipeline.make_plan(found, options, progress=show, interrupted=interrupted, resume=state)
        stopped = interrupted()
    if stopped:
        out.print(text(language, "cli.stopped", round=made.results.plan.rounds))
    _write(made, to, language)
    _print_plan(made.results, language, to)


def _money(given: str, minor: int) -> int:
    """Whole minor units of an amount as people write it."""
    from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

    try:
        amount = Decimal(given.replace(",", "").replace("_", "").replace(" ", ""))
    except InvalidOperation as error:
        raise DoorstepError("number-form", option="--budget", value=given, least=0) from error
    if not amount.is_finite() or amount < 0 or amount > Decimal(10) ** 15:
        raise DoorstepError("number-form", option="--budget", value=given, least=0)
    return int((amount * minor).to_integral_value(ROUND_HALF_UP))


@contextmanager
def _watch(language: str) -> Iterator[tuple[Callable[..., None], Callable[[], bool]]]:
    """Show where the solver stands; the first Ctrl-C ends the search after its round, the second at once."""
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        err.print(text(language, "cli.wait"), style="dim")

    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("", total=1, note="")
        told = [0.0]
        begun: dict[str, float] = {}

        def show(where) -> None:  # type: ignore[no-untyped-def]
            since = time.monotonic() - begun.setdefault(where.stage, time.monotonic() if begun else started)
            left = since / max(1, where.done) * (where.total - where.done)
            note = "" if where.stage == "bound" else text(
                language, "cli.progress", best=f"{where.best:,.1f}", bound=f"{where.bound:,.1f}",
                gap=_share(where.gap), left=text(language, "cli.seconds", seconds=f"{left:.0f}"),
            )  # fmt: skip
            name = text(language, f"cli.stage_{where.stage}")
            bar.update(task, description=name, total=where.total, completed=where.done, note=note)
            if not out.is_terminal and note and time.monotonic() - told[0] > 5:
                told[0] = time.monotonic()
                out.print(f"{name} {where.done}/{where.total}: {note}")

        try:
            signal.signal(signal.SIGINT, ask)
        except ValueError:  # not in the main thread: then nobody presses Ctrl-C here
            before = None
        try:
            yield show, lambda: bool(asked)
        finally:
            if before is not None:
                signal.signal(signal.SIGINT, before)


def _write(made, to: Path, language: str) -> None:  # type: ignore[no-untyped-def]
    from doorstep import pipeline

    with out.status("") as status:
        pipeline.write_results(
            made,
            to,
            language,
            progress=lambda name: status.update(text(language, "cli.writing", file=name)),
        )


def _print_plan(results, language: str, to: Path) -> None:  # type: ignore[no-untyped-def]
    document = results.plan
    out.print()
    title = text(
        language, "cli.plan_title", city=document.city, hubs=len(document.hubs),
        money=_amount(document.capital_money, document.currency),
    )  # fmt: skip
    out.print(f"[bold]{escape(title)}[/bold]")
    if document.made_up:
        out.print(text(language, "cli.plan_made_up"), style="bold red")
    _print_coverage(language, results.need, ("reached_facility", "reached_any", "served_now", "served_plan"))
    more = float((results.need["served_plan"] - results.need["served_now"]).sum())
    out.print(text(language, "cli.plan_people", people=_count(more)))
    if document.budget_money:
        share = _share(document.capital_money / document.budget_money)
        out.print(
            text(language, "cli.plan_used", share=share, budget=_amount(document.budget_money, document.currency))
        )
    for case in ("low", "mid"):
        support = sum(one.support_money for hub in document.hubs for one in hub.accounts if one.case == case)
        name = text(language, f"cli.case_{case}")
        out.print(text(language, "cli.plan_support", case=name, money=_amount(support, document.currency)))
    out.print(
        text(language, "cli.plan_gap", gap=_share(document.bound.gap))
        if document.bound.proven
        else text(language, "cli.plan_no_bound")
    )
    if document.unmet:
        out.print(text(language, "cli.plan_unmet"))
        for one in document.unmet[:12]:
            amount = (
                _amount(round(one.amount), document.currency)
                if one.unit == document.currency
                else f"{_count(one.amount)}"
            )
            out.print(escape("  " + text(language, f"cli.unmet_{one.code}", subject=one.subject, amount=amount)))
    for attribution in document.attribution:
        out.print(escape(attribution), style="dim")
    out.print(text(language, "cli.plan_open", file=to / "report.html"))


def _print_coverage(language: str, need, columns: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
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
        shares = [_share(row[column] / row["in_need"], 0) if row["in_need"] > 0 else "–" for column in columns]
        table.add_row(text(language, f"services.{service}"), _count(row["in_need"]), *shares)
    out.print(table)


def _print_problems(language: str, problems: tuple[Problem, ...], *, to: Console = out) -> None:
    from doorstep.city import grouped

    if not problems:
        to.print(text(language, "cli.no_problems"))
        return
    table = Table(title=text(language, "cli.problems_title", count=len(problems)), title_justify="left")
    for name in ("kind", "file", "row", "column", "what", "remedy"):
        table.add_column(text(language, f"cli.{name}"), overflow="fold")
    for group in grouped(problems):
        rows = ", ".join(str(row) for row in group.rows)
        if group.count > len(group.rows) and rows:
            rows = text(language, "cli.rows_more", first=rows, more=group.count - len(group.rows))
        one = group.first
        table.add_row(
            text(language, f"cli.severity_{one.severity}"),
            escape(one.file),
            rows,
            escape(one.column or ""),
            escape(_filled(language, "problems", one)),
            escape(_filled(language, "remedies", one)),
        )
    to.print(table)


def _one_line(language: str, group: ProblemGroup) -> str:
    where = group.first.file + (f":{group.first.row}" if group.first.row else "")
    more = f" (× {group.count})" if group.count > 1 else ""
    return f"{where}: {_filled(language, 'problems', group.first)}{more}"


def _filled(language: str, subject: str, problem: Problem) -> str:
    return text(language, f"{subject}.{problem.code}", **problem.values)


def _print_completeness(language: str, completeness) -> None:  # type: ignore[no-untyped-def]
    table = Table(title=text(language, "cli.completeness_title"), title_justify="left", box=None, pad_edge=False)
    for name in ("table", "column"):
        table.add_column(text(language, f"cli.{name}"))
    for name in ("measured", "estimated", "assumed", "unknown"):
        table.add_column(text(language, f"cli.{name}"), justify="right")
    for row in completeness.itertuples(index=False):
        counts = [str(getattr(row, name) or "") for name in ("measured", "estimated", "assumed", "unknown")]
        table.add_row(row.table, row.column, *counts)
    out.print(table)


def _print_violations(language: str, violations, *, to: Console = out) -> None:  # type: ignore[no-untyped-def]
    for one in violations:
        line = text(
            language,
            f"verify.{one.code}",
            subject=one.subject,
            reported=one.reported,
            derived=one.derived,
            count=one.count,
        )
        to.print(escape(f"{one.code}: {line}"))


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _share(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def _amount(money: int, currency: str) -> str:
    from doorstep.costs import MINOR_UNITS

    return f"{currency} {money / MINOR_UNITS[currency]:,.0f}"


if __name__ == "__main__":
    main()
