"""Compile the fast loops once, so that the first plan need not wait for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from doorstep import pipeline
from doorstep.diagnosis import Diagnosis
from doorstep.layout import SolveParams, solve, with_budget
from doorstep.layout.classic import (
    backup_coverage,
    capacitated_facility_location,
    capacitated_p_median,
    facility_location,
    lscp,
    mclp,
    p_center,
    p_dispersion,
    p_median,
)
from doorstep.walk import (
    add_place,
    for_walker,
    live_walks,
    move_place,
    nearest_places,
    pairs_in_blocks,
    prepare,
    reached_nodes,
    remove_place,
    walk_pairs_of_walkers,
    walkers,
)

__all__ = ["compile_loops"]

_CITY_TOML = """name = "warm"
language = "en"
currency = "GBP"
crs = "EPSG:32630"
profile = "generic-gb"
"""
_COMMUNITIES = """id,name,geometry
C,C,"POLYGON ((500000 5700000, 501000 5700000, 501000 5701000, 500000 5701000, 500000 5700000))"
"""
_STREETS = """{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:32630"}}, "features": [
{"type": "Feature", "properties": {"highway": "residential"}, "geometry":
 {"type": "LineString", "coordinates": [[500100, 5700500], [500900, 5700500]]}},
{"type": "Feature", "properties": {"barrier": "wall"}, "geometry": {"type": "LineString", "coordinates":
 [[500196, 5700502], [500204, 5700502], [500204, 5700508], [500196, 5700508], [500196, 5700502]]}},
{"type": "Feature", "properties": {"barrier": "gate"}, "geometry": {"type": "Point", "coordinates": [500204, 5700508]}}
]}
"""


def compile_loops() -> None:
    """Plan a city of one street and ask every location model, so that every loop is compiled and kept."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "city.toml").write_text(_CITY_TOML, encoding="utf-8")
        (folder / "communities.csv").write_text(_COMMUNITIES, encoding="utf-8")
        (folder / "streets.geojson").write_text(_STREETS, encoding="utf-8")
        ages = "p_0_2,p_3_5,p_6_14,p_15_34,p_35_59,p_60_69,p_70_79,p_80p"
        rows = "\n".join(f"R{n},{500200 + 40 * n},5700505,40,40,120,300,400,120,80,40" for n in range(16))
        (folder / "residences.csv").write_text(f"id,x,y,{ages}\n{rows}\n", encoding="utf-8")
        (folder / "facilities.csv").write_text(
            "id,service,place,capacity,capacity_unit,x,y\nF,health,F,20,visit_week,500150,5700505\n", encoding="utf-8"
        )
        rows = "\n".join(f"S{n},S,300,rent,{500150 + 50 * n},5700495" for n in range(14))
        (folder / "spaces.csv").write_text(f"id,place,area_m2,channel,x,y\n{rows}\n", encoding="utf-8")
        city, profile = pipeline.read_inputs(folder)
        found = pipeline.diagnose(city, profile)
        solve(with_budget(found.problem, 20_000_000), SolveParams(rounds=1, steps=20, bound_rounds=5, gap_target=0.0))
        _walk(found)
    _classic()


def _walk(found: Diagnosis) -> None:
    """Ask the questions on walks that a diagnosis does not ask; metres and minutes run the same loops."""
    network, homes, places = found.network, found.homes, found.places
    n_services = len(found.profile.services)
    service = np.arange(places.n_owners) % n_services
    limit = np.full(places.n_owners, 500_000)
    nearest_places(network, homes, places, service, n_services=n_services)
    old = for_walker(network, walkers(found.profile)["80+"])
    walk_pairs_of_walkers([network, old], homes, places, limit_ms=np.column_stack([limit, limit]))
    list(pairs_in_blocks(network, homes, places, memory_bytes=2**20, limit_mm=limit))
    graph = prepare(
        network.node_x_m, network.node_y_m, network.edge_u, network.edge_v, network.length_mm, network.length_mm
    )
    reached_nodes(graph, np.arange(2), 500_000)
    people = found.demand.walkers.T
    live = live_walks(network, homes, places, service, people=people, limit=limit, snap_limit_mm=100_000)
    x_m, y_m = float(places.x_m[0]), float(places.y_m[0])
    move_place(live, 0, x_m + 50, y_m)
    remove_place(live, add_place(live, 0, x_m + 90, y_m, limit=500_000))


def _classic() -> None:
    """Ask every location model once: sites on a line, demands twice as close."""
    metres = np.abs(np.arange(0.0, 1000.0, 50.0)[:, None] - np.arange(0.0, 1000.0, 100.0))
    p_median(metres, 3)
    facility_location(metres, 200.0)
    p_center(metres, 3)
    lscp(metres, 150.0)
    mclp(metres, 100.0, 2)
    backup_coverage(metres, 150.0, 5)
    p_dispersion(metres[::2], 3)
    capacitated_p_median(metres, 4, 3.0 + np.arange(20) % 4, 23.0)  # tight: what is left at the root is listed, too
    capacitated_facility_location(metres, 200.0, 1.0, 5.0)
