"""The command that changes a plan at once. Read, call, write, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.screen import amount, count, out, print_rows, share

if TYPE_CHECKING:
    import pandas as pd

    from doorstep.what_if import Change

__all__ = ["COMMANDS"]


def _say(key: str) -> str:
    return options.help_of(key, "what_if")


def _spaces(option: str, metavar: str, key: str) -> Any:
    return typer.Option(option, metavar=metavar, help=_say(key), show_default=False)


def what_if(
    city: options.CityFolder,
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help=options.help_of("arg_plan"), show_default=False)
    ],
    ban: Annotated[list[str] | None, _spaces("--ban", "SPACE", "opt_ban")] = None,
    pin: Annotated[list[str] | None, _spaces("--pin", "SPACE", "opt_pin")] = None,
    move: Annotated[list[str] | None, _spaces("--move", "FROM:TO", "opt_move")] = None,
    budget: Annotated[str | None, _spaces("--budget", "N", "opt_budget")] = None,
    settings: Annotated[list[str] | None, _spaces("--set", "KEY=VALUE", "opt_set")] = None,
    to: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=_say("opt_out"), show_default=False)] = None,
    workers: options.Workers = options.CPUS,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.costs import MINOR_UNITS
    from doorstep.planned import read_planned
    from doorstep.what_if import Asked
    from doorstep.what_if import what_if as changed
    from doorstep.whole import check_place

    language = options.speak(lang, city)
    data, document = read_planned(city, plan)
    if to is not None:
        check_place(to, ours="plan.json")
    asked = Asked(
        ban=tuple(ban or ()),
        pin=tuple(pin or ()),
        move=tuple(_moved(one) for one in move or ()),
        budget_money=None if budget is None else options.money(budget, MINOR_UNITS[data.currency]),
        settings=options.pairs(settings),
    )
    with out.status(Text(text(language, "cli.walking"))):
        found = changed(data, document, asked, workers=workers)
    _print(found, data.spaces, document.currency, language)
    if to is not None:
        options.write(found.plan, to, language)
        out.say(text(language, "what_if.written", folder=to))


def _moved(given: str) -> tuple[str, str]:
    one, sign, other = given.partition(":")
    if not sign or not one.strip() or not other.strip():
        raise DoorstepError("move-form", given=given)
    return one.strip(), other.strip()


def _print(found: Change, spaces: pd.DataFrame, currency: str, language: str) -> None:
    one, other = found.before, found.after
    place = dict(zip(spaces["id"], spaces["place"], strict=True))

    def named(key: str) -> str:
        return text(language, f"what_if.{key}")

    def signed(number: float, told: Callable[[float], str]) -> str:
        return ("−" if number < 0 else "+" if number > 0 else "±") + told(abs(number))

    def money(minor: float) -> str:
        return amount(round(minor), currency)

    rows = [
        (named(key), told(before), told(after), signed(after - before, told))
        for key, before, after, told in (
            ("row_hubs", one.hubs, other.hubs, count),
            ("row_people", one.people, other.people, count),
            ("row_worth", one.worth, other.worth, count),
            ("row_capital", one.capital_money, other.capital_money, money),
        )
    ]
    rows.append((named("row_gap"), share(one.gap), share(other.gap), ""))
    out.say()
    print_rows(("", named("before"), named("after"), named("change")), rows)
    for key, ids in (("opened", found.opened), ("closed", found.closed), ("altered", found.altered)):
        if ids:
            spoken = "; ".join(f"{space} {place[space]}" for space in ids)
            out.say(text(language, f"what_if.{key}", count=len(ids), spaces=spoken))
    if not (found.opened or found.closed or found.altered):
        out.say(named("same"))
    if found.better_anyway:
        out.say(named("better_anyway"))
    out.say(text(language, "what_if.how", seconds=f"{found.seconds:.1f}"), style="dim")
    out.say(named("keep"), style="dim")


COMMANDS: Mapping[str, Callable[..., None]] = {"what-if": what_if}
