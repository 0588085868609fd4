"""Compile the fast loops once, so that the first plan need not wait for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from doorstep import pipeline
from doorstep.layout import SolveParams, solve, with_budget

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
 {"type": "LineString", "coordinates": [[500100, 5700500], [500900, 5700500]]}}]}
"""


def compile_loops() -> None:
    """Plan a city of one street, by the engine, so that every loop is compiled and kept."""
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
