"""The command that shows what money can bring and whom it leaves behind, as a front. Read, call, write, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.screen import out, print_answer

__all__ = ["COMMANDS"]


def _say(key: str) -> str:
    return options.help_of(key, "pareto")


def _option(option: str, metavar: str, key: str, **more: Any) -> Any:
    return typer.Option(option, metavar=metavar, help=_say(key), **more)


def pareto(
    city: options.CityFolder,
    to: options.Out,
    most: Annotated[str | None, _option("--most", "N", "opt_most", show_default=False)] = None,
    budgets: Annotated[int, _option("--budgets", "N", "opt_budgets",
                                    parser=options.number("--budgets", least=1, most=100, whole=True))] = 8,
    by: Annotated[str, _option("--by", "community|age", "opt_by")] = "community",
    services: Annotated[str | None, _option("--services", "A,B", "opt_services", show_default=False)] = None,
    levels: Annotated[str | None, _option("--levels", "A,B", "opt_levels", show_default=False)] = None,
    profile: options.ProfileName = None,
    settings: options.Settings = None,
    seed: options.Seed = 0,
    workers: options.Workers = options.CPUS,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.costs import MINOR_UNITS
    from doorstep.fairness import BY, services_asked
    from doorstep.layout import cost_of_serving_all
    from doorstep.pareto import LEVELS, budgets_up_to
    from doorstep.pareto import pareto as front_of
    from doorstep.pareto_told import sections_of, sentences_of
    from doorstep.whole import check_place

    data, standard, language = options.inputs(city, profile, settings, lang, joining=True)
    check_place(to, ours="points.csv")
    if by not in BY:
        raise DoorstepError("setting-value", key="--by", value=by, expected=" | ".join(BY))
    asked = LEVELS if levels is None else tuple(_share(one) for one in options.names(levels))
    given = None if most is None else options.money(most, MINOR_UNITS[data.currency], "--most")
    with out.status(Text(text(language, "cli.walking"))):
        found = pipeline.diagnose(data, standard, workers=workers)
    wanted = services_asked(found, options.names(services))
    with out.status(Text(text(language, "pareto.yardstick"))) as status:

        def told(done: int, total: int) -> None:
            status.update(Text(text(language, "pareto.stage", done=done, total=total)))

        if given is None:
            given = cost_of_serving_all(found.problem, seed=seed, workers=workers, rounds=4)
        front = front_of(
            found, budgets_up_to(max(1, given), budgets), by=by, services=wanted, levels=asked, seed=seed,
            workers=workers, told=told,
        )  # fmt: skip
    title = text(language, "pareto.title", city=data.name)
    print_answer(
        title, sentences_of(front, language), sections_of(front, language), language,
        made_up=data.made_up, folded=False,
    )  # fmt: skip
    _write(front, to, language)
    out.say(text(language, "cli.plan_open", file=to / "pareto.html"))


def _share(given: str) -> float:
    read = options.number("--levels", least=0, most=1)
    return float(read(given))


def _write(front, to: Path, language: str) -> None:  # type: ignore[no-untyped-def]
    from doorstep.pareto_told import hubs_table, points_table, sections_of, sentences_of
    from doorstep.report.answer_page import write_answer
    from doorstep.report.tables import write_csv
    from doorstep.whole import whole_folder

    city = front.found.city
    with whole_folder(to, ours="points.csv") as part:
        write_csv(points_table(front), part / "points.csv")
        (part / "points").mkdir()
        for number, point in enumerate(front.points, start=1):
            write_csv(hubs_table(front, point), part / "points" / f"{number:02}.csv")
        write_answer(
            part / "pareto.html", language, title=text(language, "pareto.title", city=city.name),
            sentences=sentences_of(front, language), sections=sections_of(front, language),
            attribution=tuple(dict.fromkeys(one.attribution for one in city.sources if one.attribution)),
            made_up=city.made_up,
        )  # fmt: skip


COMMANDS: Mapping[str, Callable[..., None]] = {"pareto": pareto}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``pareto``."""
