"""How good a network is: what was read and dropped, what was added, islands with the people on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city import AddedWay, Streets
from doorstep.city.squares import squares_of
from doorstep.city.walkable import ALLOWED, CLIMBS, WALLS, is_gate_line, private_ways, walkable_ways
from doorstep.walk.costs import level_edges
from doorstep.walk.joining import Joined, parts_joined
from doorstep.walk.network import Network
from doorstep.walk.signals import signals_of
from doorstep.walk.snap import Connections
from doorstep.walk.walls import WallCrossing, walls_crossed
from doorstep.walk.ways import CLOSABLE, GATES, access_of_gate, beside_sidewalks, has_hours, unread_hours

__all__ = ["Island", "Quality", "quality", "unread", "with_hours"]

Ints = npt.NDArray[np.int64]
Metres = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Island:
    """A part of the network that nobody can walk to from the largest one.

    ``component`` as in ``Network``; ``x_m, y_m`` one of its nodes; ``residences`` and ``people`` joined to it.
    """

    component: int
    nodes: int
    length_m: float
    x_m: float
    y_m: float
    residences: int
    people: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts of a network.

    Parameters
    ----------
    ways
        Ways walked on by ``highway``.
    dropped
        Ways with ``highway`` that are not walked on, by reason: ``motor`` (motorway, trunk), ``kind`` (construction,
        raceway and the like), ``foot``, ``access``, ``climb``, ``sidewalk`` (its sidewalks are lines of their own),
        ``point`` (all nodes the same).
    dropped_ways
        Each of them: position of the way, reason.
    private_ways
        Ways that can be left and not entered.
    barriers
        Walls, fences and other barriers drawn as lines.
    flights, flights_counted, steps
        Ways of steps; those with ``step_count``; their steps summed up.
    escalators, lifts
        Ways with ``conveying``; nodes and ways with ``highway=elevator`` on the network.
    gates_open, gates_private, gates_closed
        Gates on the network: open to all; for those behind it only; closed for good or at the network's time.
    gate_lines, gate_lines_on_ways
        Gates drawn as lines; those among them that share a node with a way on the network, and so are gates of it.
    walls_crossed
        Where ways on the network go through a wall, fence or gate line and nothing says that there is a gate.
    other_barriers
        Nodes on the network with another barrier, open or closed.
    signals, signal_waits, crossings, kerbs
        Signals on the network; crossings and junctions where walkers wait for one; other marked crossings; nodes with
        ``kerb``.
    squares, squares_crossed, square_lines
        Areas that people may walk on; those with lines across; these lines.
    cuts, joins
        Vertices put in where lines of a layer meet; small gaps joined, each as it is listed in ``Streets.added``.
    hours, hours_unread
        Gates, lifts and ways of the network with opening hours or conditional access; those among them that cannot be
        read and so count as open at any time: ``node`` or ``way``, its position, the tag.
    edges, length_m, zero_edges, self_loops, parallel_edges
        Edges and their length; edges of no length (kept); edges from a node to itself (dropped); edges between
        two nodes that another edge joins, too (kept).
    level_share
        Share of the length that counts as level because nobody knows its slope.
    main_share
        Share of the length that hangs together in the largest part.
    islands
        The other parts, in order of ``component``.
    homes, facilities, spaces
        Where the residences, facilities and spaces asked for join it.
    people, people_main, people_unconnected
        People at the points; those on the largest part; those not connected.
    marks
        Node positions for a map: ``lifts``, ``signals`` (where walkers wait), gates ``open`` and ``private``, gates and
        barriers ``closed``.
    """

    ways: Mapping[str, int]
    dropped: Mapping[str, int]
    dropped_ways: tuple[tuple[int, str], ...]
    private_ways: int
    barriers: int
    flights: int
    flights_counted: int
    steps: int
    escalators: int
    lifts: int
    gates_open: int
    gates_private: int
    gates_closed: int
    gate_lines: int
    gate_lines_on_ways: int
    walls_crossed: tuple[WallCrossing, ...]
    other_barriers: int
    signals: int
    signal_waits: int
    crossings: int
    kerbs: int
    squares: int
    squares_crossed: int
    square_lines: int
    cuts: int
    joins: tuple[AddedWay, ...]
    hours: int
    hours_unread: tuple[tuple[str, int, str], ...]
    edges: int
    length_m: float
    zero_edges: int
    self_loops: int
    parallel_edges: int
    level_share: float
    main_share: float
    islands: tuple[Island, ...]
    homes: Joined
    facilities: Joined
    spaces: Joined
    people: float
    people_main: float
    people_unconnected: float
    marks: Mapping[str, tuple[int, ...]]


def quality(
    network: Network,
    homes: Connections | None = None,
    people: Metres | None = None,
    *,
    facilities: Connections | None = None,
    spaces: Connections | None = None,
) -> Quality:
    """Count what a network was made of.

    Parameters
    ----------
    network
        As built.
    homes
        Where residences join it; none if it is not given.
    people
        Shape (n_owners,): persons of each residence; 1 each if it is not given.
    facilities, spaces
        Where they join it; none if it is not given.

    Returns
    -------
    Quality
        Every count; what is dropped and what is far is in it, too.

    Raises
    ------
    ValueError
        If ``people`` has not one number a home.
    """
    streets = network.streets
    n_homes = 0 if homes is None else homes.n_owners
    persons = np.ones(n_homes) if people is None else np.asarray(people, dtype=np.float64)
    if len(persons) != n_homes:
        raise ValueError(f"{len(persons)} numbers of people for {n_homes} homes")
    walked = np.zeros(len(streets.way_id), dtype=np.bool_)
    walked[network.way_of_edge] = True
    tags_walked = [tags for tags, on in zip(streets.way_tags, walked.tolist(), strict=True) if on]
    added = {one.way for one in streets.added if one.kind not in ("cut", "ring")}
    kinds = Counter(
        tags["highway"]
        for way, tags in enumerate(streets.way_tags)
        if walked[way] and way not in added and "highway" in tags
    )
    flights = [tags for tags in tags_walked if tags.get("highway") == "steps"]
    told = [tags.get("step_count", "") for tags in flights]
    counts = [int(count) for count in told if count.isascii() and count.isdigit()]
    length_m = network.length_mm / 1000
    at_edge = np.where(network.is_closed[network.edge_u], network.edge_v, network.edge_u)
    part = network.component[at_edge]
    whole_m = float(length_m.sum())
    joined = [Joined((), ()) if one is None else parts_joined(one) for one in (homes, facilities, spaces)]
    of_home = np.array(joined[0].part, dtype=np.int64)
    marks = _marks(network)
    timed = with_hours(network)
    dropped = _dropped(streets, walked)
    level = level_edges(streets, network.way_of_edge, network.edge_u, network.edge_v, network.length_mm)
    pairs = np.sort(np.stack([network.edge_u, network.edge_v]), axis=0)
    return Quality(
        ways=dict(sorted(kinds.items())),
        dropped=dict(sorted(Counter(reason for _, reason in dropped).items())),
        dropped_ways=dropped,
        private_ways=int((private_ways(streets.way_tags) & walked).sum()),
        barriers=sum(tags.get("barrier") in WALLS for tags in streets.way_tags),
        flights=len(flights),
        flights_counted=len(counts),
        steps=sum(counts),
        escalators=sum(tags.get("conveying", "no") != "no" for tags in tags_walked),
        lifts=len(marks["lifts"]),
        gates_open=len(marks["open"]),
        gates_private=len(marks["private"]),
        gates_closed=sum(streets.node_tags[node].get("barrier") in GATES for node in marks["closed"]),
        **_gate_lines(network),
        walls_crossed=walls_crossed(network.streets, network.edge_u, network.edge_v, network.way_of_edge),
        signal_waits=len(marks["signals"]),
        marks={name: tuple(nodes) for name, nodes in marks.items()},
        **_nodes(network),
        **_added(streets),
        joins=tuple(one for one in streets.added if one.kind == "join"),
        hours=len(timed),
        hours_unread=unread(timed),
        edges=len(length_m),
        length_m=whole_m,
        zero_edges=int((network.length_mm == 0).sum()),
        self_loops=_self_loops(streets, walked),
        parallel_edges=len(length_m) - len(np.unique(pairs, axis=1).T) if len(length_m) else 0,
        level_share=float(length_m[level].sum()) / whole_m if whole_m else 0.0,
        main_share=float(length_m[part == 0].sum()) / whole_m if whole_m else 0.0,
        islands=_islands(network, part, of_home, persons),
        homes=joined[0],
        facilities=joined[1],
        spaces=joined[2],
        people=float(persons.sum()),
        people_main=float(persons[of_home == 0].sum()),
        people_unconnected=float(persons[of_home < 0].sum()),
    )


Timed = list[tuple[str, int, Mapping[str, str]]]


def with_hours(network: Network) -> Timed:
    """Return the ways, gates and lifts of a network that are open at some hours: way or node, position, tags."""
    streets = network.streets
    found: Timed = [("way", way, streets.way_tags[way]) for way in np.unique(network.way_of_edge).tolist()]
    found += [("node", node, tags) for node, tags in sorted(streets.node_tags.items()) if network.component[node] >= 0]
    return [one for one in found if has_hours(one[2])]


def unread(timed: Timed) -> tuple[tuple[str, int, str], ...]:
    """Return which hours cannot be read: way or node, position, tag."""
    return tuple((kind, at, key) for kind, at, tags in timed for key in unread_hours(tags))


def _dropped(streets: Streets, walked: npt.NDArray[np.bool_]) -> tuple[tuple[int, str], ...]:
    walkable = walkable_ways(streets.way_tags)
    beside = beside_sidewalks(streets, walkable)
    found = []
    for way in np.flatnonzero(~walked).tolist():
        tags = streets.way_tags[way]
        highway = tags.get("highway")
        if highway is None:
            continue
        if walkable[way]:
            reason = "sidewalk" if beside[way] else "point"
        elif tags.get("foot") in ("no", "use_sidepath"):
            reason = "foot"
        elif highway.startswith(("motorway", "trunk")):
            reason = "motor"
        elif tags.get("access") == "no" and walkable_ways([{"highway": highway}])[0]:
            reason = "access"
        else:
            reason = "climb" if tags.get("sac_scale") in CLIMBS else "kind"
        found.append((way, reason))
    return tuple(found)


def _marks(network: Network) -> dict[str, list[int]]:
    """Return the nodes on the network that the map marks, by kind; a lift that is drawn as a way by its first node."""
    streets = network.streets
    found: dict[str, list[int]] = {name: [] for name in ("lifts", "signals", "open", "private", "closed")}
    for way in np.unique(network.way_of_edge).tolist():
        if streets.way_tags[way].get("highway") == "elevator":
            found["lifts"].append(int(streets.way_nodes[streets.first_node_of_way[way]]))
    for node, tags in sorted(streets.node_tags.items()):
        if network.component[node] < 0:
            continue
        if tags.get("highway") == "elevator":
            found["lifts"].append(node)
        if network.is_closed[node] and tags.get("barrier") in CLOSABLE:
            found["closed"].append(node)
        elif tags.get("barrier") in GATES:
            is_private = access_of_gate(tags) == "private" and tags.get("foot") not in ALLOWED
            found["private" if is_private else "open"].append(node)
    found["signals"] = _waiting(network)
    return found


def _waiting(network: Network) -> list[int]:
    """Return the nodes at which somebody who walks on waits for a signal."""
    signals = signals_of(network.streets)
    at = [node[signals.waits(node, network.way_of_edge)] for node in (network.edge_u, network.edge_v)]
    waiting: list[int] = np.unique(np.concatenate(at)).tolist()
    return waiting


def _nodes(network: Network) -> dict[str, int]:
    is_signal = signals_of(network.streets).is_signal & (network.component >= 0)
    tags_on = [tags for node, tags in network.streets.node_tags.items() if network.component[node] >= 0]
    unsignalled = [
        tags for node, tags in network.streets.node_tags.items() if network.component[node] >= 0 and not is_signal[node]
    ]
    barriers = [tags["barrier"] for tags in tags_on if "barrier" in tags]
    return {
        "other_barriers": sum(barrier not in GATES and barrier != "kerb" for barrier in barriers),
        "signals": int(is_signal.sum()),
        "crossings": sum(tags.get("highway") == "crossing" or "crossing" in tags for tags in unsignalled),
        "kerbs": sum("kerb" in tags or tags.get("barrier") == "kerb" for tags in tags_on),
    }


def _gate_lines(network: Network) -> dict[str, int]:
    streets = network.streets
    lines = [way for way, tags in enumerate(streets.way_tags) if is_gate_line(tags)]
    first = streets.first_node_of_way
    on_ways = [way for way in lines if (network.component[streets.way_nodes[first[way] : first[way + 1]]] >= 0).any()]
    return {"gate_lines": len(lines), "gate_lines_on_ways": len(on_ways)}


def _added(streets: Streets) -> dict[str, int]:
    kinds = Counter(one.kind for one in streets.added)
    crossed = {one.from_ways for one in streets.added if one.kind == "square"}
    return {
        "squares": len(squares_of(streets)),
        "squares_crossed": len(crossed),
        "square_lines": kinds["square"],
        "cuts": kinds["cut"],
    }


def _self_loops(streets: Streets, walked: npt.NDArray[np.bool_]) -> int:
    way = np.repeat(np.arange(len(streets.way_id)), np.diff(streets.first_node_of_way))
    nodes = streets.way_nodes
    return int(((way[:-1] == way[1:]) & walked[way[:-1]] & (nodes[:-1] == nodes[1:])).sum())


def _islands(network: Network, part: Ints, of_home: Ints, persons: Metres) -> tuple[Island, ...]:
    n_parts = int(network.component.max(initial=-1)) + 1
    if n_parts == 0:
        return ()
    joined = of_home >= 0
    length_m = np.bincount(part, weights=network.length_mm / 1000, minlength=n_parts)
    edges = np.bincount(part, minlength=n_parts)
    nodes = np.bincount(network.component[network.component >= 0], minlength=n_parts)
    homes = np.bincount(of_home[joined], minlength=n_parts)
    people = np.bincount(of_home[joined], weights=persons[joined], minlength=n_parts)
    first = np.full(n_parts, -1, dtype=np.int64)
    on = np.flatnonzero(network.component >= 0)[::-1]
    first[network.component[on]] = on
    return tuple(
        Island(
            one,
            int(nodes[one]),
            float(length_m[one]),
            float(network.node_x_m[first[one]]),
            float(network.node_y_m[first[one]]),
            int(homes[one]),
            float(people[one]),
        )
        for one in range(1, n_parts)
        if edges[one]
    )
