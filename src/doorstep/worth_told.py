"""What the next room and the next money are worth, in words, tables and on a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from doorstep.city import City
from doorstep.messages import catalogue, text
from doorstep.new_rooms import NewRoom, RoomAsked, RoomTried
from doorstep.next_money import LimitPrice, MoneyMore
from doorstep.planned import Planned
from doorstep.replanning import Base, More
from doorstep.report.answer_page import Section
from doorstep.report.background import background_of_city
from doorstep.report.city_map import CityMap
from doorstep.report.wording import Wording, major
from doorstep.screen import amount, count

__all__ = ["COLOURS", "Worth", "class_limits", "layers_of", "places_table", "sections_of", "sentences_of"]

COLOURS = ("#dcd8ce", "#f5d9a3", "#eda55d", "#d3622b", "#8c2d04")
"""Nothing (grey), then the more a room is worth there the darker."""
_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)
_HUBS, _MARKS = "#2f6f62", "#1f4e9c"


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """All that was found.

    Parameters
    ----------
    was, base
        The plan, and as it stands.
    money, limits
        Of :mod:`doorstep.next_money`; ``earmarked``: by community id, weighted users won by the least of the amounts
        (``earmarked_money``) if it is spent there.
    asked, rooms, tried
        Of :mod:`doorstep.new_rooms`.
    """

    was: Planned
    base: Base
    money: tuple[MoneyMore, ...]
    limits: tuple[LimitPrice, ...]
    earmarked_money: int
    earmarked: Mapping[str, float]
    asked: RoomAsked
    rooms: tuple[NewRoom, ...]
    tried: tuple[RoomTried, ...]

    @property
    def city(self) -> City:
        return self.was.found.city

    def best_of(self) -> dict[str, NewRoom]:
        """The room worth most of each community, those worth most first."""
        best: dict[str, NewRoom] = {}
        for room in self.rooms:
            if room.worth > (best[room.community].worth if room.community in best else 0.0):
                best[room.community] = room
        return dict(sorted(best.items(), key=lambda one: (-one[1].worth, one[0])))


def sentences_of(worth: Worth, language: str) -> list[str]:
    """Return the answer in a few sentences."""
    lines = []
    if not worth.money:
        lines.append(_say(language, "no_budget"))
    else:
        most, none = worth.money[-1], worth.money[0]
        lines.append(
            _say(
                language, "money_told", money=_money(most.money, worth), found=_users(most.more.worth),
                people=_signed(most.more.people), alone=_users(none.more.worth), most=_users(most.more.most),
                price=_users(most.price),
            )
        )  # fmt: skip
    room = _say(language, "room", floor=f"{worth.asked.floor_m2:,.0f}", channel=_channel(worth.asked.channel, language))
    if worth.tried:
        best = max(worth.tried, key=lambda one: one.more.worth)
        lines.append(
            _say(
                language, "room_told", room=room, place=_place(best.room, worth, language),
                found=_users(best.more.worth), people=_signed(best.more.people), most=_users(best.more.most),
            )
        )  # fmt: skip
    elif not worth.best_of():
        lines.append(_say(language, "room_nowhere", room=room))
    return [*lines, _say(language, "users")]


def sections_of(worth: Worth, language: str) -> list[Section]:
    """Return the parts of the page: money, map, rooms tried, communities, further limits."""
    sections = []
    if worth.money:
        heads, rows = money_rows(worth, language)
        notes = [_say(language, "money_note", short=_users(worth.base.short))]
        sections.append(Section(_say(language, "money_title"), notes, heads=heads, rows=rows, figures=_figures(4)))
    drawing, legend = _map(worth, language)
    notes = [_say(language, "map_note", rooms=count(len(worth.rooms)))]
    sections.append(Section(_say(language, "map_title"), notes, drawing=drawing, is_map=True, legend=legend))
    heads, rows = tried_rows(worth, language)
    notes = [_say(language, "tried_note", short=_users(worth.base.short))]
    sections.append(
        Section(_say(language, "tried_title"), notes, heads=heads, rows=rows, figures=frozenset({3, 4, 5, 6, 7}))
    )
    heads, rows = community_rows(worth, language)
    notes = [_say(language, "communities_note")]
    if worth.money:
        notes.append(_say(language, "earmarked_note", money=_money(worth.earmarked_money, worth)))
    figures = frozenset({1, 3, 5} if worth.money else {2, 4})
    sections.append(Section(_say(language, "communities_title"), notes, heads=heads, rows=rows, figures=figures))
    if worth.limits:
        heads, rows = limit_rows(worth, language)
        sections.append(
            Section(
                _say(language, "limits_title"),
                [_say(language, "limits_note")],
                heads=heads,
                rows=rows,
                figures=_figures(2),
            )
        )
    return sections


def money_rows(worth: Worth, language: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and a row for each amount."""
    heads = ("money", "found", "price", "most", "people", "what_for", "hubs")
    rows = [
        [
            _money(one.money, worth) if one.money else _say(language, "nothing_more"),
            _users(one.more.worth),
            _users(one.price),
            _users(one.more.most),
            _signed(one.more.people),
            _by_service(one.more, worth, language),
            _hubs(one.more, worth, language),
        ]
        for one in worth.money
    ]
    return [_say(language, f"col_{head}") for head in heads], rows


def tried_rows(worth: Worth, language: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and a row for each room that was put into the city, numbered as on the map."""
    heads = ("number", "place", "hub", "capital", "priced", "found", "most", "people", "what_for")
    rows = [
        [
            str(number),
            _place(one.room, worth, language),
            _services(one.services, language) or _say(language, "not_used"),
            _money(one.capital_money, worth) if one.services else "–",
            _users(one.room.worth),
            _users(one.more.worth),
            _users(one.more.most),
            _signed(one.more.people),
            _by_service(one.more, worth, language),
        ]
        for number, one in enumerate(worth.tried, start=1)
    ]
    return [_say(language, f"col_{head}") for head in heads], rows


def community_rows(worth: Worth, language: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and a row for each community, the one where a room is worth most first."""
    best = worth.best_of()
    order = [*best, *(one for one in _communities(worth) if one not in best)]
    heads = ["community", *(["earmarked"] if worth.money else []), "place", "priced", "hub_best", "capital"]
    rows = []
    for community in order:
        room = best.get(community)
        cells = [_community(community, worth, language)]
        if worth.money:
            cells.append(_users(worth.earmarked.get(community, 0.0)))
        if room is None:
            cells += ["–", _users(0.0), "–", "–"]
        else:
            cells += [
                _named(room),
                _users(room.worth),
                _services(room.services, language),
                _money(room.capital_money, worth),
            ]
        rows.append(cells)
    return [_say(language, f"col_{head}") for head in heads], rows


def limit_rows(worth: Worth, language: str) -> tuple[list[str], list[list[str]]]:
    """Return heads and a row for each further limit of the city."""
    rows = [
        [
            one.name.partition(":")[2] or _say(language, "nobody"),
            _money(one.units, worth) if one.of_money else _say(language, "one_hub"),
            _users(one.most),
        ]
        for one in worth.limits
    ]
    return [_say(language, f"col_{head}") for head in ("limit", "more", "most")], rows


def places_table(worth: Worth) -> pd.DataFrame:
    """Return every room that was priced, codes as they are: the table ``places.csv``."""
    tried = {one.room.residence: one for one in worth.tried}
    currency = worth.city.currency
    rows = []
    for room in sorted(worth.rooms, key=lambda one: (-one.worth, one.residence)):
        one = tried.get(room.residence)
        rows.append(
            {
                "residence": room.residence,
                "name": room.name,
                "community": room.community,
                "community_name": _community(room.community, worth, "en") if room.community else "",
                "priced_users": round(room.worth, 4),
                "services": " ".join(f"{service}:{grade}" for service, grade in room.services),
                f"capital_{currency}": float(major(room.capital_money, currency)),
                "found_users": round(one.more.worth, 4) if one else None,
                "found_people": round(one.more.people, 2) if one else None,
                "most_users": round(one.more.most, 4) if one else None,
                "x": round(room.x_m, 2),
                "y": round(room.y_m, 2),
            }
        )
    return pd.DataFrame(rows)


def layers_of(worth: Worth) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers ``rooms`` (all that were priced) and ``communities``."""
    table = places_table(worth)
    points = shapely.points(table["x"].to_numpy(float), table["y"].to_numpy(float)) if len(table) else []
    best = worth.best_of()
    communities = worth.city.communities[["id", "name", "geometry"]].copy()
    communities["best_users"] = [round(best[one].worth, 4) if one in best else 0.0 for one in communities["id"]]
    communities["best_residence"] = [best[one].residence if one in best else "" for one in communities["id"]]
    communities["earmarked_users"] = [round(worth.earmarked.get(one, 0.0), 4) for one in communities["id"]]
    return {
        "communities": gpd.GeoDataFrame(communities, crs=worth.city.crs),
        "rooms": gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=worth.city.crs),
    }


def class_limits(most: float) -> list[float]:
    """Return the ends of the classes of the map, round numbers: the first is 0, the last no less than ``most``.

    Examples
    --------
    >>> class_limits(271.3)
    [0.0, 75.0, 150.0, 225.0, 300.0]
    """
    least = max(most, 1e-6) / 4
    power = 10.0 ** np.floor(np.log10(least))
    step = next(one * power for one in _ROUND if one * power >= least * (1 - 1e-9))
    return [float(f"{number * step:.6g}") for number in range(5)]


def _map(worth: Worth, language: str) -> tuple[str, list[tuple[str, str]]]:
    wording = Wording(language, worth.city.currency)
    points = np.array([[room.x_m, room.y_m] for room in worth.rooms]).reshape(-1, 2)
    value = np.array([room.worth for room in worth.rooms])
    limits = class_limits(float(value.max(initial=0.0)))
    found = np.where(value > 1e-9, np.clip(np.searchsorted(limits, value, side="right"), 1, 4), 0)
    drawing = CityMap(background_of_city(worth.city, worth.was.document.attribution), points, wording)
    parts = drawing.ground({})
    parts += [drawing.dots(points[found == number], colour, 5.0) for number, colour in enumerate(COLOURS)]
    hubs = worth.city.spaces[worth.base.grades.any(axis=1)]
    here = shapely.get_coordinates(shapely.point_on_surface(hubs.geometry.to_numpy())).reshape(-1, 2)
    parts += [drawing.dots(here, "#ffffff", 6.0), drawing.dots(here, _HUBS, 4.2)]
    marks = np.array([[one.room.x_m, one.room.y_m] for one in worth.tried]).reshape(-1, 2)
    told = [
        f"{n}. {_place(one.room, worth, language)}: {_users(one.room.worth)}" for n, one in enumerate(worth.tried, 1)
    ]
    parts.append(drawing.marks(marks, [str(n + 1) for n in range(len(marks))], told, _MARKS))
    classes = [(COLOURS[0], _say(language, "class_nothing"))]
    classes += [
        (COLOURS[n], _say(language, "class", least=f"{limits[n - 1]:g}", most=f"{limits[n]:g}")) for n in range(1, 5)
    ]
    legend = [*classes, (_MARKS, _say(language, "legend_tried")), (_HUBS, _say(language, "legend_hubs"))]
    return drawing.picture(parts, _say(language, "map_label")), legend


def _say(language: str, key: str, **values: object) -> str:
    return text(language, f"worth.{key}", **values)


def _users(number: float) -> str:
    return f"{number + 0.0:,.1f}"


def _signed(number: float) -> str:
    whole = round(number)
    return f"+{whole:,}" if whole > 0 else f"−{-whole:,}" if whole < 0 else "0"


def _money(minor: int, worth: Worth) -> str:
    return amount(minor, worth.city.currency)


def _channel(channel: str, language: str) -> str:
    return catalogue(language, "report").get(f"channel_{channel}", channel)


def _service(service: str, language: str) -> str:
    return text(language, f"services.{service}")


def _services(services: Sequence[tuple[str, int]], language: str) -> str:
    return text(language, "report.list_separator").join(f"{_service(one, language)} {grade}" for one, grade in services)


def _by_service(more: More, worth: Worth, language: str) -> str:
    """People by service, the largest changes first."""
    ids = [service.id for service in worth.was.found.profile.services]
    changed = [(ids[at], people) for at, people in enumerate(more.people_of.tolist()) if abs(people) >= 0.5]
    changed.sort(key=lambda one: -abs(one[1]))
    told = [f"{_service(service, language)} {_signed(people)}" for service, people in changed]
    return text(language, "report.list_separator").join(told) or "–"


def _hubs(more: More, worth: Worth, language: str) -> str:
    """How many hubs open, close and change, and the places of the first few that open."""
    places = worth.city.spaces["place"].tolist()
    names = [str(places[at]) or str(worth.city.spaces["id"].iloc[at]) for at in more.opened[:4]]
    told = text(language, "report.list_separator").join(names) + ("…" if len(more.opened) > len(names) else "")
    counts = _say(language, "hub_counts", opened=len(more.opened), closed=len(more.closed), altered=len(more.altered))
    return f"{counts} ({told})" if names else counts


def _communities(worth: Worth) -> list[str]:
    return [str(one) for one in worth.city.communities["id"]]


def _community(community: str, worth: Worth, language: str) -> str:
    if not community:
        return _say(language, "outside")
    names = worth.city.communities.set_index("id")["name"]
    return str(names.get(community, "")) or community


def _named(room: NewRoom) -> str:
    return room.name or room.residence


def _place(room: NewRoom, worth: Worth, language: str) -> str:
    return f"{_named(room)} ({_community(room.community, worth, language)})"


def _figures(n: int) -> frozenset[int]:
    return frozenset(range(1, n + 1))
