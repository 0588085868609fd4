"""Which ways people may walk on, by their tags alone; the section "Walking" of ``docs/explain/model.md``.

It stands in this room because lines are added (across squares, over small gaps) only between ways that somebody may
walk on; who may walk on them is decided further in ``doorstep.walk``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "ALLOWED",
    "GATES",
    "PRIVATE",
    "WALKABLE",
    "WALLS",
    "Tags",
    "is_below_ground",
    "is_gate_line",
    "is_private",
    "is_walkable",
    "level_of",
    "private_ways",
    "walkable_ways",
]

Tags = Mapping[str, str]

WALKABLE = frozenset(
    {
        "footway",
        "path",
        "pedestrian",
        "steps",
        "corridor",
        "living_street",
        "residential",
        "unclassified",
        "service",
        "track",
        "tertiary",
        "tertiary_link",
        "secondary",
        "secondary_link",
        "primary",
        "primary_link",
        "cycleway",
        "bridleway",
        "road",
        "elevator",
        "platform",
    }
)
ALLOWED = frozenset({"yes", "designated", "permissive"})
PRIVATE = frozenset({"private", "residents", "customers", "delivery", "permit"})
WALLS = frozenset({"wall", "fence", "city_wall", "retaining_wall", "hedge", "guard_rail"})
"""Barriers drawn as lines that no added line may cross."""
GATES = frozenset(
    {
        "gate",
        "lift_gate",
        "swing_gate",
        "kissing_gate",
        "entrance",
        "sliding_gate",
        "wicket_gate",
        "full-height_turnstile",
        "turnstile",
    }
)
"""Barriers that open, drawn as nodes of ways or as lines."""
CLIMBS = frozenset({"demanding_mountain_hiking", "alpine_hiking", "demanding_alpine_hiking", "difficult_alpine_hiking"})
"""Mountain paths that need hands or a head for heights: no way to a canteen."""


_BELOW = re.compile(r"-[0-9]+(\.[0-9]*)?")


def is_walkable(tags: Tags) -> bool:
    """Return whether somebody may walk along a way.

    Examples
    --------
    >>> is_walkable({"highway": "footway"}), is_walkable({"highway": "footway", "access": "no"})
    (True, False)
    >>> is_walkable({"highway": "footway", "access": "no", "foot:conditional": "yes @ (06:00-22:00)"})
    True
    """
    highway, foot = tags.get("highway", ""), _foot(tags)
    if highway.startswith(("motorway", "trunk")):
        if foot not in ALLOWED:
            return False
    elif highway not in WALKABLE:
        return False
    if foot in ("no", "use_sidepath") or tags.get("sac_scale") in CLIMBS:
        return False
    return _access(tags) != "no" or foot in ALLOWED or foot == "destination"


def is_gate_line(tags: Tags) -> bool:
    """Return whether a way is a gate drawn as a line.

    Examples
    --------
    >>> is_gate_line({"barrier": "gate"}), is_gate_line({"barrier": "gate", "highway": "footway"})
    (True, False)
    """
    return tags.get("barrier") in GATES and "highway" not in tags


_DECIDING = ("highway", "foot", "access", "foot:conditional", "access:conditional", "sac_scale")
_SELDOM = frozenset(_DECIDING) - {"highway"}


def is_private(tags: Tags) -> bool:
    """Return whether a way can be left and not entered.

    Examples
    --------
    >>> is_private({"highway": "service", "access": "private"}), is_private({"access": "private", "foot": "yes"})
    (True, False)
    """
    foot = _foot(tags)
    return (_access(tags) in PRIVATE or foot in PRIVATE) and foot not in ALLOWED


def walkable_ways(way_tags: Sequence[Tags]) -> npt.NDArray[np.bool_]:
    """Return :func:`is_walkable` of each way, shape (n_ways,)."""
    return _decided(is_walkable, way_tags)


def private_ways(way_tags: Sequence[Tags]) -> npt.NDArray[np.bool_]:
    """Return :func:`is_private` of each way, shape (n_ways,)."""
    return _decided(is_private, way_tags)


def _decided(rule: Callable[[Tags], bool], way_tags: Sequence[Tags]) -> npt.NDArray[np.bool_]:
    """Ask each of the few combinations of tags once: a city has ten thousands of ways."""
    known: dict[str | tuple[str | None, ...] | None, bool] = {}
    found = np.zeros(len(way_tags), dtype=np.bool_)
    for way, tags in enumerate(way_tags):
        key = tags.get("highway") if _SELDOM.isdisjoint(tags) else tuple(map(tags.get, _DECIDING))
        if key not in known:
            known[key] = rule(tags)
        found[way] = known[key]
    return found


def _foot(tags: Tags) -> str:
    """Return who may walk; a condition that opens (``yes @ ...``) opens, one that closes leaves it open."""
    return _opened(tags, "foot")


def _access(tags: Tags) -> str:
    return _opened(tags, "access")


def _opened(tags: Tags, key: str) -> str:
    condition = tags.get(f"{key}:conditional")
    if condition is not None:
        value = condition.partition("@")[0].strip(" (")
        if value in ALLOWED:
            return value
    return tags.get(key, "")


def level_of(tags: Tags) -> tuple[str, str, bool, bool]:
    """Return ``layer``, ``level``, and whether a way is a bridge or a tunnel: lines meet only where these are equal.

    Examples
    --------
    >>> level_of({"bridge": "yes", "layer": "1"}), level_of({"bridge": "no", "layer": "0"})
    (('1', '', True, False), ('', '', False, False))
    """
    return (
        "" if tags.get("layer") in (None, "0", "0.0") else tags["layer"],
        "" if tags.get("level") in (None, "0") else tags["level"],
        _is_set(tags, "bridge"),
        _is_set(tags, "tunnel"),
    )


def is_below_ground(tags: Tags) -> bool:
    """Return whether a way runs through the ground, so that nobody gets to it but at its ends.

    Passages through buildings and covered ways do not, and neither does a tunnel that nothing says to lie lower.

    Examples
    --------
    >>> [is_below_ground({"tunnel": tunnel, "layer": "-1"}) for tunnel in ("yes", "building_passage")]
    [True, False]
    """
    if not _is_set(tags, "tunnel") or tags.get("tunnel") in ("building_passage", "covered"):
        return False
    layer = tags.get("layer", "")
    return _BELOW.fullmatch(layer.strip()) is not None and float(layer) < 0


def _is_set(tags: Tags, key: str) -> bool:
    value = tags.get(key, tags.get(f"is_{key}", ""))
    return value.casefold() not in ("", "no", "f", "false", "0", "none", "null")
