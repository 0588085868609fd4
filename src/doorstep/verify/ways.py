"""What tags say, read again: which ways are walked on, which may only be left, which nodes nobody passes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from doorstep.city import Streets
from doorstep.verify.need import Bools, Ints

__all__ = ["GATES", "WALLS", "Tags", "is_closed", "is_gate_line", "is_private", "is_sunk", "is_walked", "left_out"]

Tags = Mapping[str, str]

WALKED = frozenset(
    (
        *("footway", "path", "pedestrian", "steps", "corridor", "living_street", "residential", "unclassified"),
        *("service", "track", "tertiary", "tertiary_link", "secondary", "secondary_link", "primary", "primary_link"),
        *("cycleway", "bridleway", "road", "elevator", "platform"),
    )
)
OPENED = frozenset(("yes", "designated", "permissive"))
PRIVATE = frozenset(("private", "residents", "customers", "delivery", "permit"))
GATES = frozenset(
    (
        *("gate", "lift_gate", "swing_gate", "kissing_gate", "entrance", "sliding_gate", "wicket_gate"),
        *("full-height_turnstile", "turnstile"),
    )
)
WALLS = frozenset(("wall", "fence", "city_wall"))
CLOSABLE = GATES | {"wall", "fence", "debris", "block"}
CLIMBED = frozenset(
    ("demanding_mountain_hiking", "alpine_hiking", "demanding_alpine_hiking", "difficult_alpine_hiking")
)
MAIN_ROADS = frozenset(f"{road}{link}" for road in ("primary", "secondary", "tertiary") for link in ("", "_link"))
NOT_SET = ("", "no", "f", "false", "0", "none", "null")
LOWER = re.compile(r"-[0-9]+(\.[0-9]*)?")
SIDEWALKS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")


def is_walked(tags: Tags) -> bool:
    """Tell whether people may walk on a way."""
    highway, foot = tags.get("highway", ""), _who(tags, "foot")
    if highway.startswith(("motorway", "trunk")):
        if foot not in OPENED:
            return False
    elif highway not in WALKED:
        return False
    if foot in ("no", "use_sidepath") or tags.get("sac_scale") in CLIMBED:
        return False
    return _who(tags, "access") != "no" or foot in OPENED or foot == "destination"


def is_private(tags: Tags) -> bool:
    """Tell whether a way can be left but not entered."""
    foot = _who(tags, "foot")
    return foot not in OPENED and (_who(tags, "access") in PRIVATE or foot in PRIVATE)


def is_sunk(tags: Tags) -> bool:
    """Tell whether a way is a tunnel below the ground, which takes no points."""
    tunnel = tags.get("tunnel", tags.get("is_tunnel", ""))
    if tunnel.casefold() in NOT_SET or tags.get("tunnel") in ("building_passage", "covered"):
        return False
    layer = tags.get("layer", "").strip()
    return LOWER.fullmatch(layer) is not None and float(layer) < 0


def is_gate_line(tags: Tags) -> bool:
    """Tell whether a way is a gate drawn as a line."""
    return "highway" not in tags and tags.get("barrier", "") in GATES


def is_closed(tags: Tags, on_private_edge: bool) -> bool:
    """Tell whether nobody passes a node."""
    barrier, access, foot = tags.get("barrier"), tags.get("access"), tags.get("foot")
    if barrier not in CLOSABLE:
        return False
    if tags.get("opening_hours") == "off":
        return True
    if barrier in GATES and tags.get("locked") == "yes" and access != "no" and not tags.get("opening_hours"):
        access = "private"
    if foot in OPENED or _at_times(tags, "foot") or _at_times(tags, "access"):
        return False
    if access == "no" or foot == "no" or (access == "private" and not on_private_edge):
        return True
    return barrier in ("wall", "fence") and access is None


def left_out(streets: Streets, walked: Bools) -> Bools:
    """Tell of each way whether it is a main road beside sidewalks that are drawn as ways of their own.

    Such roads that hang together are left out together, and only if the other ways that touch them are one part
    without such roads.
    """
    n_nodes, n_ways = len(streets.node_id), len(streets.way_id)
    beside = walked & np.array([_has_drawn_sidewalks(tags) for tags in streets.way_tags], dtype=np.bool_)
    nothing: Bools = np.zeros(n_ways, dtype=np.bool_)
    if not beside.any():
        return nothing
    node = streets.way_nodes
    way = np.repeat(np.arange(n_ways), np.diff(streets.first_node_of_way))
    here, there = beside[way], (walked & ~beside)[way]
    group = _parts(way[here], node[here], n_ways, n_nodes)
    part = _parts(way[there], node[there], n_ways, n_nodes)
    # Roads that share a node are one group, so a node has one at most.
    group_of_node = np.full(n_nodes, -1)
    group_of_node[node[here]] = group[way[here]]
    touching = there & (group_of_node[node] >= 0)
    pairs = np.unique(np.stack([group_of_node[node[touching]], part[way[touching]]]), axis=1)
    n_parts = np.bincount(pairs[0], minlength=n_ways + n_nodes)
    return np.asarray(beside & (n_parts[group] == 1))


def _parts(way: Ints, node: Ints, n_ways: int, n_nodes: int) -> Ints:
    """Number ways so that those that share nodes, directly or through others, have one number."""
    size = n_ways + n_nodes
    links = coo_array((np.ones(len(way), dtype=np.int8), (way, n_ways + node)), shape=(size, size))
    labels: npt.NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return labels[:n_ways]


def _has_drawn_sidewalks(tags: Tags) -> bool:
    said = [tags[key] for key in SIDEWALKS if key in tags]
    return tags.get("highway") in MAIN_ROADS and "separate" in said and {*said} <= {"separate", "no", "none"}


def _who(tags: Tags, key: str) -> str:
    """Return ``foot`` or ``access``; what is open at some hours is open."""
    return _at_times(tags, key) or tags.get(key, "")


def _at_times(tags: Tags, key: str) -> str:
    value = tags.get(f"{key}:conditional", "").partition("@")[0].strip()
    return value if value in OPENED else ""
