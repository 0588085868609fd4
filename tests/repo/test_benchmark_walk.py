"""The benchmark of walking: its requirements, its invented cities, its second opinion, its page."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import megacity, rows, walk_exact, walk_growth, walk_mega, walk_table
from benchmarks.walk_networks import EdgeTable, edge_table, planted_streets, points_on_edges

from doorstep.walk import build_network, prepare, reached_nodes, walk_pairs

REPOSITORY = Path(__file__).resolve().parents[2]
MUST_SHOW = {
    "porto_times_pandana": (">=", 40.0),
    "porto_times_pandana_query": (">=", 40.0),
    "porto_times_scipy": (">=", 60.0),
    "porto_from_pbf_seconds": ("<", 4.0),
    "megacity_matrix_seconds": ("<", 4.0),
    "megacity_memory_gb": ("<", 4.0),
    "megacity_eight_walkers_times": ("<", 3.0),
    "megacity_one_place_ms": ("<", 2.0),
    **{
        f"exact_{name}": ("=", 0.0)
        for name in (*walk_exact.NETWORKS, "nearest", "renumbered", "threads", "blocks")
    },
}  # fmt: skip


def test_nothing_required_is_lowered_or_forgotten() -> None:
    assert rows.requirements("walk") == MUST_SHOW


def test_less_than_means_less_and_a_figure_that_is_none_holds_nothing() -> None:
    assert not rows.judged("walk", ("porto_from_pbf_seconds", 4.0, "s")).ok
    assert rows.judged("walk", ("porto_from_pbf_seconds", 3.99, "s")).ok
    assert not rows.judged("walk", ("porto_times_scipy", float("nan"), "times")).ok


def test_a_row_says_what_it_was_measured_on() -> None:
    told = rows.told(rows.judged("walk", ("porto_times_scipy", 59.0, "times"), {"nodes": 326_660, "peer": "SciPy 1"}))
    assert "MISSED" in told
    assert "nodes 326,660, SciPy 1" in told


def as_the_program(program: str, given: Path, *_: object) -> dict[str, Any]:
    """Answer as another library would that finds what the program finds."""
    table = np.load(given)
    places = table["places"][:200] if program == "range_scipy" else table["places"]
    graph = prepare(*(table[name] for name in ("x_m", "y_m", "u", "v", "mm", "mm")))
    _, node, mm = reached_nodes(graph, places, int(table["limit_mm"]))
    metres = float(mm.sum(dtype=np.int64)) / 1000
    return {"version": "1", "preparation_s": 8.0, "query_s": 4.0, "rows": len(node), "metres": metres}


def test_every_requirement_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small = planted_streets(15)
    monkeypatch.setattr(walk_table, "read_streets", lambda _: small)
    monkeypatch.setattr(walk_mega, "read_streets", lambda _: small)
    monkeypatch.setattr(walk_table, "PLACES", 250)
    monkeypatch.setattr(walk_table, "asked", as_the_program)
    found = {row.name: row for row in walk_table.porto_rows(tmp_path, quick=False)}
    assert found["porto_scipy_seconds"].value == pytest.approx(4.0 * 250 / 200)  # from a sample
    assert "extrapolated from 200 places" in str(found["porto_scipy_seconds"].on["peer"])
    monkeypatch.setattr(walk_mega, "SAMPLE", 5)
    monkeypatch.setattr(walk_mega, "MOVES", 3)
    told = json.dumps(walk_mega.measured(2, 40, 16))
    answer = subprocess.CompletedProcess([], 0, f"chat\n{told}\n", "")
    monkeypatch.setattr(walk_mega.subprocess, "run", lambda *_, **__: answer)
    found |= {row.name: row for row in walk_mega.megacity_rows()}
    monkeypatch.setattr(walk_exact, "network_named", lambda _: build_network(small, walk_exact.TRIED))
    monkeypatch.setattr(walk_exact, "N_HOMES", 60)
    monkeypatch.setattr(walk_exact, "N_PLACES", 12)
    found |= {row.name: row for row in walk_exact.own_rows()}
    assert found["exact_nearest"].ok
    assert found["exact_blocks"].ok
    monkeypatch.setattr(walk_growth, "read_streets", lambda _: small)
    monkeypatch.setattr(walk_growth, "memory_gb_s", lambda: 20.0)
    found |= {row.name: row for row in walk_growth.growth_rows((400, 4000), 1)}
    for name in found:
        assert {*rows.NO_SEARCH} <= {*found[name].on}, name
    assert found["exact_blocks"].on["mean reached nodes"] > 1
    networks = {f"exact_{name}" for name in walk_exact.NETWORKS}  # in the environment of the peers
    assert {*found, *networks} >= set(MUST_SHOW)


def test_seconds_of_a_library_that_answers_otherwise_do_not_count() -> None:
    first, mm = np.array([0, 2, 3]), np.array([1000, 2000, 4000])
    walk_table.check_same("Peer", {"rows": 2, "metres": 3.0}, first, mm, 1)
    for wrong in ({"rows": 3, "metres": 3.0}, {"rows": 2, "metres": 3.001}):
        with pytest.raises(SystemExit, match="Peer: "):
            walk_table.check_same("Peer", wrong, first, mm, 1)


def block() -> EdgeTable:
    """A block of 3 km with a street from its west to its east border and one from south to north, and an island."""
    x_m = np.array([0.0, 1500.0, 3000.0, 1500.0, 1500.0, 1700.0, 1710.0])
    y_m = np.array([1500.0, 1500.0, 1500.0, 0.0, 3000.0, 1700.0, 1700.0])
    u, v = np.array([0, 1, 1, 1, 5]), np.array([1, 2, 3, 4, 6])
    return EdgeTable(x_m, y_m, u, v, np.array([1_500_000] * 4 + [10_000]))


def test_tiles_are_joined_where_streets_end_and_nowhere_else() -> None:
    one = block()
    nine = megacity.tiled_table(one, 3)
    assert len(nine.x_m) == 9 * 7
    joint = slice(9 * 5, None)
    ends = {*zip(nine.u[joint].tolist(), nine.v[joint].tolist(), strict=True)}
    east = {(7 * tile + 2, 7 * (tile + 1)) for tile in range(9) if tile % 3 < 2}
    north = {(7 * tile + 4, 7 * (tile + 3) + 3) for tile in range(6)}
    assert ends == east | north
    assert set(nine.mm[joint].tolist()) == {0}  # the borders touch
    assert nine.mm.sum() == 9 * one.mm.sum()


def test_no_joint_crosses_the_sea() -> None:
    x_m, y_m = np.array([0.0, 5000.0]), np.array([0.0, 0.0])
    for gap_m, joined in ((megacity.JOINT_MAX_M, [1]), (megacity.JOINT_MAX_M + 1, [])):
        last, _ = megacity.joints(x_m, y_m, np.array([0, 1]), (5000.0 + gap_m, 0.0))
        assert last.tolist() == joined


def test_tiled_streets_have_the_walks_of_one_tile() -> None:
    streets = planted_streets(8)
    network = build_network(streets, walk_exact.TRIED)
    largest = np.flatnonzero(network.component == 0)
    many, n_joints = megacity.tiled(streets, largest, 2)
    tiled = build_network(many, walk_exact.TRIED)
    n_edges = len(network.edge_u)
    assert n_joints > 0
    assert len(tiled.edge_u) == 4 * n_edges + n_joints
    assert np.array_equal(tiled.length_mm[n_edges : 2 * n_edges], network.length_mm)
    assert tiled.is_closed.sum() == 4 * network.is_closed.sum()


def test_a_cut_keeps_the_nodes_asked_for_and_their_edges() -> None:
    table = megacity.cut(block(), 4)
    assert len(table.x_m) == 4
    assert table.u.max() < 4
    with pytest.raises(ValueError, match="8 nodes of 7"):
        megacity.cut(block(), 8)


def test_other_libraries_get_the_shortest_of_parallel_edges() -> None:
    network = build_network(planted_streets(8), walk_exact.TRIED)
    table = edge_table(network)
    pairs = [*zip(table.u.tolist(), table.v.tolist(), strict=True)]
    assert len(pairs) == len(set(pairs)) < len(network.edge_u)
    assert (table.u < table.v).all()
    low, high = np.minimum(network.edge_u, network.edge_v), np.maximum(network.edge_u, network.edge_v)
    shortest: dict[tuple[int, int], int] = {}
    for u, v, mm in zip(low.tolist(), high.tolist(), network.length_mm.tolist(), strict=True):
        shortest[u, v] = min(mm, shortest.get((u, v), mm))
    assert sorted(table.mm.tolist()) == sorted(shortest.values())


def test_the_traps_are_planted() -> None:
    streets = planted_streets(12)
    network = build_network(streets, walk_exact.TRIED)
    ends = np.sort(np.stack([network.edge_u, network.edge_v]), axis=0)
    assert len(np.unique(ends, axis=1).T) < len(network.edge_u)  # parallel edges
    assert (network.length_mm == 0).any()
    assert any((np.diff(streets.way_nodes[a:b]) == 0).any() for a, b in zip(
        streets.first_node_of_way, streets.first_node_of_way[1:], strict=False
    ))  # fmt: skip
    assert network.is_private.any()
    assert network.is_closed.any()
    assert network.wait_u_ms.any()
    assert network.wait_v_ms.any()
    assert network.component.max() > 3


def best_walks(arcs: np.ndarray[Any, Any], place: int, *, in_minutes: bool) -> dict[int, tuple[int, int, int]]:
    """Search from a place against the arcs in plain code: node -> mm, ms, waiting."""
    into: dict[int, list[list[int]]] = {}
    for tail, head, mm, ms, wait_ms in arcs.T.tolist():
        into.setdefault(head, []).append([tail, *((ms, mm) if in_minutes else (mm, ms)), wait_ms])
    done: dict[int, tuple[int, int, int]] = {}
    heap = [((0, 0, 0), place)]
    while heap:
        cost, node = heappop(heap)
        if node in done:
            continue
        done[node] = cost
        for tail, *step in into.get(node, ()):
            heappush(heap, ((cost[0] + step[0], cost[1] + step[1], cost[2] + step[2]), tail))
    return {node: (two, one, wait) if in_minutes else (one, two, wait) for node, (one, two, wait) in done.items()}


@pytest.mark.parametrize("measure", ["limit_mm", "limit_ms"])
def test_the_second_opinion_is_that_of_the_program(measure: str) -> None:
    network = build_network(planted_streets(7), walk_exact.TRIED)
    homes, places = walk_exact.scattered(network, 60, 1), walk_exact.scattered(network, 12, 2)
    pairs = walk_exact.every_pair(network, homes, places, measure)
    home, place = np.tile(np.arange(60), 12), np.repeat(np.arange(12), 60)
    arcs = walk_exact.graph_with_points(network, homes, places, home, place)
    n_nodes = len(network.node_x_m)
    ours = walk_exact.walks_of(pairs, home, place)
    in_minutes = measure == "limit_ms"
    for one in range(12):
        best = best_walks(arcs, n_nodes + homes.n_owners + one, in_minutes=in_minutes)
        for other, walk in enumerate(ours[place == one].tolist()):
            theirs = best.get(n_nodes + other)
            within = theirs is not None and theirs[1 if in_minutes else 0] <= walk_exact.LIMITS[measure]
            assert tuple(walk) == (theirs if within else (-1, -1, -1))
    assert 0 < (ours[:, 0] >= 0).sum() < len(ours)


def test_numbers_of_nodes_and_edges_do_not_count_and_a_millimetre_does() -> None:
    network = build_network(planted_streets(9), walk_exact.TRIED)
    homes, places = walk_exact.scattered(network, 80, 1), walk_exact.scattered(network, 10, 2)
    pairs = walk_exact.every_pair(network, homes, places, "limit_mm")
    other, (other_homes, other_places) = walk_exact.renumbered(network, (homes, places), 5)
    assert walk_exact.differences(pairs, walk_exact.every_pair(other, other_homes, other_places, "limit_mm")) == 0
    longer = pairs.walk_mm.copy()
    longer[3] += 1
    assert walk_exact.differences(pairs, replace(pairs, walk_mm=longer)) == 2  # one gone, one new


def test_points_stand_on_their_edges() -> None:
    network = build_network(planted_streets(6), walk_exact.TRIED)
    points = points_on_edges(network, 500, 1)
    assert np.array_equal(points.from_u_mm + points.from_v_mm, network.length_mm[points.edge])
    assert (points.from_u_mm >= 0).all()
    assert (points.from_v_mm >= 0).all()
    pairs = walk_pairs(network, points, points, limit_mm=np.zeros(500, dtype=np.int64))
    place = np.repeat(np.arange(500), np.diff(pairs.first_of_place))
    assert {*zip(place.tolist(), pairs.home.tolist(), strict=True)} >= {(one, one) for one in range(500)}


def measured() -> dict[str, Any]:
    """What the benchmark writes, with figures of fancy."""
    on: dict[str, Any] = {
        "nodes": 300_000, "edges": 320_000, "places": 5_000, "mean reached nodes": 800.1, "rows out": 4_000_500,
        "joints": 540, "residences": 300_000, "pairs": 10_000, "peer": "Peer 1.0, said",
    }  # fmt: skip
    figures = {
        "porto_from_pbf_seconds": 3.0, "porto_preparation_seconds": 0.1, "porto_query_seconds": 0.1,
        "porto_pandana_preparation_seconds": 4.0, "porto_pandana_query_seconds": 5.0, "porto_times_pandana": 45.0,
        "porto_times_pandana_query": 50.0, "porto_scipy_seconds": 8.0, "porto_times_scipy": 59.0,
        "megacity_matrix_seconds": 2.0, "megacity_memory_gb": 1.7, "growth_memory_gb_s": 20.0,
        "growth_ns_per_node_1e5": 30.0, "growth_share_of_memory_1e5": 0.03, "growth_ns_per_node_1e6": 35.0,
        "growth_share_of_memory_1e6": 0.02, "exact_newport": 0.0, "exact_threads": 0.0,
    }  # fmt: skip
    made = [rows.judged("walk", (name, value, "unit"), on) for name, value in figures.items()]
    head = {"doorstep": "0.1", "date": "2026-01-01", "command": "python -m benchmarks.walk", "machine": "a machine"}
    return {**head, "rows": [{"name": one.name, "value": one.value, "on": on, "must": one.must} for one in made]}


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(REPOSITORY / "tools"), *sys.path])
    import walk_benchmark

    return walk_benchmark


def test_the_page_says_what_was_measured(page: Any) -> None:
    text = "\n".join(page.walk_section(measured()))
    for said in ("300,000 nodes", "4,000,500 rows", "| 4 | 5 | 50 times |", "59 times", "540 joints", "3.0%", "30.0"):
        assert said in text, said
    assert "megacity_one_place" not in text  # what was not measured is not there


def test_charts_are_drawings_with_every_figure(page: Any) -> None:
    figures = {row["name"]: row for row in measured()["rows"]}
    for chart, said in ((page.porto_chart(figures), "4 + 5 s"), (page.growth_chart(figures), "35.0")):
        drawing = ET.fromstring(chart)
        texts = [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert said in texts
        width = float(drawing.attrib["width"])
        for bar in drawing.iter("{http://www.w3.org/2000/svg}rect"):
            if "x" in bar.attrib:
                assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width
