"""Whom a gate helps all over a district: nobody loses by a new gate, nobody gains by a shut one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cities import ORIGIN_M, closed_block, into_the_block, write_csv, write_toy_city

from doorstep.city import City, read_city
from doorstep.residents import demand
from doorstep.standards import Profile, load_profile
from doorstep.walk import planner
from doorstep.walk.gates import with_gate, without_gate
from doorstep.walk_questions import GateChange, gate_change, homes_through, joining_notes, new_gate

MADE_CITY = Path(__file__).resolve().parents[1] / "examples" / "made-city"
X0, Y0 = ORIGIN_M
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


def test_homes_behind_a_wall_where_no_way_is_drawn_get_out_by_the_new_gate(tmp_path: Path) -> None:
    city = read_city(
        write_toy_city(tmp_path, streets=closed_block, residences=into_the_block, facilities=into_the_block)
    )
    profile = load_profile(city.profile)
    inside = len(city.residences) - 1
    assert [one.code for one in joining_notes(city, profile)] == ["not-joined", "not-joined"]
    made = new_gate(city, profile, X0 + 250, Y0 + 208)
    assert sorted(side.homes for side in made.sides) == [(), (inside,)]
    found = gate_change(city, profile, made.streets, opened=True, walker=planner(profile), straight=made.straight)
    newly = found.helped[found.helped["community"] == "*"].set_index("service")["newly_within"]
    in_need = demand(city, profile).walkers[inside]
    ids = [service.id for service in profile.services]
    offered = {"elderly_care", "health", "sport"}  # the sports hall inside: for the neighbours inside alone
    assert newly[newly > 0].to_dict() == pytest.approx(
        {one: in_need[ids.index(one)] for one in newly.index if one in offered}
    )
    assert (found.helped["lost"] == 0).all()


def test_who_does_not_see_the_new_gate_is_not_joined_to_it(tmp_path: Path) -> None:
    def hedged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        *rest, wall, gate = closed_block(rows)
        hedge = {"type": "LineString", "coordinates": [[X0 + 205, Y0 + 250], [X0 + 295, Y0 + 250]]}
        return [*rest, wall, gate, {**wall, "id": 92, "barrier": "hedge", "geometry": hedge}]

    def two(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        *rest, one, other = rows
        return [*rest, {**one, "x": X0 + 250, "y": Y0 + 230}, {**other, "x": X0 + 250, "y": Y0 + 260}]

    city = read_city(write_toy_city(tmp_path, streets=hedged, residences=two))
    profile = load_profile(city.profile)
    made = new_gate(city, profile, X0 + 250, Y0 + 208)
    assert sorted(side.homes for side in made.sides) == [(), (len(city.residences) - 2,)]
    found = gate_change(city, profile, made.streets, opened=True, walker=planner(profile), straight=made.straight)
    newly = found.helped[found.helped["community"] == "*"].set_index("service")["newly_within"]
    ids = [service.id for service in profile.services]
    assert newly["health"] == pytest.approx(demand(city, profile).walkers[-2, ids.index("health")])


def test_homes_joined_through_a_wall_without_a_gate_are_noted(tmp_path: Path) -> None:
    def walled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return closed_block(rows)[:-1]  # no gate, so no compound

    folder = write_toy_city(tmp_path, streets=walled, residences=into_the_block, spaces=into_the_block)
    city, profile = read_city(folder), load_profile("generic-gb")
    notes = [(one.code, one.file, one.row) for one in joining_notes(city, profile)]
    assert notes == [("joined-through-wall", "residences.csv", 13), ("joined-through-wall", "spaces.csv", 5)]
    wall = int(np.flatnonzero([tags.get("barrier") == "wall" for tags in city.streets.way_tags])[0])
    assert homes_through(city, profile, wall) == (11,)
    assert homes_through(city, profile, 0) == ()
    write_csv(folder / "entrances.csv", [{"of": "R12", "x": X0 + 250, "y": Y0 + 260}])
    assert [one.file for one in joining_notes(read_city(folder), profile)] == ["spaces.csv"]
