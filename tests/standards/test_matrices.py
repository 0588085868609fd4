"""What one floor may hold: the matrices against the tables they come from and by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from doorstep.city import SERVICES, Override
from doorstep.errors import DoorstepError
from doorstep.standards import FloorUse, Profile, load_profile
from doorstep.standards.matrices import CONVERSIONS, RELATIONS, period


@pytest.fixture(scope="module", params=["cn-2023", "generic-gb"])
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def at(use: FloorUse, service: str) -> int:
    return use.services.index(service)


def when(use: FloorUse, name: str) -> int:
    return [one.id for one in use.periods].index(name)


def test_every_pair_has_a_relation_and_it_is_the_same_both_ways(profile: Profile) -> None:
    relation = np.array(profile.floor_use.relation)
    assert profile.floor_use.services == SERVICES
    assert (relation == relation.T).all()
    assert set(relation[~np.eye(len(SERVICES), dtype=bool)]) <= set(RELATIONS)
    assert {tuple(sorted((SERVICES[a], SERVICES[b]))) for a, b in np.argwhere(relation == "forbidden")} == (
        profile.forbidden_pairs
    )


def test_periods_cover_the_working_day_without_gaps_or_overlaps(profile: Profile) -> None:
    days = [one for one in profile.floor_use.periods if one.weekdays == (0, 1, 2, 3, 4)]
    assert [one.id for one in days] == ["early", "morning", "noon", "afternoon", "after_school", "evening"]
    assert all(one.to_minute == after.from_minute for one, after in pairwise(days))
    assert (days[0].from_minute, days[-1].to_minute) == (6 * 60 + 30, 21 * 60)
    with pytest.raises(ValueError, match="is no period"):
        period("night", "21:00 to 6:00")


def test_floor_is_lent_only_where_rooms_can_be_shared_and_are_free(profile: Profile) -> None:
    use = profile.floor_use
    lent, lendable = np.array(use.lent), np.array(use.lendable)
    assert lent.shape == (9, 9, 7)
    assert (lendable <= 1 - np.array(use.own_share)[:, None] + 1e-12).all()
    assert (lendable[np.array(use.room_use) > 0.3] == 0).all()
    shareable = np.array(use.relation) == "shareable"
    assert (lent[~shareable] == 0).all()
    assert (lent.max(axis=1) <= lendable + 1e-12).all()
    assert not lent[at(use, "infant_care")].any()  # nobody else sleeps or plays in their rooms
    assert not lent[at(use, "health")].any()


def test_lent_floor_by_hand() -> None:
    use = load_profile("cn-2023").floor_use
    # the canteen: 0.6 of its floor can be lent; in the evening 0.3 of it is in use, so 0.7 x 0.6 is free for culture
    assert use.lent[at(use, "meals")][at(use, "culture")][when(use, "evening")] == pytest.approx(0.42)
    # in the morning it is empty: 0.6; at noon it is full; and after-school care has no children in the morning
    assert use.lent[at(use, "meals")][at(use, "culture")][when(use, "morning")] == pytest.approx(0.6)
    assert use.lent[at(use, "meals")][at(use, "culture")][when(use, "noon")] == 0
    assert use.lent[at(use, "meals")][at(use, "after_school")][when(use, "morning")] == 0


def test_conversion_says_what_the_rooms_lack() -> None:
    use = load_profile("cn-2023").floor_use

    def of(before: str, after: str) -> tuple[str, set[str]]:
        found = use.conversion[at(use, before)][at(use, after)]
        return found.kind, set(found.needs)

    assert of("elderly_care", "meals") == ("as_is", set())
    assert of("elderly_care", "health") == ("refit", set())
    assert of("elderly_care", "infant_care") == ("works", {"ground", "entrance"})
    assert of("culture", "elderly_care") == ("as_is", {"storey", "lift"})
    assert of("play", "infant_care") == ("works", {"ground", "lift"})  # the same rooms in turns, but more ground
    kinds = {found.kind for row in use.conversion for found in row}
    assert kinds == set(CONVERSIONS)
    assert all(use.conversion[n][n].kind == "as_is" for n in range(9))


def test_modules_add_up_to_the_grades(profile: Profile) -> None:
    for service, modules in zip(profile.services, profile.floor_use.modules, strict=True):
        first, last = service.grades[0], service.grades[-1]
        assert [one.to_grade for one in modules] == [grade.number for grade in service.grades[1:]]
        assert first.area_m2 + sum(one.area_m2 for one in modules) == last.area_m2
        assert first.capacity + sum(one.capacity for one in modules) == last.capacity
        assert sum(one.kitchen for one in modules) == int(last.kitchen and not first.kitchen)


def test_a_city_sets_a_relation() -> None:
    decided = Override("compatibility.sport.infant_care", "separate_entrance", "Notice 3", "2025-01-01", "")
    profile = load_profile("cn-2023", overrides=[decided])
    assert profile.forbidden_pairs == frozenset()
    use = profile.floor_use
    assert use.relation[at(use, "infant_care")][at(use, "sport")] == "separate_entrance"
    with pytest.raises(DoorstepError, match="setting-value"):
        load_profile("cn-2023", settings={"compatibility.meals.culture": "good"})
    with pytest.raises(DoorstepError, match="setting-unknown"):
        load_profile("cn-2023", settings={"compatibility.meals": "allowed"})


def test_a_period_that_a_city_uses_fully_lends_nothing() -> None:
    use = load_profile("cn-2023", settings={"room_use_evening.meals": "0.31"}).floor_use
    assert use.lendable[at(use, "meals")][when(use, "evening")] == 0
