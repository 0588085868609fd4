"""Whom a gate helps all over a district: nobody loses by a new gate, nobody gains by a shut one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from doorstep.city import City, read_city
from doorstep.standards import Profile, load_profile
from doorstep.walk import planner
from doorstep.walk.gates import with_gate, without_gate
from doorstep.walk_questions import GateChange, gate_change

MADE_CITY = Path(__file__).resolve().parents[1] / "examples" / "made-city"
BETWEEN_BLOCKS = (468546.6, 3421649.1)
BESIDE_A_FACILITY = (469092.83, 3420835.08)  # which would be joined to the new private path, and so be reached by few
MAIN_GATE = (467307.4, 3420322.9)


@cache
def inputs() -> tuple[City, Profile]:
    return read_city(MADE_CITY), load_profile("cn-2023")


def change(spot: tuple[float, float], *, opened: bool) -> GateChange:
    city, profile = inputs()
    streets = (with_gate if opened else without_gate)(city.streets, *spot).streets
    return gate_change(city, profile, streets, opened=opened, walker=planner(profile))


@pytest.mark.parametrize("spot", [BETWEEN_BLOCKS, BESIDE_A_FACILITY])
def test_nobody_loses_by_a_new_gate(spot: tuple[float, float]) -> None:
    found = change(spot, opened=True)
    assert (found.helped["lost"] == 0).all()
    assert len(found.cut) == 0


def test_nobody_gains_by_a_shut_gate() -> None:
    found = change(MAIN_GATE, opened=False)
    assert (found.helped["helped"] == 0).all()
    assert found.helped["lost"].sum() > 0
    assert len(found.reached) == 0


@pytest.mark.parametrize(("spot", "opened"), [(BETWEEN_BLOCKS, True), (MAIN_GATE, False)])
def test_facilities_add_up_to_the_people(spot: tuple[float, float], opened: bool) -> None:
    found = change(spot, opened=opened)
    table, column = (found.reached, "newly_within") if opened else (found.cut, "no_longer_within")
    whole = found.helped[found.helped["community"] == "*"].set_index("service")[column]
    assert whole.sum() > 0
    sums = table.groupby("service")["people"].sum().reindex(whole.index, fill_value=0.0)
    assert sums.to_numpy() == pytest.approx(whole.to_numpy())
