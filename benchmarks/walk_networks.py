"""The streets that walking is measured on: real ones, the made city's, and invented ones full of traps."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.rows import REPOSITORY
from doorstep.city import Streets
from doorstep.city.crs import utm_zone
from doorstep.city.streets import JOIN_OSM_M, complete, moved_streets, osm_streets
from doorstep.walk import Connections, Network, Walker

__all__ = ["FILES", "PLANNED", "EdgeTable", "edge_table", "planted_streets", "points_on_edges", "read_streets"]

Ints = npt.NDArray[np.int64]
Metres = npt.NDArray[np.float64]

SHARED = Path(os.environ.get("DOORSTEP_SHARED", REPOSITORY.parent / "shared"))
FILES = {
    "newport": REPOSITORY / "examples" / "newport" / "streets.osm.pbf",
    "made_city": REPOSITORY / "examples" / "made-city" / "streets.osm.pbf",
    "monaco": SHARED / "data" / "monaco-osm" / "monaco.osm.pbf",
    "porto": SHARED / "data" / "porto-pt-osm" / "porto_portugal.osm.pbf",
}
# the planning pace; steps and waits are the middle figures of both profiles
PLANNED = Walker("plan", 1.0, 2.0, 20_000)


def read_streets(path: Path) -> Streets:
    """Return the streets of an OpenStreetMap file as a city folder gets them, in the UTM zone of their middle.

    Raises
    ------
    SystemExit
        If the file is not there or cannot be read.
    """
    if not path.is_file():
        raise SystemExit(f"{path} is not there; DOORSTEP_SHARED names the folder that holds data/")
    problems: list[object] = []
    found = osm_streets(path, problems)  # type: ignore[arg-type]
    if found is None:
        raise SystemExit(f"{path} cannot be read: {problems}")
    streets, system = found
    zone = utm_zone(float(np.median(streets.node_x_m)), float(np.median(streets.node_y_m)))
    return complete(moved_streets(streets, system, zone), JOIN_OSM_M)


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """A network as plain arrays, as every library can take it: walked both ways, of parallel edges the shortest.

    Parameters
    ----------
    x_m, y_m
        Shape (n_nodes,): only nodes that an edge touches.
    u, v
        Shape (n_edges,), int64, u < v.
    mm
        Shape (n_edges,), int64.
    """

    x_m: Metres
    y_m: Metres
    u: Ints
    v: Ints
    mm: Ints


def edge_table(network: Network) -> EdgeTable:
    """Return every edge that people may walk on, private or not, gates open, walked both ways."""
    low, high = np.minimum(network.edge_u, network.edge_v), np.maximum(network.edge_u, network.edge_v)
    order = np.lexsort((network.length_mm, high, low))
    low, high, mm = low[order], high[order], network.length_mm[order]
    first = np.concatenate([[True], (np.diff(low) != 0) | (np.diff(high) != 0)]) & (low != high)
    nodes, ends = np.unique(np.concatenate([low[first], high[first]]), return_inverse=True)
    half = len(ends) // 2
    return EdgeTable(network.node_x_m[nodes], network.node_y_m[nodes], ends[:half], ends[half:], mm[first])


def points_on_edges(network: Network, n: int, seed: int) -> Connections:
    """Return points that stand on edges, each edge as likely as any other, none off the network.

    Parameters
    ----------
    network
        Where.
    n
        How many.
    seed
        Of the generator; the same points for the same arguments.
    """
    chance = np.random.default_rng(seed)
    u, v = network.edge_u, network.edge_v
    edge = chance.integers(0, len(u), n)
    from_u_mm = np.floor(chance.random(n) * (network.length_mm[edge] + 1)).astype(np.int64)
    share = from_u_mm / np.maximum(network.length_mm[edge], 1)
    x_m, y_m = (at[u[edge]] + share * (at[v[edge]] - at[u[edge]]) for at in (network.node_x_m, network.node_y_m))
    return Connections(
        edge=edge,
        from_u_mm=from_u_mm,
        from_v_mm=network.length_mm[edge] - from_u_mm,
        off_mm=np.zeros(n, dtype=np.int64),
        x_m=x_m,
        y_m=y_m,
        component=network.component[u[edge]],
        of=np.arange(n),
        n_owners=n,
    )


def planted_streets(side: int = 40, seed: int = 7) -> Streets:
    """Return a grid of 100 m blocks in which everything is planted that a search may trip over.

    Equal walks all over (a grid), ways drawn twice (parallel edges), bows beside edges, ways that come back to where
    they started (loops, also of one edge), two nodes at one spot (edges of no length), stairs, private ways, gates
    shut and open, signals, dead ends, rings that hang on the rest by one node, and pieces that hang on nothing.
    """
    chance = np.random.default_rng(seed)
    xy = [(100.0 * column, 100.0 * row) for row in range(side) for column in range(side)]
    ways: list[tuple[Sequence[int], Mapping[str, str]]] = []
    tags_of_node: dict[int, dict[str, str]] = {}

    def new(x_m: float, y_m: float) -> int:
        xy.append((x_m, y_m))
        return len(xy) - 1

    kinds: list[dict[str, str]] = [{"highway": "residential"}] * 12
    kinds += [{"highway": "steps"}, {"highway": "footway"}, {"highway": "service", "access": "private"}]
    for row in range(side):
        for column in range(side):
            here = row * side + column
            for there in (here + 1 if column + 1 < side else -1, here + side if row + 1 < side else -1):
                if there < 0 or chance.random() < 0.05:
                    continue
                (ax, ay), (bx, by) = xy[here], xy[there]
                kind = kinds[chance.integers(len(kinds))]
                ways.append(([here, there], kind))
                what = chance.integers(12)
                if what == 0:  # the same once more, as another way, and the other way round
                    ways.append(([there, here], kinds[chance.integers(len(kinds))]))
                elif what == 1:  # a bow beside it
                    ways.append(([here, new((ax + bx) / 2 + 7, (ay + by) / 2 + 7), there], kind))
                elif what == 2:  # a node at the same spot as another
                    ways.append(([here, new(ax, ay), there], kind))
                elif what == 3:  # out and back to where it started
                    ways.append(([here, new(ax + 30, ay + 20), new(ax + 10, ay + 40), here], kind))
                elif what == 4:  # a loop of one edge
                    ways.append(([here, here], kind))
                elif what == 5:  # a dead end
                    ways.append(([here, new(ax - 20, ay + 30), new(ax - 40, ay + 30)], kind))
                elif what == 6:  # hangs on nothing
                    ways.append(([new(ax + 45, ay + 45), new(ax + 55, ay + 55), new(ax + 45, ay + 65)], kind))
            what = chance.integers(25)
            if what == 0:
                tags_of_node[here] = {"barrier": "gate", "access": "no"}
            elif what == 1:
                tags_of_node[here] = {"barrier": "gate"}
            elif what in (2, 3):
                tags_of_node[here] = {"highway": "crossing", "crossing": "traffic_signals"}
    first = np.concatenate([[0], np.cumsum([len(nodes) for nodes, _ in ways])]).astype(np.int64)
    return Streets(
        node_id=np.arange(len(xy), dtype=np.int64),
        node_x_m=np.array([x for x, _ in xy]),
        node_y_m=np.array([y for _, y in xy]),
        node_tags=tags_of_node,
        way_id=np.arange(len(ways), dtype=np.int64),
        first_node_of_way=first,
        way_nodes=np.array([node for nodes, _ in ways for node in nodes], dtype=np.int64),
        way_tags=tuple(tags for _, tags in ways),
    )
