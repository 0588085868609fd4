"""The commands about spaces and registers, and made cities to try them on. Read, call, write, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from doorstep import cli
from doorstep.messages import text
from doorstep.screen import count, out

__all__ = ["COMMANDS"]


def _say(key: str, **values: object) -> str:
    return text(cli._HELP, f"inventory_commands.{key}", **values)


def make_city(
    to: Annotated[Path, typer.Argument(metavar="OUT", help=_say("arg_made_city"), show_default=False)],
    people: Annotated[
        int,
        typer.Option("--people", metavar="N", parser=cli._number("--people", least=2_000, most=10**7, whole=True),
                     help=_say("opt_people")),
    ] = 300_000,
    seed: Annotated[
        int,
        typer.Option("--seed", metavar="N", parser=cli._number("--seed", least=0, most=2**31, whole=True),
                     help=_say("opt_made_seed")),
    ] = 1,
    faults: Annotated[bool, typer.Option("--faults", help=_say("opt_faults"))] = False,
    lang: cli.Lang = None,
) -> None:  # fmt: skip
    from doorstep.made_city import make_city as make

    language = cli._speak(lang, None)
    with out.status(Text(text(language, "inventory_commands.making_city"))):
        city = make(to, people, seed=seed, faults=faults)
    told = {
        "people": count(float(city.residences["people"].sum())),
        "communities": count(len(city.communities)),
        "homes": count(len(city.residences)),
        "facilities": count(len(city.facilities)),
        "spaces": count(len(city.spaces)),
    }
    out.say(text(language, "inventory_commands.made_city", folder=to, **told), style="bold")
    out.say(text(language, "inventory_commands.made_city_next", folder=to))


COMMANDS: Mapping[str, Callable[..., None]] = {"make-city": make_city}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``inventory_commands``, with ``_`` for ``-``."""
