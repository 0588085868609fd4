"""What the commands have in common: their options, the language they speak, how they read and write. No logic."""

from __future__ import annotations

import locale
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from doorstep.errors import DoorstepError
from doorstep.messages import LANGUAGES, text
from doorstep.screen import err, one_line, out

# Rooms are imported inside the functions: `doorstep --help` need not wait for the compiled loops.

__all__ = [
    "CPUS",
    "Branches",
    "Budget",
    "CityFolder",
    "Gap",
    "Lang",
    "Method",
    "Out",
    "ProfileName",
    "Rounds",
    "Seed",
    "Settings",
    "TimeLimit",
    "Workers",
    "help_of",
    "inputs",
    "language",
    "money",
    "names",
    "not_number",
    "number",
    "pairs",
    "speak",
    "system_language",
    "use_language",
    "write",
]


def system_language() -> str:
    """Language of --lang if it stands in the command line, else of the system; a city's own comes later."""
    given = [one.partition("=")[2] for one in sys.argv if one.startswith("--lang=")]
    given += [after for one, after in zip(sys.argv, sys.argv[1:], strict=False) if one == "--lang"]
    if given and given[-1] in LANGUAGES:
        return given[-1]
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = name or (locale.getlocale()[0] or "")
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


_spoken = [system_language()]


def language() -> str:
    """Return the language in which the program speaks now: the system's until a command has settled it."""
    return _spoken[-1]


def use_language(said: str) -> str:
    """Speak this language from now on; return it."""
    _spoken[:] = [said]
    return said


def help_of(key: str, subject: str = "cli", **values: object) -> str:
    """Return a text of a command's help."""
    return text(language(), f"{subject}.{key}", **values)


def number(option: str, *, least: float, most: float = math.inf, whole: bool = False) -> Callable[[object], Any]:
    """Return a reader of an option's number, with the bounds that its message names."""

    def read(given: object) -> float | int:
        try:
            value = int(str(given)) if whole else float(str(given))
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not least <= value <= most:
            raise not_number(option, given, least, most, whole=whole)
        return value

    read.__name__ = "N"
    return read


def not_number(option: str, given: object, least: float, most: float, *, whole: bool = False) -> DoorstepError:
    """Return the error of an option whose number does not lie between the least and the most."""
    if math.isinf(most):
        return DoorstepError("number-form", option=option, value=given, least=f"{least:,.0f}")
    code = "number-whole" if whole else "number-range"
    return DoorstepError(code, option=option, value=given, least=f"{least:,.0f}", most=f"{most:,.0f}")


CityFolder = Annotated[Path, typer.Argument(metavar="CITY", help=help_of("arg_city"), show_default=False)]
Lang = Annotated[str | None, typer.Option("--lang", metavar="en|zh", help=help_of("opt_lang"), show_default=False)]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=help_of("opt_out"), show_default=False)]
Budget = Annotated[str | None, typer.Option("--budget", metavar="N", help=help_of("opt_budget"), show_default=False)]
ProfileName = Annotated[
    str | None, typer.Option("--profile", metavar="PROFILE", help=help_of("opt_profile"), show_default=False)
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=help_of("opt_set"), show_default=False)
]
Gap = Annotated[
    float, typer.Option("--gap", metavar="GAP", parser=number("--gap", least=0, most=1_000), help=help_of("opt_gap"))
]
Rounds = Annotated[
    int,
    typer.Option(
        "--rounds",
        metavar="ROUNDS",
        parser=number("--rounds", least=1, most=10**6, whole=True),
        help=help_of("opt_rounds"),
    ),
]
Branches = Annotated[
    int | None,
    typer.Option(
        "--branches",
        metavar="BRANCHES",
        parser=number("--branches", least=0, most=10**7, whole=True),
        help=help_of("opt_branches"),
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit", metavar="SECONDS", parser=number("--time-limit", least=0, most=10**9), show_default=False,
        help=help_of("opt_time_limit"),
    ),
]  # fmt: skip
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="SEED", parser=number("--seed", least=0, most=2**31 - 1, whole=True), help=help_of("opt_seed")
    ),
]
Method = Annotated[str, typer.Option("--method", metavar="engine|greedy|even", help=help_of("opt_method"))]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="WORKERS",
        parser=number("--workers", least=1, most=256, whole=True),
        help=help_of("opt_workers"),
    ),
]

CPUS = os.cpu_count() or 1


def speak(given: str | None, city: Path | None, of_plan: str | None = None) -> str:
    """Settle the language of all messages: --lang, else the city's (or plan's) own, else the system's."""
    from doorstep.city import said_language

    if given is not None and given not in LANGUAGES:
        raise DoorstepError("setting-value", key="--lang", value=given, expected=" | ".join(LANGUAGES))
    said = given or of_plan or (said_language(city) if city is not None else None)
    return use_language(said or language())


def inputs(city: Path, profile: str | None, settings: list[str] | None, lang: str | None, *, joining: bool = False):  # type: ignore[no-untyped-def]
    """Read city and profile; with ``joining``, for plans, list what does not stop one and who joins no street."""
    from doorstep import pipeline
    from doorstep.city import grouped
    from doorstep.walk_questions import joining_notes

    spoken, given = speak(lang, city), pairs(settings)
    with out.status(Text(text(spoken, "cli.reading", city=city))):
        data, standard = pipeline.read_inputs(city, profile=profile, settings=given)
        notes = joining_notes(data, standard) if joining else ()
    for group in grouped((*data.warnings, *notes)) if joining else ():
        err.say(one_line(spoken, group), style="dim")
    return data, standard, spoken


def pairs(settings: list[str] | None) -> dict[str, str]:
    """Return what stands in ``--set``."""
    found = {}
    for one in settings or []:
        key, sign, value = one.rpartition("=")  # a key may hold one itself: existing_capacity:amenity=library
        if not sign or not key:
            raise DoorstepError("setting-form", given=one)
        found[key.strip()] = value.strip()
    return found


def names(given: str | None) -> tuple[str, ...]:
    """Return what stands in a list parted by commas."""
    return tuple(one.strip() for one in (given or "").split(",") if one.strip())


def money(given: str, minor: int, option: str = "--budget") -> int:
    """Whole minor units of an amount as people write it."""
    from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

    most = 10**13
    try:
        amount = Decimal(given.replace(",", "").replace("_", "").replace(" ", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= most:
        raise not_number(option, given, 0, most)
    return int((amount * minor).to_integral_value(ROUND_HALF_UP))


def write(made, to: Path, spoken: str) -> None:  # type: ignore[no-untyped-def]
    """Write a plan's folder, and say which file is being written."""
    from doorstep import pipeline

    with out.status("") as status:
        pipeline.write_results(
            made,
            to,
            spoken,
            progress=lambda name: status.update(Text(text(spoken, "cli.writing", file=name))),
        )
