"""The command that says what missing facts may change in a plan. Read, call, write, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.messages import text
from doorstep.screen import amount, count, out, print_rows, share

if TYPE_CHECKING:
    from doorstep.missing_facts import MissingFacts

__all__ = ["COMMANDS"]

_ON_SCREEN = 20


def _say(key: str) -> str:
    return options.help_of(key, "missing_facts")


def missing(
    city: options.CityFolder,
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help=options.help_of("arg_plan"), show_default=False)
    ],
    to: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=_say("opt_out"), show_default=False)] = None,
    rounds: Annotated[
        int,
        typer.Option("--rounds", metavar="N", parser=options.number("--rounds", least=1, most=10_000, whole=True),
                     help=_say("opt_rounds")),
    ] = 8,
    workers: options.Workers = options.CPUS,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.missing_facts import missing_facts
    from doorstep.planned import read_planned
    from doorstep.report.facts_page import write_facts_page
    from doorstep.whole import check_place, whole_folder

    language = options.speak(lang, city)
    data, document = read_planned(city, plan)
    if to is not None:
        check_place(to, ours="missing.csv")
    with out.status(Text(text(language, "cli.walking"))):
        before = pipeline.diagnose(data, pipeline.profile_of_plan(data, document), workers=workers)

    def told(facts: tuple[str, ...]) -> None:
        out.say(text(language, "missing_facts.searching", facts=_named(facts, language)), style="dim")

    found = missing_facts(before, document, rounds=rounds, workers=workers, told=told)
    out.say()
    title = text(language, "missing_facts.title", city=data.name)
    out.say(title, style="bold")
    if data.made_up:
        out.say(text(language, "cli.plan_made_up"), style="bold red")
    if not found.changes:
        out.say(text(language, "missing_facts.none"))
        return
    sentences = _sentences(found, language)
    for sentence in sentences:
        out.say(sentence)
    out.say()
    changes, rooms = _changes(found, document.currency, language), _rooms(found, language)
    print_rows(*changes)
    if found.rooms:
        out.say()
        out.say(text(language, "missing_facts.ask"))
        print_rows(rooms[0], rooms[1][:_ON_SCREEN])
        if len(found.rooms) > _ON_SCREEN:
            out.say(text(language, "missing_facts.more", count=count(len(found.rooms) - _ON_SCREEN)))
    if to is not None:
        with whole_folder(to, ours="missing.csv") as part:
            write_facts_page(
                part, language, title=title, sentences=[*sentences, text(language, "missing_facts.ask")],
                changes=changes, rooms=rooms, made_up=data.made_up,
            )  # fmt: skip
        out.say(text(language, "cli.plan_open", file=to / "missing.html"))


def _named(facts: tuple[str, ...], language: str) -> str:
    return text(language, "report.list_separator").join(text(language, f"missing_facts.{one}") for one in facts)


def _sentences(found: MissingFacts, language: str) -> list[str]:
    lines = []
    for one in found.changes:
        people = abs(found.people - one.people)
        added = found.people - found.people_now
        key = "with_facts" if people or one.leave or one.enter else "with_facts_same"
        told = {"people": count(people), "planned": count(found.people), "gap": share(found.gap)}
        if found.is_within_gap(one):
            key, told["people"] = "with_facts_better", count(one.people)
        lines.append(
            text(
                language, f"missing_facts.{key}", facts=_named(one.facts, language), rooms=count(one.rooms),
                **told, share=share(people / added) if added > 0 else "–", leave=count(len(one.leave)),
                enter=count(len(one.enter)), in_plan=count(one.rooms_in_plan),
            )
        )  # fmt: skip
    return [*lines, text(language, "missing_facts.how")]


def _changes(found: MissingFacts, currency: str, language: str) -> tuple[list[str], list[list[str]]]:
    heads = ("facts", "rooms", "in_plan", "hubs", "people", "change", "capital", "leave", "enter")
    first = ["", "", count(found.hubs), count(found.people), "", amount(found.capital_money, currency), "", ""]
    rows = [[text(language, "missing_facts.as_planned"), *first]]
    for one in found.changes:
        rows.append(
            [
                _named(one.facts, language), count(one.rooms), count(one.rooms_in_plan), count(one.hubs),
                count(one.people),
                text(language, "missing_facts.within_gap") if found.is_within_gap(one)
                else f"{one.people - found.people:+,.0f}",
                amount(one.capital_money, currency), count(len(one.leave)), count(len(one.enter)),
            ]
        )  # fmt: skip
    return [text(language, f"missing_facts.col_{head}") for head in heads], rows


def _rooms(found: MissingFacts, language: str) -> tuple[list[str], list[list[str]]]:
    heads = ("space", "place", "missing", "barred", "depend")
    rows = [
        [
            one.space, one.place, _named(one.missing, language),
            text(language, "report.list_separator").join(text(language, f"services.{name}") for name in one.barred),
            count(one.people),
        ]
        for one in found.rooms
    ]  # fmt: skip
    return [text(language, f"missing_facts.col_{head}") for head in heads], rows


COMMANDS: Mapping[str, Callable[..., None]] = {"missing": missing}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``missing_facts``."""
