"""The commands that answer questions about walks: network, reach, route, gate. Read, call, write, print."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.text import Text

from doorstep import cli_options as options
from doorstep.errors import DoorstepError
from doorstep.messages import text
from doorstep.screen import count, out, print_rows, share

if TYPE_CHECKING:
    from doorstep.city import City
    from doorstep.standards import Profile
    from doorstep.walk import Walker
    from doorstep.walk.gates import NewGate
    from doorstep.walk.obstacle import Obstacle
    from doorstep.walk.toward import Measure

__all__ = ["COMMANDS", "CONTEXT"]

_MONDAY = datetime(2026, 3, 2)  # a day of the week without a date is one of this week
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_ZH = "一二三四五六日"
_FACILITIES_SHOWN = 8
_ISLANDS_SHOWN = 10
_HOMES_SHOWN = 8
_ALIKE = 0.8  # ids less alike than this have nothing to do with one another


def _say(key: str, **values: object) -> str:
    return options.help_of(key, "walk_commands", **values)


Folder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help=_say("opt_out"), show_default=False)
]  # fmt: skip
WalkerName = Annotated[
    str, typer.Option("--walker", metavar="WALKER", help=_say("opt_walker"), show_default=False)
]  # fmt: skip


def network(city: options.CityFolder, to: Folder = None, lang: options.Lang = None) -> None:
    from doorstep.city import PEOPLE_COLUMNS
    from doorstep.walk import build_network
    from doorstep.walk.quality import quality
    from doorstep.walk.walker import planner
    from doorstep.walk_questions import joined
    from doorstep.whole import check_place, whole_folder

    data, standard, language = options.inputs(city, None, None, lang)
    if to is not None:
        check_place(to, ours="network.html")
    walked = build_network(data.streets, planner(standard))
    people = data.residences[list(PEOPLE_COLUMNS)].to_numpy(float).sum(axis=1)
    homes, facilities, spaces = (
        joined(walked, data, table, standard) for table in (data.residences, data.facilities, data.spaces)
    )
    found = quality(walked, homes, people, facilities=facilities, spaces=spaces)
    if to is not None:
        from doorstep.report.network_page import write_network_page
        from doorstep.report.network_tables import write_network_tables

        with whole_folder(to, ours="network.html") as part:
            write_network_page(data, walked, found, part / "network.html", language)
            write_network_tables(data, walked, found, part)
    out.say(text(language, "walk_commands.network_title", city=data.name), style="bold")
    rows = [(text(language, f"walk_commands.network_{name}"), figure) for name, figure in _quality_rows(found)]
    print_rows((text(language, "walk_commands.network_read"), ""), rows)
    _print_islands(data, language, found)
    if to is not None:
        out.say(text(language, "cli.plan_open", file=to / "network.html"))


def _print_islands(data: City, language: str, found: Any) -> None:
    """Print the islands that somebody lives on, those with most people first."""
    islands = sorted((one for one in found.islands if one.people > 0), key=lambda one: -one.people)
    if not islands:
        return
    out.say()
    names = ("island", "people", "residences", "length_m", "place")
    rows = []
    for one in islands[:_ISLANDS_SHOWN]:
        lon, lat = _degrees(data.crs, one.x_m, one.y_m)
        place = f"{lat:.5f}, {lon:.5f}"
        rows.append((str(one.component), count(one.people), count(one.residences), count(one.length_m), place))
    print_rows([text(language, f"walk_commands.island_{name}") for name in names], rows)
    if len(islands) > _ISLANDS_SHOWN:
        out.say(text(language, "walk_commands.islands_more", count=len(islands) - _ISLANDS_SHOWN))


def _quality_rows(found: Any) -> list[tuple[str, str]]:
    whole: tuple[str, ...] = (
        "edges",
        "flights",
        "steps",
        "lifts",
        "gates_open",
        "gates_private",
        "gates_closed",
        "gate_lines",
        "gate_lines_on_ways",
        "signals",
        "signal_waits",
        "hours",
    )
    more = ("squares_crossed", "cuts")
    rows = [("ways", count(sum(found.ways.values()))), ("km", f"{found.length_m / 1000:,.1f}")]
    for name in whole:
        rows += [(name, count(getattr(found, name)))]
        rows += [("walls_crossed", count(len(found.walls_crossed)))] if name == "gate_lines_on_ways" else []
    rows += [("hours_unread", count(len(found.hours_unread)))]
    rows += [(name, count(getattr(found, name))) for name in more]
    rows += [("joins", count(len(found.joins))), ("islands", count(len(found.islands)))]
    rows += [(name, share(getattr(found, name))) for name in ("main_share", "level_share")]
    rows += [("dropped", count(sum(found.dropped.values())))]
    rows += [(name, count(getattr(found, name))) for name in ("zero_edges", "self_loops", "parallel_edges")]
    for name in ("homes", "facilities", "spaces"):
        joined = getattr(found, name)
        rows += [(name, count(len(joined.part))), (f"{name}_islands", count(len(joined.on_islands)))]
        rows += [(f"{name}_far", count(len(joined.far))), (f"{name}_unconnected", count(len(joined.unconnected)))]
    rows += [("people", count(found.people))]
    rows += [("people_islands", count(found.people - found.people_main - found.people_unconnected))]
    return [*rows, ("people_unconnected", count(found.people_unconnected))]


def reach(
    city: options.CityFolder,
    service: Annotated[str, typer.Option("--service", metavar="SERVICE", help=_say("opt_service"))],
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", metavar="N", parser=options.number("--minutes", least=0, most=240),
                     show_default=False, help=_say("opt_minutes")),
    ] = None,
    metres: Annotated[
        float | None,
        typer.Option("--metres", metavar="N", parser=options.number("--metres", least=0, most=16_000),
                     show_default=False, help=_say("opt_metres")),
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help=_say("opt_at"), show_default=False)] = None,
    walker: WalkerName = "plan", to: Folder = None, settings: options.Settings = None, lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.report.reach_map import write_reach
    from doorstep.walk_questions import who_reaches
    from doorstep.whole import check_place, whole_folder

    data, standard, language = options.inputs(city, None, settings, lang)
    if minutes is not None and metres is not None:
        raise DoorstepError("two-limits")
    who = _walker(standard, walker)
    known = [one.id for one in standard.services]
    if service not in known:
        raise DoorstepError("service-unknown", name=service, known=", ".join(known))
    measure: Measure = "minutes" if minutes is not None else "metres" if metres is not None else _measure(standard)
    asked = minutes if minutes is not None else metres
    limit = standard.walk_limit(standard.service(service)) if asked is None else round(
        asked * (60_000 if measure == "minutes" else 1000)
    )  # fmt: skip
    when = None if at is None else _time(at)
    if to is not None:
        check_place(to, ours="reach.gpkg")
    with out.status(Text(text(language, "cli.walking"))):
        found = who_reaches(data, standard, service, walker=who, limit=limit, measure=measure, at=when)
    if to is not None:
        with whole_folder(to, ours="reach.gpkg") as part:
            write_reach(
                data, found.network, found.places, found.counted, found.nearest, part, limit=limit, measure=measure
            )
    _print_reach(data, language, service, found, _limit_told(language, limit, measure), who, when)
    if to is not None:
        out.say(text(language, "cli.plan_open", file=to / "reach.gpkg"))


def _print_reach(
    data: City, language: str, service: str, found: Any, limit: str, who: Walker, when: datetime | None
) -> None:
    values = {"service": text(language, f"services.{service}"), "limit": limit, "walker": _walker_told(language, who)}
    key = "reach_title" if when is None else "reach_title_at"
    told = {} if when is None else {"at": _time_told(language, when)}
    out.say(text(language, f"walk_commands.{key}", count=len(found.counted), **values, **told), style="bold")
    if data.made_up:
        out.say(text(language, "cli.plan_made_up"), style="bold red")
    for name in ("shut", "unknown_hours", "unread_hours", "without_room", "not_joined"):
        if getattr(found, name):
            out.say(text(language, f"walk_commands.reach_{name}", count=getattr(found, name)))
    if who.id != "plan" and who.id not in set(found.people["band"]):
        out.say(text(language, "walk_commands.reach_as_if"))
    heads = [text(language, f"walk_commands.{name}") for name in ("age", "people", "reach", "share", "not_reach")]
    people = found.people if who.id not in set(found.people["band"]) else found.people[found.people["band"] == who.id]
    _say_not_joined(data, language, found.homes_not_joined, set(people["band"]))
    bands = people.groupby("band", sort=False)[["people", "reach"]].sum()
    whole = people[["people", "reach"]].sum()
    everybody = [] if len(bands) == 1 else [_reach_row(text(language, "walk_commands.all"), whole)]
    print_rows(heads, [*(_reach_row(str(band), row) for band, row in bands.iterrows()), *everybody])
    out.say()
    names = dict(zip(data.communities["id"], data.communities["name"], strict=True))
    names[""] = text(language, "walk_commands.outside")
    areas = people.groupby("community", sort=False)[["people", "reach"]].sum()
    areas = areas[areas["people"] > 0]
    heads[0] = text(language, "walk_commands.community")
    print_rows(heads, [_reach_row(names[area] or str(area), row) for area, row in areas.iterrows()])


def _say_not_joined(data: City, language: str, homes: tuple[int, ...], bands: set[str]) -> None:
    """Say which residences are not joined to the network, those with most people of these ages first."""
    from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS

    if not homes:
        return
    columns = [column for band, column in zip(AGE_BANDS, PEOPLE_COLUMNS, strict=True) if band in bands]
    table = data.residences.iloc[list(homes)]
    people = table[columns].sum(axis=1).to_numpy(float)
    order = np.argsort(-people, kind="stable")[:_HOMES_SHOWN]
    ids = ", ".join(f"{table['id'].iloc[at]} ({count(people[at])})" for at in order.tolist())
    key = "reach_homes_not_joined" if len(homes) <= _HOMES_SHOWN else "reach_homes_not_joined_more"
    out.say(text(language, f"walk_commands.{key}", count=len(homes), people=count(people.sum()), ids=ids))


def _reach_row(name: str, row: Any) -> tuple[str, ...]:
    people, reached = float(row["people"]), float(row["reach"])
    return name, count(people), count(reached), share(reached / people, 0) if people else "–", count(people - reached)


def route(
    city: options.CityFolder,
    home: Annotated[str, typer.Argument(metavar="FROM", help=_say("arg_from"), show_default=False)],
    place: Annotated[str, typer.Argument(metavar="TO", help=_say("arg_to"), show_default=False)],
    walker: WalkerName = "plan", settings: options.Settings = None, lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.walk import build_network
    from doorstep.walk import route as walk_of
    from doorstep.walk.obstacle import obstacle
    from doorstep.walk.toward import connected
    from doorstep.walk.words import route_words
    from doorstep.walk_questions import joined

    data, standard, language = options.inputs(city, None, settings, lang)
    who = _walker(standard, walker)
    start, goal = _ends(data, home, place)
    table, row = (data.facilities, goal) if goal < len(data.facilities) else (data.spaces, goal - len(data.facilities))
    names = (str(data.residences["name"].iloc[start]) or home, str(table["place"].iloc[row]) or place)
    walked = build_network(data.streets, who)
    homes, places = joined(walked, data, data.residences, standard), joined(walked, data, table, standard)
    told = {"walker": _walker_told(language, who), "home": names[0], "place": names[1]}
    for end, points, at in (("home", homes, start), ("place", places, row)):
        if not connected(points, [at]):
            raise DoorstepError("walk-none", reason=text(language, f"errors.walk_none_{end}"), **told)
    try:
        walk = walk_of(walked, homes, places, start, row, measure=_measure(standard))
    except ValueError:
        in_the_way = obstacle(walked, homes, places, start, row, measure=_measure(standard))
        parts = [{*points.component[points.of == at].tolist()} for points, at in ((homes, start), (places, row))]
        reason = _obstacle_told(language, data, in_the_way, parts)
        raise DoorstepError("walk-none", reason=reason, **told) from None
    out.say(text(language, "walk_commands.route_title", **told), style="bold")
    if data.made_up:
        out.say(text(language, "cli.plan_made_up"), style="bold red")
    *sentences, total = route_words(walk, walked, language, home=names[0], place=names[1])
    for number, sentence in enumerate(sentences, start=1):
        out.say(f"{number:2d}  {sentence}")
    out.say(total, style="bold")


def _obstacle_told(language: str, data: City, found: Obstacle, parts: list[set[int]]) -> str:
    """Say why there is no walk; ``parts`` are the parts of the network that the home and the place join."""
    if found.kind == "island":
        home_off, place_off = (0 not in part for part in parts)
        end = "both" if home_off and place_off else "home" if home_off else "place"
        return text(language, f"errors.walk_none_island_{end}")
    if found.way < 0:
        return text(language, "errors.walk_none_one_way")
    lon, lat = _degrees(data.crs, found.x_m, found.y_m)
    more = text(language, "errors.walk_none_more", count=found.more) if found.more else ""
    way = _way_told(language, data.streets.way_tags[found.way])
    return text(language, f"errors.walk_none_{found.kind}", way=way, at=f"{lon:.5f} {lat:.5f}", more=more)


def gate(
    city: options.CityFolder,
    x: Annotated[str, typer.Argument(metavar="X", help=_say("arg_x"), show_default=False)],
    y: Annotated[str, typer.Argument(metavar="Y", help=_say("arg_y"), show_default=False)],
    close: Annotated[bool, typer.Option("--close", help=_say("opt_close"))] = False,
    walker: WalkerName = "plan", settings: options.Settings = None, lang: options.Lang = None,
) -> None:  # fmt: skip
    from doorstep.walk.gates import without_gate
    from doorstep.walk_questions import gate_change, homes_through, new_gate

    data, standard, language = options.inputs(city, None, settings, lang)
    who = _walker(standard, walker)
    x_m, y_m = _place(data, _coordinate("X", x), _coordinate("Y", y))
    if close:
        shut = without_gate(data.streets, x_m, y_m)
        place = {"x": f"{shut.x_m:.1f}", "y": f"{shut.y_m:.1f}"}
        title, streets, straight = [text(language, "walk_commands.gate_shut", **place)], shut.streets, -1
    else:
        made = new_gate(data, standard, x_m, y_m)
        place = {"x": f"{made.x_m:.1f}", "y": f"{made.y_m:.1f}"}
        title = [text(language, "walk_commands.gate_made", **place), *_sides_told(language, data, made)]
        through = homes_through(data, standard, made.wall)
        title += [text(language, "walk_commands.gate_through", count=count(len(through)))] if through else []
        streets, straight = made.streets, made.straight
    with out.status(Text(text(language, "cli.walking"))):
        change = gate_change(data, standard, streets, opened=not close, walker=who, straight=straight)
    out.say(title[0], style="bold")
    if data.made_up:
        out.say(text(language, "cli.plan_made_up"), style="bold red")
    for line in title[1:]:
        out.say(line)
    _print_change(data, language, change, close=close, unit="seconds" if _measure(standard) == "minutes" else "metres")


def _sides_told(language: str, data: City, made: NewGate) -> list[str]:
    """Say where the new paths lead, and how people walk where no way is drawn."""
    said = []
    for side in made.sides:
        metres = {"metres": f"{side.length_m:.0f}"}
        if side.homes:
            spot = {"x": f"{side.x_m:.1f}", "y": f"{side.y_m:.1f}"}
            said.append(text(language, "walk_commands.gate_straight", count=len(side.homes), **metres, **spot))
        else:
            way = _way_told(language, data.streets.way_tags[side.way])
            key = "gate_side_private" if side.is_private else "gate_side"
            said.append(text(language, f"walk_commands.{key}", way=way, **metres))
    return said


def _print_change(data: City, language: str, change: Any, *, close: bool, unit: str) -> None:
    crossed, changed, mean = (
        ("no_longer_within", "longer", "mean_m_added") if close else ("newly_within", "shorter", "mean_m_saved")
    )
    some = change.helped[(change.helped[crossed] > 0) | (change.helped[changed] > 0)]
    if not len(some):
        out.say(text(language, "walk_commands.gate_nobody"))
        return
    out.say(text(language, "walk_commands.gate_who"))
    out.say(text(language, f"walk_commands.gate_{changed}"))
    names = dict(zip(data.communities["id"], data.communities["name"], strict=True))
    names |= {"*": text(language, "walk_commands.all"), "": text(language, "walk_commands.outside")}
    columns = ("service", "people_in_need", crossed, changed, mean)
    print_rows(
        [text(language, f"walk_commands.{name}") for name in ("community", *columns)],
        [
            (
                names[row.community] or row.community,
                text(language, f"services.{row.service}"),
                count(row.people),
                count(getattr(row, crossed)),
                count(getattr(row, changed)),
                "–"
                if math.isnan(getattr(row, mean))
                else text(language, f"walk.{unit}", count=count(getattr(row, mean))),
            )
            for row in some.itertuples(index=False)
        ],
    )
    facilities = change.cut if close else change.reached
    if len(facilities):
        out.say(text(language, "walk_commands.gate_cut" if close else "walk_commands.gate_reached"))
    place = dict(zip(data.facilities["id"], data.facilities["place"], strict=True))
    for row in facilities.head(_FACILITIES_SHOWN).itertuples(index=False):
        service = text(language, f"services.{row.service}")
        values = {"service": service, "place": place[row.facility] or row.facility, "people": count(row.people)}
        out.say("  " + text(language, "walk_commands.gate_facility", **values))
    if len(facilities) > _FACILITIES_SHOWN:
        out.say("  " + text(language, "cli.unmet_more", count=len(facilities) - _FACILITIES_SHOWN))


def _measure(standard: Profile) -> Measure:
    return "minutes" if standard.walk_measure == "minutes" else "metres"


def _walker(standard: Profile, name: str) -> Walker:
    from doorstep.walk.walker import planner, walkers

    known = {"plan": planner(standard), **walkers(standard)}
    if name not in known:
        raise DoorstepError("walker-unknown", name=name, known=", ".join(known))
    return known[name]


def _walker_told(language: str, who: Walker) -> str:
    named = who.id if who.id.isidentifier() else "band"
    return text(language, f"walk_commands.walker_{named}", band=who.id, pace=f"{who.speed_m_s * 60:.0f}")


def _limit_told(language: str, limit: int, measure: str) -> str:
    shown = f"{limit / (60_000 if measure == 'minutes' else 1000):,.6g}"
    return text(language, f"walk_commands.limit_{measure}", count=shown)


def _ends(data: City, home: str, place: str) -> tuple[int, int]:
    """Return the positions of a residence, and of a facility or, after all facilities, a space."""
    homes, places = data.residences["id"].tolist(), data.facilities["id"].tolist() + data.spaces["id"].tolist()
    if home not in homes and place not in places and home in places and place in homes:
        raise DoorstepError("route-swapped", home=home, place=place)
    for given, ids, others, end in ((home, homes, places, "home"), (place, places, homes, "place")):
        if given not in ids and given in others:
            raise DoorstepError(f"{end}-other", id=given)
        if given not in ids:
            nearest = ", ".join(difflib.get_close_matches(given, ids, n=3, cutoff=_ALIKE))
            raise DoorstepError(f"{end}-unknown" if nearest else f"{end}-unlike", id=given, nearest=nearest)
    return homes.index(home), places.index(place)


def _time(given: str) -> datetime:
    """Read a day and a time: a date, or a day of the week in either language."""
    words = given.strip().replace("：", ":")
    try:
        return (
            datetime.fromisoformat(words).replace(tzinfo=None)
            if re.match(r"\d{4}-\d\d-\d\d.\d", words)
            else _week(words)
        )
    except ValueError as error:
        raise DoorstepError("time-form", value=given) from error


def _week(words: str) -> datetime:
    found = re.fullmatch(r"(?:([A-Za-z]{2,9})\.?|(?:周|星期|礼拜)([一二三四五六日天]))\s*(\d{1,2}):(\d\d)", words)
    if not found:
        raise ValueError(words)
    english, chinese, hour, minute = found.groups()
    names = [name for name in _DAYS if english and name.startswith(english.lower())]
    if english and not names:
        raise ValueError(words)
    day = _DAYS.index(names[0]) if english else _DAYS_ZH.index(chinese.replace("天", "日"))
    return (_MONDAY + timedelta(days=day)).replace(hour=int(hour), minute=int(minute))


def _time_told(language: str, when: datetime) -> str:
    return text(language, f"walk_commands.day_{_DAYS[when.weekday()][:2]}", time=f"{when:%H:%M}")


def _coordinate(name: str, given: str) -> float:
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DoorstepError("coordinate-form", name=name, value=given)
    return number


_FAR_M = 2000.0  # a place so far outside the streets is a mistake


def _place(data: City, x: float, y: float) -> tuple[float, float]:
    """Return a place in the city's metric system; what can be longitude and latitude is taken as such.

    A place far from the streets is refused, with a word of its own if its two figures are swapped.
    """
    x_m, y_m = _metric(data.crs, x, y)
    off_m = _metres_off(data, x_m, y_m)
    if off_m <= _FAR_M:
        return x_m, y_m
    if _metres_off(data, *_metric(data.crs, y, x)) <= _FAR_M:
        raise DoorstepError("place-swapped", x=f"{x:.10g}", y=f"{y:.10g}", swapped=f"{y:.10g} {x:.10g}")
    middle = [float(np.median(one)) for one in (data.streets.node_x_m, data.streets.node_y_m)]
    lon, lat = _degrees(data.crs, *middle)
    about = {"middle": f"{middle[0]:.0f} {middle[1]:.0f}", "middle_degrees": f"{lon:.4f} {lat:.4f}"}
    km = f"{off_m / 1000:,.0f}" if math.isfinite(off_m) else "∞"
    raise DoorstepError("place-far", x=f"{x:.10g}", y=f"{y:.10g}", km=km, **about)


def _metres_off(data: City, x_m: float, y_m: float) -> float:
    """Return how far a place lies outside the box of nearly all streets; infinite if it is nowhere."""
    off = []
    for at, nodes in ((x_m, data.streets.node_x_m), (y_m, data.streets.node_y_m)):
        low, high = np.quantile(nodes, [0.005, 0.995])
        off.append(max(float(low) - at, at - float(high), 0.0))
    return math.hypot(*off) if math.isfinite(x_m) and math.isfinite(y_m) else math.inf


def _metric(crs: str, x: float, y: float) -> tuple[float, float]:
    """Return a place in the city's metric system; what can be longitude and latitude is taken as such."""
    import pyproj

    if abs(x) > 180 or abs(y) > 90:
        return x, y
    moved = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(x, y)
    return float(moved[0]), float(moved[1])


def _degrees(crs: str, x_m: float, y_m: float) -> tuple[float, float]:
    """Return the longitude and latitude of a place."""
    import pyproj

    moved = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x_m, y_m)
    return float(moved[0]), float(moved[1])


def _way_told(language: str, tags: Mapping[str, str]) -> str:
    from doorstep.walk.legs import way_kind

    name = tags.get(f"name:{language}") or tags.get("name")
    kind = way_kind(tags)
    return name or text(language, f"walk.way_{kind}")


COMMANDS: Mapping[str, Callable[..., None]] = {"network": network, "reach": reach, "route": route, "gate": gate}
"""Commands by name; their help is ``help_<name>`` of the catalogue ``walk_commands``."""
CONTEXT: Mapping[str, dict[str, bool]] = {"gate": {"ignore_unknown_options": True}}
"""A longitude in the west begins with a minus."""
