"""The command that holds a plan against draws of what is assumed. Read, call, write, print."""

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
    return options.help_of(key, "robust")


def _option(option: str, metavar: str, key: str, **more: Any) -> Any:
    return typer.Option(option, metavar=metavar, help=_say(key), **more)


def robust(
    city: options.CityFolder,
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help=options.help_of("arg_plan"), show_default=False)
    ],
    to: Annotated[Path | None, _option("--out", "DIR", "opt_out", show_default=False)] = None,
    draws: Annotated[int, _option("--draws", "N", "opt_draws",
                                  parser=options.number("--draws", least=2, most=10_000, whole=True))] = 20,
    vary: Annotated[str, _option("--vary", "A,B", "opt_vary")] = "need,take_up,rooms",
    candidates: Annotated[int, _option("--candidates", "N", "opt_candidates",
                                       parser=options.number("--candidates", least=1, most=1_000, whole=True))] = 8,
    seed: options.Seed = 0,
    workers: options.Workers = options.CPUS,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.planned import planned, read_planned
    from doorstep.robust import VARY
    from doorstep.robust import robust as held
    from doorstep.robust_told import sections_of, sentences_of
    from doorstep.whole import check_place

    language = options.speak(lang, city)
    data, document = read_planned(city, plan)
    if document.phases:
        raise DoorstepError("what-if-phases")
    varied = tuple(dict.fromkeys(options.names(vary)))
    if not varied or not set(varied) <= set(VARY):
        raise DoorstepError("setting-value", key="--vary", value=vary, expected=", ".join(VARY))
    if to is not None:
        check_place(to, ours="draws.csv")
    with out.status(Text(text(language, "cli.walking"))) as status:

        def told(done: int, total: int) -> None:
            status.update(Text(text(language, "robust.stage", done=done, total=total)))

        before = pipeline.diagnose(data, pipeline.profile_of_plan(data, document), workers=workers)
        was = planned(before, document, workers=workers)
        found = held(was, draws=draws, vary=varied, most_candidates=candidates, seed=seed, workers=workers, told=told)
    title = text(language, "robust.title", city=data.name)
    print_answer(
        title, sentences_of(found, language), sections_of(found, language), language,
        made_up=data.made_up, folded=False,
    )  # fmt: skip
    if to is not None:
        _write(found, to, language)
        out.say(text(language, "cli.plan_open", file=to / "robust.html"))


def _write(found, to: Path, language: str) -> None:  # type: ignore[no-untyped-def]
    from doorstep.report.answer_page import write_answer
    from doorstep.report.tables import write_csv
    from doorstep.robust_told import draws_table, hubs_table, rooms_table, sections_of, sentences_of
    from doorstep.whole import whole_folder

    city = found.was.found.city
    with whole_folder(to, ours="draws.csv") as part:
        write_csv(draws_table(found), part / "draws.csv")
        write_csv(rooms_table(found), part / "rooms.csv")
        write_csv(hubs_table(found, found.best), part / "least-regret.csv")
        write_answer(
            part / "robust.html", language, title=text(language, "robust.title", city=city.name),
            sentences=sentences_of(found, language), sections=sections_of(found, language),
            attribution=found.was.document.attribution, made_up=city.made_up,
        )  # fmt: skip


COMMANDS: Mapping[str, Callable[..., None]] = {"robust": robust}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``robust``."""
