"""What the hubs of a plan may become as people age: need that turns, rooms that fit, modules, limits of the space."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from doorstep.city import City, read_city
from doorstep.later_hubs import TURN, later_hubs
from doorstep.plan_file import Hub, HubService
from doorstep.standards import Profile, load_profile

MADE_CITY = Path(__file__).resolve().parents[1] / "examples" / "made-city"


@pytest.fixture(scope="module")
def city() -> City:
    return read_city(MADE_CITY)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("cn-2023")


def hub(city: City, profile: Profile, space: str, **grades: int) -> Hub:
    """A hub with these grades in a space of the made city."""
    row = city.spaces.set_index("id").loc[space]
    services = []
    for name, number in grades.items():
        grade = next(one for one in profile.service(name).grades if one.number == number)
        services.append(HubService(name, number, grade.area_m2, grade.capacity, "", 0.0, 0.0, 0.0, 0))
    storey = float(row["storey"])
    where = (space, row["place"], row["community"], row["channel"], "dispersed", False, storey)
    area = float(sum(one.area_m2 for one in services)) * (1 + profile.common_share_dispersed)
    about = (area, float(row["area_m2"]), "measured", 0.0, 0.0, "", "", 0, 0.0, 0.0)
    return Hub(*where, *about, tuple(services), (), ())


def roomy(city: City) -> str:
    """A space above ground of at least 500 m² with a lift or at the ground, without limits, in a community."""
    table = city.spaces
    fits = table[(table["area_m2"] > 500) & (table["storey"] == 1) & (table["community"] != "")]
    fits = fits[[not limits for limits in fits["limits"]]]
    return str(fits["id"].iloc[0])


def test_a_falling_service_gives_its_rooms_to_one_that_grows_and_fits(city: City, profile: Profile) -> None:
    space = roomy(city)
    there = hub(city, profile, space, after_school=1, health=1)
    by_service = {one.service.service: one for one in later_hubs(city, profile, (there,))}
    children = by_service["after_school"]
    assert children.change < -TURN
    assert children.years in (5, 10, 15)
    use = profile.floor_use
    for way in children.into:
        assert way.service not in ("after_school", "health")
        grade = next(one for one in profile.service(way.service).grades if one.number == way.grade)
        assert grade.area_m2 <= children.service.area_m2
        assert way.kind == use.conversion[use.services.index("after_school")][use.services.index(way.service)].kind
    # dearer works cost more for the same floor
    of = {
        way.kind: way.money / next(g for g in profile.service(way.service).grades if g.number == way.grade).area_m2
        for way in children.into
    }
    assert of == dict(sorted(of.items(), key=lambda pair: ("as_is", "refit", "works").index(pair[0])))


def test_what_the_space_bars_is_no_way(city: City, profile: Profile) -> None:
    space = roomy(city)
    there = hub(city, profile, space, after_school=2)
    ways = {way.service for way in later_hubs(city, profile, (there,))[0].into}
    assert ways
    spaces = city.spaces.copy()
    place = spaces.index[spaces["id"] == space][0]
    spaces.at[place, "limits"] = frozenset(f"bar:{one}" for one in ways)
    barred = dataclasses.replace(city, spaces=spaces)
    assert {way.service for way in later_hubs(barred, profile, (there,))[0].into}.isdisjoint(ways)


def test_a_growing_service_names_its_next_module_and_the_free_floor(city: City, profile: Profile) -> None:
    space = roomy(city)
    grown = [
        one
        for one in later_hubs(city, profile, (hub(city, profile, space, elderly_care=1, meals=1),))
        if one.change > 0
    ]
    assert grown
    for one in grown:
        assert one.into == ()
        assert one.module is not None
        assert one.module.from_grade == 1
        taken = sum(service.area_m2 for service in one.hub.services)
        assert one.free_m2 == pytest.approx(one.hub.space_area_m2 / (1 + profile.common_share_dispersed) - taken)
