"""How likely two records are about one room or facility: evidence of each field in bits (Fellegi and Sunter 1969)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from doorstep.matching.records import Record
from doorstep.matching.words import RULES, address_of, name_of, numbers_of, plain

__all__ = ["Match", "match", "score"]

_NEAREST_NAMES = 6
_NEAR_DEGREES = 0.0015
_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class Match:
    """A pair and what speaks for and against it.

    Parameters
    ----------
    left, right
        The records.
    score
        From 0 to 1: share of such pairs that are one, if the weights are right.
    evidence
        Field (name, address, distance, area, storey, owner) and its weight in bits, the strongest first.
    suggestion
        ``same``, ``review`` or ``different``: what the program would say; nothing is merged by it.
    """

    left: Record
    right: Record
    score: float
    evidence: tuple[tuple[str, float], ...]
    suggestion: str


def match(left: Sequence[Record], right: Sequence[Record]) -> tuple[Match, ...]:
    """Return the pairs that may be one, the best first.

    Of each record of ``right`` its best pair is there if it is worth looking at, and every other nearly as good; two
    rows of ``right`` may be one row of ``left``.

    Parameters
    ----------
    left, right
        Two lists; within each, an id may come back.
    """
    by_right: dict[int, list[Match]] = defaultdict(list)
    for one, other in sorted(_candidates(left, right)):
        by_right[other].append(score(left[one], right[other]))
    kept: list[Match] = []
    for found in by_right.values():
        found.sort(key=lambda one: (-one.score, one.left.row))
        best = found[0]
        kept += [
            one for one in found if one.suggestion != "different" and (one is best or one.score > 0.5 * best.score)
        ]
    return tuple(sorted(kept, key=lambda one: (-one.score, one.right.row, one.left.row)))


def _candidates(left: Sequence[Record], right: Sequence[Record]) -> set[tuple[int, int]]:
    """Return pairs worth comparing: alike in name, on one road with one number, or near each other."""
    found: set[tuple[int, int]] = set()
    names = [name_of(one.name)[0] for one in left]
    for start in range(0, len(right), _BLOCK):
        part = right[start : start + _BLOCK]
        alike = process.cdist([name_of(one.name)[0] for one in part], names, scorer=fuzz.ratio, dtype=np.uint8)
        best = np.argsort(-alike.astype(np.int16), axis=1, kind="stable")[:, :_NEAREST_NAMES]
        found |= {(int(one), start + nth) for nth, row in enumerate(best) for one in row}
        many = np.argwhere(alike >= 80)
        found |= {(int(one), start + int(nth)) for nth, one in many} if len(many) < 20 * len(part) else set()
    houses = defaultdict(list)
    for nth, one in enumerate(left):
        for key in _houses(one):
            houses[key].append(nth)
    cells = defaultdict(list)
    for nth, one in enumerate(left):
        if not math.isnan(one.lon + one.lat):
            cells[_cell(one)].append(nth)
    for nth, one in enumerate(right):
        found |= {(other, nth) for key in _houses(one) for other in houses.get(key, ())}
        if not math.isnan(one.lon + one.lat):
            x, y = _cell(one)
            around = ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
            found |= {(other, nth) for key in around for other in cells.get(key, ())}
    return found


def _houses(one: Record) -> Iterable[tuple[str, str]]:
    address = address_of(one.address)
    return ((address.road[-3:], number) for number in address.numbers)


def _cell(one: Record) -> tuple[int, int]:
    return math.floor(one.lon / _NEAR_DEGREES), math.floor(one.lat / _NEAR_DEGREES)


def score(left: Record, right: Record) -> Match:
    """Return a pair with its score and evidence."""
    evidence = [*_name(left, right), *_address(left, right), *_distance(left, right), *_others(left, right)]
    bits = RULES["prior"]["bits"] + sum(weight for _, weight in evidence)
    value = 1 / (1 + 2.0 ** -max(-60.0, min(60.0, bits)))
    suggest = RULES["suggest"]
    suggestion = "same" if value >= suggest["same"] else "review" if value >= suggest["review"] else "different"
    ordered = tuple(sorted(evidence, key=lambda one: -abs(one[1])))
    return Match(left, right, round(value, 4), ordered, suggestion)


def _name(left: Record, right: Record) -> list[tuple[str, float]]:
    (one, kind), (other, other_kind) = name_of(left.name), name_of(right.name)
    alike = fuzz.ratio(one, other)
    if min(len(one), len(other)) >= 4 and (one in other or other in one):
        alike = max(alike, 86.0)
    rule = RULES["name"]
    found = [("name", next(weight for least, weight in rule["levels"] if alike >= least))]
    if numbers_of(left.name) != numbers_of(right.name):
        found.append(("number", rule["different_number"]))
    if kind and other_kind and kind != other_kind:
        found.append(("kind", rule["different_kind"]))
    return found


def _address(left: Record, right: Record) -> list[tuple[str, float]]:
    one, other = address_of(left.address), address_of(right.address)
    if not one.whole or not other.whole:
        return []
    rule = RULES["address"]
    if not _same_road(one.road, other.road):
        return [("address", rule["other_road"])]
    if not one.numbers or not other.numbers:
        return [("address", rule["same_road_no_number"])]
    if not one.numbers & other.numbers:
        return [("address", rule["same_road_other_number"])]
    if one.floors and other.floors and not one.floors & other.floors:
        return [("address", rule["same_number_other_unit"])]
    return [("address", rule["same_number"])]


def _same_road(one: str, other: str) -> bool:
    """Whatever else stands before it, the road is at the end of the longer one."""
    if not one or not other:
        return False
    return one == other or one.endswith(other) or other.endswith(one) or fuzz.ratio(one, other) >= 90


def _distance(left: Record, right: Record) -> list[tuple[str, float]]:
    if math.isnan(left.lon + left.lat + right.lon + right.lat):
        return []
    east = (left.lon - right.lon) * math.cos(math.radians(left.lat)) * 111_320
    metres = math.hypot(east, (left.lat - right.lat) * 110_570)
    return [("distance", _level(RULES["distance"]["levels"], metres))]


def _others(left: Record, right: Record) -> list[tuple[str, float]]:
    found = []
    if left.areas_m2 and right.areas_m2:
        apart = min(abs(a - b) / max(a, b) for a in left.areas_m2 for b in right.areas_m2)
        found.append(("area", _level(RULES["area"]["levels"], apart)))
    if left.storey is not None and right.storey is not None:
        found.append(("storey", RULES["storey"]["same" if left.storey == right.storey else "different"]))
    if left.owner and right.owner:
        found.append(("owner", RULES["owner"]["same" if plain(left.owner) == plain(right.owner) else "different"]))
    return found


def _level(levels: Sequence[Sequence[float]], value: float) -> float:
    return next(float(weight) for most, weight in levels if value <= most)
