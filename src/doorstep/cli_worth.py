"""The command that says where the next idle room, or the next money, is worth most. Read, call, write, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.screen import out, print_answer

if TYPE_CHECKING:
    from doorstep.worth_told import Worth

__all__ = ["COMMANDS"]

_AMOUNTS = ("100000", "1000000")


def _say(key: str) -> str:
    return options.help_of(key, "worth")


def _option(option: str, metavar: str, key: str, **more: Any) -> Any:
    return typer.Option(option, metavar=metavar, help=_say(key), **more)


def worth(
    city: options.CityFolder,
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help=options.help_of("arg_plan"), show_default=False)
    ],
    money: Annotated[list[str] | None, _option("--money", "N", "opt_money", show_default=False)] = None,
    floor: Annotated[float | None, _option("--floor", "M2", "opt_floor", show_default=False,
                                           parser=options.number("--floor", least=1, most=100_000))] = None,
    channel: Annotated[str | None, _option("--channel", "CHANNEL", "opt_channel", show_default=False)] = None,
    every: Annotated[float, _option("--every", "M", "opt_every",
                                    parser=options.number("--every", least=0, most=10_000))] = 100.0,
    tries: Annotated[int, _option("--try", "N", "opt_try",
                                  parser=options.number("--try", least=0, most=200, whole=True))] = 8,
    to: Annotated[Path | None, _option("--out", "DIR", "opt_out", show_default=False)] = None,
    seed: options.Seed = 0,
    workers: options.Workers = options.CPUS,
    lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.city import CHANNELS
    from doorstep.costs import MINOR_UNITS
    from doorstep.new_rooms import RoomAsked, usual_room
    from doorstep.planned import planned, read_planned
    from doorstep.whole import check_place

    language = options.speak(lang, city)
    data, document = read_planned(city, plan)
    if document.phases:
        raise DoorstepError("what-if-phases")
    if channel is not None and channel not in CHANNELS:
        raise DoorstepError("setting-value", key="--channel", value=channel, expected=" | ".join(CHANNELS))
    minor = MINOR_UNITS[data.currency]
    amounts = tuple(options.money(one, minor, "--money") for one in money or _AMOUNTS)
    if to is not None:
        check_place(to, ours="places.csv")
    with out.status(Text(text(language, "cli.walking"))):
        was = planned(
            pipeline.diagnose(data, pipeline.profile_of_plan(data, document), workers=workers),
            document,
            workers=workers,
        )
    usual = usual_room(data)
    asked = RoomAsked(floor or usual.floor_m2, channel or usual.channel)
    found = _found(was, asked, tuple(one for one in amounts if one), every, tries, seed, workers, language)
    _print(found, language)
    if to is not None:
        _write(found, to, language)
        out.say(text(language, "cli.plan_open", file=to / "worth.html"))


def _found(was, asked, amounts: tuple[int, ...], every: float, tries: int, seed: int, workers: int,  # type: ignore[no-untyped-def]
           language: str) -> Worth:  # fmt: skip
    import numpy as np

    from doorstep.new_rooms import rooms_priced, rooms_tried
    from doorstep.next_money import limit_prices, next_money, spent_in
    from doorstep.replanning import base_of
    from doorstep.worth_told import Worth

    with out.status("") as status:

        def told(stage: str) -> Callable[[int, int], None]:
            return lambda done, total: status.update(
                Text(text(language, f"worth.{stage}", done=f"{done:,}", total=f"{total:,}"))
            )

        base = base_of(was, workers=workers)
        more = next_money(base, amounts, seed=seed, workers=workers, told=told("stage_money"))
        least = min(amounts, default=0)
        of = was.found.city.spaces["community"].to_numpy(dtype=object)
        earmarked = {
            str(one): spent_in(base, np.flatnonzero(of == one), least) if more else 0.0
            for one in was.found.city.communities["id"]
        }
        rooms = rooms_priced(was, asked, every_m=every, workers=workers, told=told("stage_rooms"))
        found = Worth(was, base, more, limit_prices(base, least), least, earmarked, asked, rooms, ())
        top = list(found.best_of().values())[:tries]
        tried = rooms_tried(was, base, asked, top, seed=seed, workers=workers, told=told("stage_tried"))
    return Worth(was, base, more, found.limits, least, earmarked, asked, rooms, tried)


def _print(found: Worth, language: str) -> None:
    from doorstep.worth_told import sections_of, sentences_of

    print_answer(
        text(language, "worth.title", city=found.city.name), sentences_of(found, language),
        sections_of(found, language), language, made_up=found.city.made_up, folded=True,
    )  # fmt: skip


def _write(found: Worth, to: Path, language: str) -> None:
    from doorstep.report.answer_page import write_answer
    from doorstep.report.geopackage import write_layers
    from doorstep.report.qml import class_style, polygon_style
    from doorstep.report.tables import write_csv
    from doorstep.whole import whole_folder
    from doorstep.worth_told import COLOURS, class_limits, layers_of, places_table, sections_of, sentences_of

    attribution = found.was.document.attribution
    title = text(language, "worth.title", city=found.city.name)
    layers = layers_of(found)
    limits = class_limits(max((one.worth for one in found.rooms), default=0.0))
    styles = {
        "communities": polygon_style("#6b6b6b"),
        "rooms": class_style("priced_users", [0.0, 1e-9, *limits[1:]], COLOURS),
    }
    notes = [("title", title), *(("attribution", one) for one in attribution)]
    notes += [("units", text(language, "worth.users")), ("approval", text(language, "report.approval_number"))]
    if found.city.made_up:
        notes.append(("made_up", text(language, "report.made_up")))
    with whole_folder(to, ours="places.csv") as part:
        write_csv(places_table(found), part / "places.csv")
        write_layers(part / "places.gpkg", layers, styles, notes)
        write_answer(
            part / "worth.html", language, title=title, sentences=sentences_of(found, language),
            sections=sections_of(found, language), attribution=attribution, made_up=found.city.made_up,
        )  # fmt: skip


COMMANDS: Mapping[str, Callable[..., None]] = {"worth": worth}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``worth``."""
