"""What tags say about walking beyond the way itself: gates and walls at nodes, sidewalks.

The rules are in the section "Walking" of ``docs/explain/model.md``. Which ways are walked on at all stands in
``doorstep.city.walkable``, because lines are added only between these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from doorstep.city import Streets
from doorstep.city.added import edges_of
from doorstep.city.walkable import ALLOWED, GATES, WALKABLE
from doorstep.walk.hours import is_open, unreadable_hours, value_at

__all__ = [
    "CLOSABLE",
    "GATES",
    "access_of_gate",
    "beside_sidewalks",
    "has_hours",
    "is_closed",
    "is_shut",
    "tags_at",
    "unread_hours",
]

Tags = Mapping[str, str]

CLOSABLE = GATES | {"wall", "fence", "debris", "block"}


def is_closed(tags: Tags, touches_private: bool) -> bool:
    """Return whether nothing passes through a node, at any hour.

    Parameters
    ----------
    tags
        Of the node.
    touches_private
        A private way has the node: its gate lets its residents through.

    Examples
    --------
    >>> is_closed({"barrier": "gate", "access": "no"}, False), is_closed({"barrier": "bollard", "access": "no"}, False)
    (True, False)
    """
    barrier, access, foot = tags.get("barrier"), access_of_gate(tags), tags.get("foot")
    if barrier not in CLOSABLE:
        return False
    if tags.get("opening_hours") == "off":
        return True
    if foot in ALLOWED or _opens_at_times(tags):
        return False
    if "no" in (access, foot) or (barrier in ("wall", "fence") and access is None):
        return True
    return access == "private" and not touches_private


def access_of_gate(tags: Tags) -> str | None:
    """Return who may pass a node; a locked gate is for those with a key, unless it has hours at which it is open.

    Examples
    --------
    >>> access_of_gate({"barrier": "gate", "locked": "yes", "access": "yes"}), access_of_gate({"locked": "yes"})
    ('private', None)
    """
    access = tags.get("access")
    locked = tags.get("locked") == "yes" and tags.get("barrier") in GATES and "opening_hours" not in tags
    return "private" if locked and access != "no" else access


def is_shut(tags: Tags, at: datetime | None) -> bool:
    """Return whether the opening hours of a gate, lift or way say that it is closed at a time (``None``: never)."""
    return at is not None and has_hours(tags) and is_open(tags.get("opening_hours", ""), at) is False


def has_hours(tags: Tags) -> bool:
    """Return whether a way, or a node that can be shut (gate, lift), is open at some hours only, by its tags."""
    if not any(key in tags for key in _HOURS):
        return False
    return tags.get("barrier") in CLOSABLE or tags.get("highway") in WALKABLE  # a lift is a highway, way or node


_HOURS = ("opening_hours", "foot:conditional", "access:conditional")


def tags_at(tags: Tags, at: datetime | None) -> Tags:
    """Return the tags with ``foot`` and ``access`` as their conditional tags say at a time.

    A conditional tag that cannot be read stays: what is open at some hours is open. ``None``: all stay.

    Examples
    --------
    >>> gate = {"barrier": "gate", "access": "yes", "access:conditional": "no @ (22:00-06:00)"}
    >>> tags_at(gate, datetime(2026, 3, 3, 23, 0))
    {'barrier': 'gate', 'access': 'no'}
    """
    if at is None:
        return tags
    for key in ("foot", "access"):
        value = value_at(tags[f"{key}:conditional"], at) if f"{key}:conditional" in tags else None
        if value is not None:
            tags = {name: said for name, said in tags.items() if name != f"{key}:conditional"}
            tags |= {key: value} if value else {}
    return tags


def unread_hours(tags: Tags) -> tuple[str, ...]:
    """Return which of the tags that say hours cannot be read: what has them counts as open.

    Examples
    --------
    >>> unread_hours({"barrier": "gate", "opening_hours": "ask the porter"})
    ('opening_hours',)
    """
    if not has_hours(tags):
        return ()
    hours = ("opening_hours",) if unreadable_hours([tags.get("opening_hours", "")]) else ()
    return hours + tuple(key for key in _HOURS[1:] if key in tags and value_at(tags[key], None) is None)


def _opens_at_times(tags: Tags) -> bool:
    conditions = (tags.get("foot:conditional", ""), tags.get("access:conditional", ""))
    return any(condition.partition("@")[0].strip(" (") in ALLOWED for condition in conditions)


def beside_sidewalks(streets: Streets, walkable: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the roads that are not walked along because their sidewalks are lines of their own.

    Parameters
    ----------
    streets
        Ways as drawn.
    walkable
        Shape (n_ways,): ways that people may walk on.

    Returns
    -------
    npt.NDArray[np.bool_]
        Shape (n_ways,). Roads that hang together are left out together, and only if every way that touches them hangs
        together without them: a sidewalk that is promised and not drawn must cut nobody off.
    """
    beside = walkable & np.array([_has_own_sidewalks(tags) for tags in streets.way_tags], dtype=np.bool_)
    if not beside.any():
        return beside
    _, group = _parts(streets, beside)
    n_parts, part = _parts(streets, walkable & ~beside)
    way_of_visit = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    nodes = streets.way_nodes
    walked = np.zeros(len(streets.node_id), dtype=np.bool_)
    walked[nodes[(walkable & ~beside)[way_of_visit]]] = True
    shared = nodes[beside[way_of_visit] & walked[nodes]]
    touched = np.unique(group[shared] * n_parts + part[shared])
    groups, n_touched = np.unique(touched // n_parts, return_counts=True)
    left_out = groups[n_touched == 1]
    return beside & np.isin(group[nodes[streets.first_node_of_way[:-1]]], left_out)


def _has_own_sidewalks(tags: Tags) -> bool:
    if tags.get("highway", "").removesuffix("_link") not in ("primary", "secondary", "tertiary"):
        return False
    said = {tags[key] for key in ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right") if key in tags}
    return "separate" in said and said <= {"separate", "no", "none"}


def _parts(streets: Streets, ways: npt.NDArray[np.bool_]) -> tuple[int, npt.NDArray[np.int64]]:
    _, u, v = edges_of(streets, ways)
    n_nodes = len(streets.node_id)
    links = coo_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(n_nodes, n_nodes))
    count, part = connected_components(links, directed=False)
    return int(count), part.astype(np.int64)
