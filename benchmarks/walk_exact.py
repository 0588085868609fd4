"""Are walks right to the millimetre and the millisecond? Compared with networkx, and with ourselves asked otherwise.

For networkx every point is put into the graph as a node of its own, with an arc to or from each end of its edge and
straight ones between points on one edge; this is written here from the section "Walking" of ``docs/explain/model.md``,
apart from the code that it judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from benchmarks.peers.make import asked
from benchmarks.rows import Row, judged
from benchmarks.walk_networks import FILES, planted_streets, points_on_edges, read_streets
from doorstep.walk import (
    Connections,
    Network,
    Pairs,
    Walker,
    build_network,
    nearest_places,
    pairs_in_blocks,
    prepare,
    reached_nodes,
    walk_pairs,
)

__all__ = ["NETWORKS", "differences", "exact_rows", "graph_with_points", "multigraph_row", "renumbered"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NETWORKS = ("newport", "monaco", "porto", "made_city", "planted")
# a pace and a penalty that make no whole numbers
TRIED = Walker("tried", 1.1, 1.7, 17_500)
LIMITS = {"limit_mm": 800_000, "limit_ms": 700_000}
WORKERS = (1, 3, 7)
BLOCKS = (1_000_000, 5_000_000)
N_SERVICES, K = 4, 3
N_PLACES, HOMES_PER_PLACE, N_HOMES = 500, 20, 20_000
OFF_MAX_MM = 30_000


def network_named(name: str) -> Network:
    """Return one of the networks that walks are compared on."""
    return build_network(planted_streets() if name == "planted" else read_streets(FILES[name]), TRIED)


def scattered(network: Network, n: int, seed: int) -> Connections:
    """Return points beside edges; every fifth owner has two entrances."""
    chance = np.random.default_rng(seed)
    of = np.sort(np.concatenate([np.arange(n), np.arange(0, n, 5)]))
    points = points_on_edges(network, len(of), seed)
    return replace(points, off_mm=chance.integers(0, OFF_MAX_MM, len(of)), of=of, n_owners=n)


def pairs_to_compare(homes: Connections, places: Connections, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Return homes and places so near that they might be in reach of each other, drawn at random, sorted by place."""
    tree = KDTree(np.stack([homes.x_m, homes.y_m], axis=1))
    home, place = [], []
    for one in chance.permutation(places.n_owners):
        point = int(np.flatnonzero(places.of == one)[0])
        near = np.unique(
            homes.of[tree.query_ball_point((places.x_m[point], places.y_m[point]), LIMITS["limit_mm"] / 1000)]
        )
        if len(near) < HOMES_PER_PLACE:
            continue
        home += chance.choice(near, HOMES_PER_PLACE, replace=False).tolist()
        place += [int(one)] * HOMES_PER_PLACE
        if len(place) >= N_PLACES * HOMES_PER_PLACE:
            break
    return np.array(home), np.array(place)


def graph_with_points(network: Network, homes: Connections, places: Connections, home: Ints, place: Ints) -> Ints:
    """Return the arcs of a multigraph in which some homes and places are nodes.

    Parameters
    ----------
    network, homes, places
        As :func:`doorstep.walk.walk_pairs` takes them.
    home, place
        The homes and places that are put in.

    Returns
    -------
    Ints
        Shape (5, n_arcs): tail, head, mm, ms with waiting, waiting alone. Nodes keep their numbers, home h is node
        ``n_nodes + h``, place p ``n_nodes + n_homes + p``.
    """
    n_nodes, n_homes = len(network.node_x_m), homes.n_owners
    u, v = network.edge_u, network.edge_v
    h = np.flatnonzero(np.isin(homes.of, home) & (homes.edge >= 0))
    p = np.flatnonzero(np.isin(places.of, place) & (places.edge >= 0))
    parts = []

    def walked(
        tail: Ints,
        head: Ints,
        edge: Ints,
        part_mm: Ints,
        toward_v: Flags,
        off_mm: Ints | int = 0,
        off_ms: Ints | int = 0,
    ) -> None:
        ms_per_mm = np.where(toward_v, network.factor_uv[edge], network.factor_vu[edge])
        may = np.isfinite(ms_per_mm)
        moving_ms = np.floor(part_mm * np.where(may, ms_per_mm, 0) + 0.5).astype(np.int64)
        waits = np.where(toward_v, network.wait_u_ms[edge], network.wait_v_ms[edge])
        wait_ms = np.where(tail < n_nodes, waits, 0)
        arcs = np.stack([tail, head, part_mm + off_mm, moving_ms + off_ms + wait_ms, wait_ms])
        parts.append(arcs[:, may])

    def off_ms(off_mm: Ints) -> Ints:
        return np.floor(off_mm * (1 / network.walker.speed_m_s) + 0.5).astype(np.int64)

    edges = np.arange(len(u))
    for at_v in (False, True):
        # whole edges, from the node at this end to the other
        tail, head = (v, u) if at_v else (u, v)
        may = ~network.is_closed[tail] & ~network.is_closed[head] & ~(network.is_private & network.is_public[tail])
        walked(tail[may], head[may], edges[may], network.length_mm[may], np.full(int(may.sum()), not at_v))
        # homes out over this end
        edge = homes.edge[h]
        node = (v if at_v else u)[edge]
        out = ~network.is_closed[node]
        part_mm, off_mm = (homes.from_v_mm if at_v else homes.from_u_mm)[h[out]], homes.off_mm[h[out]]
        toward_v = np.full(len(off_mm), at_v)
        walked(n_nodes + homes.of[h[out]], node[out], edge[out], part_mm, toward_v, off_mm, off_ms(off_mm))
        # places in over this end
        edge = places.edge[p]
        node = (v if at_v else u)[edge]
        into = ~network.is_closed[node] & ~(network.is_private[edge] & network.is_public[node])
        part_mm, off_mm = (places.from_v_mm if at_v else places.from_u_mm)[p[into]], places.off_mm[p[into]]
        toward_v = np.full(len(off_mm), not at_v)
        owner = n_nodes + n_homes + places.of[p[into]]
        walked(node[into], owner, edge[into], part_mm, toward_v, off_mm, off_ms(off_mm))
    # straight along one edge
    homes_on: dict[int, list[int]] = {}
    for one in h.tolist():
        homes_on.setdefault(int(homes.edge[one]), []).append(one)
    both = [(one, there) for there in p.tolist() for one in homes_on.get(int(places.edge[there]), ())]
    here, there = np.array(both, dtype=np.int64).reshape(-1, 2).T
    from_mm, to_mm = homes.from_u_mm[here], places.from_u_mm[there]
    off_mm = homes.off_mm[here] + places.off_mm[there]
    sum_ms = off_ms(homes.off_mm[here]) + off_ms(places.off_mm[there])
    home_node, place_node = n_nodes + homes.of[here], n_nodes + n_homes + places.of[there]
    walked(home_node, place_node, homes.edge[here], np.abs(from_mm - to_mm), from_mm < to_mm, off_mm, sum_ms)
    return np.concatenate(parts, axis=1)


def walks_of(pairs: Pairs, home: Ints, place: Ints) -> Ints:
    """Return length, time with waiting and waiting of some pairs, shape (n, 3); -1 where there is no walk."""
    owner = np.repeat(np.arange(len(pairs.first_of_place) - 1), np.diff(pairs.first_of_place))
    code = owner << 32 | pairs.home
    wanted = place << 32 | home
    at = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
    rows = np.stack([pairs.walk_mm, pairs.moving_ms + pairs.wait_ms, pairs.wait_ms], axis=1)[at].astype(np.int64)
    rows[code[at] != wanted] = -1
    return rows


def multigraph_row(name: str, work: Path) -> Row:
    """Compare 10,000 pairs of a network with networkx, once in metres and once in minutes.

    The row counts the pairs that differ in mm, in ms or in waiting, or that only one of the two has.
    """
    network = network_named(name)
    n_nodes = len(network.node_x_m)
    homes, places = scattered(network, N_HOMES, 1), scattered(network, 2 * N_PLACES, 2)
    home, place = pairs_to_compare(homes, places, np.random.default_rng(3))
    tail, head, mm, ms, wait_ms = graph_with_points(network, homes, places, home, place)
    given, answer = work / f"{name}.npz", work / f"{name}.npy"
    different = rows_out = within = 0
    for measure in LIMITS:
        np.savez(
            given, tail=tail, head=head, mm=mm, ms=ms, wait_ms=wait_ms,
            limit=LIMITS[measure], in_minutes=measure == "limit_ms",
            pair_home=n_nodes + home, pair_place=n_nodes + homes.n_owners + place,
        )  # fmt: skip
        told = asked("walks_networkx", given, answer)
        pairs = every_pair(network, homes, places, measure)
        rows_out += len(pairs.home)
        ours = walks_of(pairs, home, place)
        different += int((ours != np.load(answer)).any(axis=1).sum())
        within += int((ours[:, 0] >= 0).sum())
    on: dict[str, float | str] = {
        **searched(network, places, rows_out),
        "edges": len(network.edge_u),
        "pairs": len(home),
        "of places": len(np.unique(place)),
        "measures": "in metres and again in minutes",
        "within the limits": within,
        "peer": f"networkx {told['version']}",
    }
    return judged("walk", (f"exact_{name}", different, "differences"), on)


def searched(network: Network, places: Connections, rows_out: int) -> dict[str, float | str]:
    """Return what was searched: nodes, places, nodes within the limit of metres of each place, on average, rows."""
    u, v, mm = network.edge_u, network.edge_v, network.length_mm
    graph = prepare(network.node_x_m, network.node_y_m, u, v, mm, mm)
    _, entrance = np.unique(places.of, return_index=True)
    reached = len(reached_nodes(graph, u[places.edge[entrance]], LIMITS["limit_mm"])[1])
    return {
        "nodes": int((network.component >= 0).sum()),
        "places": places.n_owners,
        "mean reached nodes": round(reached / places.n_owners, 1),
        "rows out": rows_out,
    }


def every_pair(
    network: Network, homes: Connections, places: Connections, measure: str, workers: int | None = None
) -> Pairs:
    """Return all pairs within the limit of a measure, ``limit_mm`` or ``limit_ms``."""
    limit = np.full(places.n_owners, LIMITS[measure])
    return walk_pairs(network, homes, places, **{measure: limit}, workers=workers)


def renumbered(network: Network, points: tuple[Connections, ...], seed: int) -> tuple[Network, list[Connections]]:
    """Return the same network with nodes and edges in another order and half of its edges drawn the other way round."""
    chance = np.random.default_rng(seed)
    n_nodes, n_edges = len(network.node_x_m), len(network.edge_u)
    new_node, old_edge = chance.permutation(n_nodes), chance.permutation(n_edges)
    old_node, new_edge = np.argsort(new_node), np.argsort(old_edge)
    turned = chance.random(n_edges) < 0.5
    swaps = {}
    swapped = (("factor_uv", "factor_vu"), ("may_uv", "may_vu"), ("wait_u_ms", "wait_v_ms"))
    for here, there in (("edge_u", "edge_v"), *swapped):
        one, other = getattr(network, here)[old_edge], getattr(network, there)[old_edge]
        if here == "edge_u":
            one, other = new_node[one], new_node[other]
        swaps[here], swaps[there] = np.where(turned, other, one), np.where(turned, one, other)
    streets = replace(
        network.streets, node_x_m=network.node_x_m[old_node], node_y_m=network.node_y_m[old_node], way_nodes=new_node
    )
    by_node = {name: getattr(network, name)[old_node] for name in ("is_public", "is_closed", "component")}
    by_edge = {name: getattr(network, name)[old_edge] for name in ("length_mm", "way_of_edge", "is_private")}
    moved = []
    for one in points:
        edge = new_edge[one.edge]
        from_u_mm = np.where(turned[edge], one.from_v_mm, one.from_u_mm)
        from_v_mm = np.where(turned[edge], one.from_u_mm, one.from_v_mm)
        moved.append(replace(one, edge=edge, from_u_mm=from_u_mm, from_v_mm=from_v_mm))
    return replace(network, streets=streets, **swaps, **by_node, **by_edge), moved


def differences(one: Pairs, other: Pairs) -> int:
    """Return how many pairs two tables of walks do not have in common, figure for figure."""
    tables = []
    for pairs in (one, other):
        place = np.repeat(np.arange(len(pairs.first_of_place) - 1), np.diff(pairs.first_of_place))
        figures = (pairs.home, pairs.walk_mm, pairs.moving_ms, pairs.wait_ms)
        tables.append({*zip(place.tolist(), *(column.tolist() for column in figures), strict=True)})
    return len(tables[0] ^ tables[1])


def in_blocks(network: Network, homes: Connections, places: Connections, measure: str, memory_bytes: int) -> Pairs:
    """Return all pairs, put together from blocks of places."""
    limit = np.full(places.n_owners, LIMITS[measure])
    blocks = [
        pairs for _, pairs in pairs_in_blocks(network, homes, places, memory_bytes=memory_bytes, **{measure: limit})
    ]
    counts = np.concatenate([np.diff(pairs.first_of_place) for pairs in blocks])
    columns = [
        np.concatenate([getattr(pairs, name) for pairs in blocks])
        for name in ("home", "walk_mm", "moving_ms", "wait_ms")
    ]
    return Pairs(np.concatenate([[0], np.cumsum(counts)]), *columns)


def not_nearest(
    network: Network, homes: Connections, places: Connections, service: Ints, measure: str, pairs: Pairs
) -> int:
    """Return how many of the k nearest places of any home and service are others than those of sorting all pairs."""
    found = nearest_places(
        network, homes, places, service, n_services=N_SERVICES, k=K, limit=LIMITS[measure],
        measure="metres" if measure == "limit_mm" else "minutes",
    )  # fmt: skip
    place = np.repeat(np.arange(places.n_owners), np.diff(pairs.first_of_place))
    walk_ms = pairs.moving_ms + pairs.wait_ms
    first, then = (pairs.walk_mm, walk_ms) if measure == "limit_mm" else (walk_ms, pairs.walk_mm)
    order = np.lexsort((place, pairs.wait_ms, then, first, pairs.home, service[place]))
    group = service[place[order]] * homes.n_owners + pairs.home[order]
    starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    near = rank < K
    expected = np.full((N_SERVICES * homes.n_owners, K, 3), -1, dtype=np.int64)
    chosen = order[near]
    expected[group[near], rank[near]] = np.stack([place[chosen], pairs.walk_mm[chosen], walk_ms[chosen]], axis=1)
    told = np.stack([found.place, found.walk_mm, found.walk_ms], axis=-1).reshape(expected.shape)
    return int((told != expected).any(axis=-1).sum())


def own_rows() -> Iterator[Row]:
    """Compare all pairs of Newport with all pairs of Newport, asked for in other ways."""
    network = network_named("newport")
    homes, places = scattered(network, N_HOMES, 1), scattered(network, N_PLACES, 2)
    other, (other_homes, other_places) = renumbered(network, (homes, places), 4)
    counts = {"renumbered": 0, "threads": 0, "blocks": 0, "nearest": 0}
    service = np.arange(N_PLACES) % N_SERVICES
    n_pairs = 0
    for measure in LIMITS:
        pairs = every_pair(network, homes, places, measure)
        n_pairs += len(pairs.home)
        counts["renumbered"] += differences(pairs, every_pair(other, other_homes, other_places, measure))
        for workers in WORKERS:
            counts["threads"] += differences(pairs, every_pair(network, homes, places, measure, workers))
        for memory_bytes in BLOCKS:
            counts["blocks"] += differences(pairs, in_blocks(network, homes, places, measure, memory_bytes))
        counts["nearest"] += not_nearest(network, homes, places, service, measure, pairs)
    told = {
        "renumbered": "nodes and edges in another order, half of the edges turned round",
        "threads": f"{', '.join(map(str, WORKERS))} threads",
        "blocks": f"blocks of at most {', '.join(f'{size:,}' for size in BLOCKS)} bytes",
        "nearest": f"the {K} nearest of each of {N_SERVICES} services beside sorting all pairs",
    }
    on = searched(network, places, n_pairs)
    for name, count in counts.items():
        of = {**on, "other": told[name]}
        yield judged("walk", (f"exact_{name}", count, "differences"), of)


def exact_rows(work: Path, only: str | None = None) -> Iterator[Row]:
    """Yield all rows of exactness, or those that hold ``only``."""
    for name in NETWORKS:
        if only in (None, f"exact_{name}"):
            yield multigraph_row(name, work)
    if only is None or only.removeprefix("exact_") not in NETWORKS:
        yield from own_rows()
