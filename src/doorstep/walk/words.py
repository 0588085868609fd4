"""A walk in words: leave by the gate, left into the high street, down 32 steps, wait at the signal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.messages import text
from doorstep.walk.legs import Leg
from doorstep.walk.network import GATES, Network
from doorstep.walk.route import Route

__all__ = ["length_words", "route_words", "turn_of"]

_SHORT_MM = 6_000  # a stretch as short as a road is wide is no instruction of its own
_HOURS_LETTERS = 40  # longer ones (every month its own) help nobody on the way
_BESIDE_M = 30.0  # a pavement has the name of the road that runs this near
_ALONG, _ACROSS = math.cos(math.radians(30)), math.cos(math.radians(60))
_COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_TURNS = ((20.0, "straight"), (50.0, "slight"), (140.0, "turn"), (165.0, "sharp"))


def route_words(route: Route, network: Network, language: str, *, home: str, place: str) -> tuple[str, ...]:
    """Tell a walk as one would tell a neighbour, in sentences; the last is its length and time.

    Parameters
    ----------
    route
        From :func:`doorstep.walk.route`.
    network
        That it was found on.
    language
        ``en`` or ``zh``; names of streets are taken in that language where the map has them.
    home, place
        What the two ends are called.

    Returns
    -------
    tuple of str
        One sentence a stretch. Ways without a name are called by their kind, pavements by the road beside them.
    """
    said = []
    if route.from_home_mm >= 500:
        said.append(text(language, "walk.leave", home=home, length=length_words(language, route.from_home_mm)))
    said += [_told(stretch, language) for stretch in _stretches(route, network, language)]
    if route.to_place_mm >= 500:
        said.append(text(language, "walk.arrive_off", place=place, length=length_words(language, route.to_place_mm)))
    else:
        said.append(text(language, "walk.arrive", place=place))
    said.append(_total(language, route))
    return tuple(said)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What becomes one sentence: what stands before it, the turn, what is walked on, how far, waits (ms) on the way."""

    before: tuple[str, ...]
    turn: str
    where: str
    length_mm: int
    passed: tuple[int, ...]


def _stretches(route: Route, network: Network, language: str) -> list[_Stretch]:
    """Leave out what is too short to be told, and join what goes straight on along the same way."""
    names = _road_names(network, language)
    stretches: list[_Stretch] = []
    carried_mm, carried_turn = 0, 0.0
    for number, leg in enumerate(route.legs):
        turn = carried_turn + (0.0 if math.isnan(leg.turn_degrees) else leg.turn_degrees)
        before = tuple(_before(leg, network, language))
        short = leg.length_mm + carried_mm < _SHORT_MM and leg.kind not in ("steps", "lift")
        if short and not before and number < len(route.legs) - 1:
            carried_mm, carried_turn = carried_mm + leg.length_mm, turn
            continue
        passed = tuple(ms for node, ms in leg.waits if node != leg.first_node)
        way = turn_of(language, turn) if stretches else _heading(language, leg)
        way = "" if leg.kind == "lift" else way  # up or down, not left or right
        where, length_mm = _where(leg, network, language, names), leg.length_mm + carried_mm
        carried_mm, carried_turn = 0, 0.0
        if stretches and not before and stretches[-1].where == where and way == turn_of(language, 0.0):
            last = stretches.pop()
            length_mm, passed = length_mm + last.length_mm, last.passed + passed
            before, way = last.before, last.turn
        stretches.append(_Stretch(before, way, where, length_mm, passed))
    return stretches


def _told(stretch: _Stretch, language: str) -> str:
    length = length_words(language, stretch.length_mm)
    key = "leg" if stretch.turn else "leg_lift"
    sentence = text(language, f"walk.{key}", turn=stretch.turn, where=stretch.where, length=length)
    if stretch.passed:
        wait_s = _seconds(sum(stretch.passed))
        count = len(stretch.passed)
        key = "signal_passed" if count == 1 else "signals_passed"
        sentence = text(language, f"walk.{key}", leg=sentence, count=count, seconds=wait_s)
    return _sentence(language, [*stretch.before, sentence])


def length_words(language: str, length_mm: int) -> str:
    """Return a length in whole metres, rounded half up.

    Examples
    --------
    >>> length_words("en", 1_240_499)
    '1,240 m'
    """
    return text(language, "walk.metres", count=f"{(length_mm + 500) // 1000:,}")


def turn_of(language: str, degrees: float) -> str:
    """Return the words for a turn, left above 0.

    Examples
    --------
    >>> [turn_of("en", degrees) for degrees in (5, 30, -90, 180)]
    ['straight on', 'slightly left', 'right', 'turn back,']
    """
    degrees = (degrees + 180) % 360 - 180
    kind = next((name for most, name in _TURNS if abs(degrees) < most), "back")
    if kind in ("straight", "back"):
        return text(language, f"walk.{kind}")
    return text(language, f"walk.{kind}_{'left' if degrees > 0 else 'right'}")


def _total(language: str, route: Route) -> str:
    walk_ms = route.moving_ms + route.wait_ms
    minutes = max(1, (walk_ms + 30_000) // 60_000)
    length = length_words(language, route.walk_mm)
    if route.wait_ms:
        return text(
            language, "walk.total_waiting", length=length, minutes=minutes, seconds=_seconds(route.wait_ms)
        )  # fmt: skip
    return text(language, "walk.total", length=length, minutes=minutes)


def _seconds(ms: int) -> int:
    return (ms + 500) // 1000


def _sentence(language: str, parts: Sequence[str]) -> str:
    """Join what is passed and what is walked, the first letter large, a stop at the end."""
    joined = text(language, "walk.joint").join(parts)
    return text(language, "walk.sentence", words=joined[:1].upper() + joined[1:])


def _heading(language: str, leg: Leg) -> str:
    if math.isnan(leg.heading_degrees):
        return text(language, "walk.go")
    compass = _COMPASS[int(((leg.heading_degrees + 22.5) % 360) // 45)]
    return text(language, "walk.head", compass=text(language, f"walk.{compass}"))


def _before(leg: Leg, network: Network, language: str) -> list[str]:
    """Say what stands at the node where a leg starts: a gate, a lift, a signal."""
    node = leg.first_node
    if node < 0:
        return []
    tags, wait_ms = network.streets.node_tags.get(node, {}), dict(leg.waits).get(node, 0)
    said = []
    if tags.get("barrier") in GATES:
        hours = tags.get("opening_hours", "")
        if not hours or hours == "24/7":
            said.append(text(language, "walk.gate"))
        elif len(hours) <= _HOURS_LETTERS:
            said.append(text(language, "walk.gate_hours", hours=hours))
        else:
            said.append(text(language, "walk.gate_some_hours"))
    if tags.get("highway") == "elevator":
        said.append(
            text(language, "walk.lift_wait", seconds=_seconds(wait_ms)) if wait_ms else text(language, "walk.lift")
        )
    elif wait_ms:
        said.append(text(language, "walk.signal", seconds=_seconds(wait_ms)))
    return said


def _where(leg: Leg, network: Network, language: str, names: npt.NDArray[np.str_]) -> str:
    if leg.kind == "steps":
        return _steps(leg, network, language)
    if leg.kind == "lift":
        return text(language, "walk.lift")
    name = _name(leg.tags, language)
    if leg.kind == "crossing" and not name:
        across = _road_beside(leg, network, names, parallel=False)
        return text(language, "walk.across", road=across) if across else text(language, "walk.over_crossing")
    way = name or text(language, f"walk.way_{leg.kind}")
    if leg.kind == "pavement" and not name:
        road = _road_beside(leg, network, names, parallel=True)
        way = text(language, "walk.pavement_of", road=road) if road else way
    if leg.is_private:
        way = text(language, "walk.private", way=way)
    return text(language, "walk.over_square" if leg.kind == "square" else "walk.along", way=way)


def _steps(leg: Leg, network: Network, language: str) -> str:
    """Say the steps with their number; of a flight walked in part only, about as many as its share of the length."""
    incline, count = leg.tags.get("incline", ""), leg.tags.get("step_count", "")
    up = "up" if incline == "up" else "down" if incline == "down" else ""
    if up and not leg.forward:
        up = "down" if up == "up" else "up"
    way = {"up": "steps_up", "down": "steps_down", "": "steps"}[up]
    if count.isascii() and count.isdigit() and 0 < int(count) < 10_000:
        whole_mm = int(network.length_mm[np.isin(network.way_of_edge, leg.ways)].sum())
        walked = round(int(count) * min(leg.length_mm / max(whole_mm, 1), 1.0))
        if walked < int(count):
            return text(language, f"walk.{way}_part", count=max(walked, 1), all=int(count))
        return text(language, f"walk.{way}_count", count=int(count))
    return text(language, f"walk.{way}")


def _name(tags: Mapping[str, str], language: str) -> str:
    return tags.get(f"name:{language}") or tags.get("name") or tags.get("ref") or ""


def _road_names(network: Network, language: str) -> npt.NDArray[np.str_]:
    """Return the name of the road of each way, "" where it has none."""
    names = ["" if "highway" not in tags else _name(tags, language) for tags in network.streets.way_tags]
    return np.array(names, dtype=np.str_)


def _road_beside(leg: Leg, network: Network, names: npt.NDArray[np.str_], *, parallel: bool) -> str:
    """Return the name of the nearest road along (or across) a leg, "" if there is none near."""
    streets = network.streets
    way = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    at = np.flatnonzero((way[:-1] == way[1:]) & (names[way[:-1]] != ""))
    tail, head = streets.way_nodes[at], streets.way_nodes[at + 1]
    (x0, y0), (x1, y1) = leg.points[0], leg.points[-1]
    x, y = (x0 + x1) / 2 - streets.node_x_m[tail], (y0 + y1) / 2 - streets.node_y_m[tail]
    dx, dy = streets.node_x_m[head] - streets.node_x_m[tail], streets.node_y_m[head] - streets.node_y_m[tail]
    square = np.maximum(dx**2 + dy**2, 1e-9)
    share = np.clip((x * dx + y * dy) / square, 0, 1)
    distance = np.hypot(share * dx - x, share * dy - y)
    cosine = np.abs(dx * (x1 - x0) + dy * (y1 - y0)) / (np.sqrt(square) * max(math.hypot(x1 - x0, y1 - y0), 1e-9))
    fits = cosine >= _ALONG if parallel else cosine <= _ACROSS
    fits &= distance <= _BESIDE_M
    return str(names[way[at[np.flatnonzero(fits)[np.argmin(distance[fits])]]]]) if fits.any() else ""
