"""The command that plans for the worst-off first. Read, call, write, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.screen import out, print_answer, print_plan, watch

__all__ = ["COMMANDS"]


def _option(option: str, metavar: str, key: str, **more: Any) -> Any:
    return typer.Option(option, metavar=metavar, help=options.help_of(key, "fair"), **more)


def fair(
    city: options.CityFolder,
    to: options.Out,
    budget: options.Budget = None,
    by: Annotated[str, _option("--by", "community|age", "opt_by")] = "community",
    service: Annotated[str | None, _option("--service", "SERVICE", "opt_service", show_default=False)] = None,
    levels: Annotated[int, _option("--levels", "N", "opt_levels",
                                   parser=options.number("--levels", least=1, most=100, whole=True))] = 3,
    profile: options.ProfileName = None,
    gap: options.Gap = 0.01,
    rounds: options.Rounds = 60,
    settings: options.Settings = None,
    seed: options.Seed = 0,
    workers: options.Workers = options.CPUS,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.costs import MINOR_UNITS
    from doorstep.fair_plan import fair_plan
    from doorstep.fair_told import sections_of, sentences_of
    from doorstep.fairness import BY, services_asked
    from doorstep.whole import check_place

    data, standard, language = options.inputs(city, profile, settings, lang, joining=True)
    check_place(to, ours="plan.json")
    if by not in BY:
        raise DoorstepError("setting-value", key="--by", value=by, expected=" | ".join(BY))
    asked = pipeline.PlanOptions(
        budget_money=None if budget is None else options.money(budget, MINOR_UNITS[data.currency]),
        gap_target=gap, rounds=rounds, seed=seed, workers=workers,
    )  # fmt: skip
    with out.status(Text(text(language, "cli.walking"))):
        found = pipeline.diagnose(data, standard, workers=workers)
    if service is not None:
        services_asked(found, (service,), option="--service")
    with watch(language) as (show, interrupted):
        plan = fair_plan(
            found, asked, by=by, service=service, levels=levels, progress=show, interrupted=interrupted,
        )  # fmt: skip
    _write(plan, to, language)
    print_plan(plan.made.results, language, to)
    title = text(language, "fair.title", city=data.name)
    print_answer(
        title, sentences_of(plan, language), sections_of(plan, language), language,
        made_up=data.made_up, folded=False,
    )  # fmt: skip
    out.say(text(language, "cli.plan_open", file=to / "fair.html"))


def _write(plan, to: Path, language: str) -> None:  # type: ignore[no-untyped-def]
    from doorstep import pipeline
    from doorstep.fair_plan import floors_text
    from doorstep.fair_told import groups_table, sections_of, sentences_of
    from doorstep.report.answer_page import write_answer
    from doorstep.report.tables import write_csv
    from doorstep.whole import whole_folder

    city, document = plan.found.city, plan.made.results.plan
    with out.status("") as status, whole_folder(to, ours="plan.json") as part:
        pipeline.write_files(
            plan.made, part, language,
            progress=lambda name: status.update(Text(text(language, "cli.writing", file=name))),
        )  # fmt: skip
        write_csv(groups_table(plan), part / "fair.csv")
        (part / "floors.toml").write_text(floors_text(plan), encoding="utf-8")
        write_answer(
            part / "fair.html", language, title=text(language, "fair.title", city=city.name),
            sentences=sentences_of(plan, language), sections=sections_of(plan, language),
            attribution=document.attribution, made_up=city.made_up,
        )  # fmt: skip


COMMANDS: Mapping[str, Callable[..., None]] = {"fair": fair}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``fair``."""
