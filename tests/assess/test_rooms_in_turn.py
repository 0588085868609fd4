"""A hub that a plan lets share its rooms is no hub that the check of the busiest period warns of."""

from __future__ import annotations

import pytest

from doorstep.assess import HubFacts, known_hub
from doorstep.assess.assumed import told_assumptions
from doorstep.standards import SharedGrade, load_profile, shared_grades

PROFILES = {name: load_profile(name, settings={"share_rooms": "on"}) for name in ("cn-2023", "generic-gb")}
SHARED = [(name, one) for name, profile in PROFILES.items() for one in shared_grades(profile)]


def outcome(name: str, one: SharedGrade, less_m2: float) -> str:
    profile = PROFILES[name]
    borrower, lender = profile.services[one.service], profile.services[one.lender]
    grade = next(grade for grade in borrower.grades if grade.number == one.grade)
    lends = next(grade for grade in lender.grades if grade.area_m2 == one.lender_area_m2)
    floor = grade.area_m2 + lends.area_m2 - one.saved_m2 - less_m2
    facts = HubFacts(
        space="K1",
        kind="dispersed",
        channel="convert",
        area_m2=floor * (1 + profile.common_share_dispersed),
        services={borrower.id: grade.number, lender.id: lends.number},
        storey=1,
        lift="yes",
        outdoor_m2=None,
        limits=frozenset(),
    )
    found = {each.finding.rule: each.finding.outcome for each in told_assumptions(known_hub(facts, profile), profile)}
    return found["assumption:periods"]


@pytest.mark.parametrize(("name", "one"), SHARED, ids=lambda one: str(getattr(one, "number", one)))
def test_what_a_plan_saves_the_check_of_the_busiest_period_allows(name: str, one: SharedGrade) -> None:
    assert outcome(name, one, 0.0) == "unverified"
    # the check lets both lend to each other, the plan only one: it asks for no more, but not for much less
    assert outcome(name, one, 0.4 * one.lender_area_m2) == "warns"
