"""A plan written by hand passes; whatever is planted in it is caught under its own code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import paper_plan as paper
import pytest

from doorstep.city import City, Source
from doorstep.plan_file import Bound, LimitBound, Multipliers, PlanFile, Proof, Unmet, write_ledger, write_plan
from doorstep.standards import Profile
from doorstep.verify import CODES, Verdict, check_by_profile, check_plan, verify_folders
from doorstep.verify import check as checking

replace = dataclasses.replace


@dataclasses.dataclass
class Case:
    """What the checker is given; a fault changes one thing of it."""

    profile: Profile
    city: City
    plan: PlanFile
    need: pd.DataFrame
    served: pd.DataFrame

    def hub(self, **changes: Any) -> None:
        self.plan = replace(self.plan, hubs=(replace(self.plan.hubs[0], **changes), *self.plan.hubs[1:]))

    def part(self, number: int, **changes: Any) -> None:
        services = list(self.plan.hubs[0].services)
        services[number] = replace(services[number], **changes)
        self.hub(services=tuple(services))

    def account(self, number: int = 0, **changes: Any) -> None:
        accounts = list(self.plan.hubs[0].accounts)
        accounts[number] = replace(accounts[number], **changes)
        self.hub(accounts=tuple(accounts))

    def more(self, head: str, line: str, by_money: int = 100) -> None:
        """Raise an income with everything that follows from it."""
        said = self.plan.hubs[0].accounts[0]
        total = getattr(said, f"{head}_money") + by_money
        lines = {**said.lines_money, line: said.lines_money.get(line, 0) + by_money}
        self.account(**{f"{head}_money": total}, lines_money=lines, result_money=said.result_money + by_money)
        now = self.plan.hubs[0].accounts[0]
        self.account(support_money=max(0, now.running_cost_money - now.revenue_money))

    def without_staff(self) -> None:
        """Leave out what the staff costs, with everything that follows from it."""
        said = self.plan.hubs[0].accounts[0]
        lines = {line: money for line, money in said.lines_money.items() if line != "cost_staff"}
        cost = sum(money for line, money in lines.items() if line.startswith("cost_"))
        result = said.revenue_money + said.subsidy_money - cost
        support = max(0, cost - said.revenue_money)
        self.account(running_cost_money=cost, result_money=result, support_money=support, lines_money=lines)

    def bound(self, **changes: Any) -> None:
        self.plan = replace(self.plan, bound=replace(self.plan.bound, **changes))

    def whole(self, **changes: Any) -> None:
        self.plan = replace(self.plan, **changes)

    def verdict(self) -> Verdict:
        return check_by_profile(self.profile, self.city, self.plan, self.need, self.served)


def untouched() -> Case:
    return Case(paper.profile(), paper.city(), paper.plan(), paper.need(), paper.served())


def test_plan_written_by_hand_passes() -> None:
    verdict = untouched().verdict()
    assert verdict.violations == ()
    assert verdict.ok
    assert verdict.objective == pytest.approx(21.8375, rel=1e-12)
    assert verdict.bound_checker == pytest.approx(32.4, rel=1e-12)
    assert (verdict.largest_walk_difference_mm, verdict.largest_walk_difference_ms) == (0, 0)
    assert verdict.n_pairs_checked == 5
    assert verdict.near_limit.empty


def set_cell(table: str, row: int, column: str, value: Any) -> Callable[[Case], None]:
    def fault(case: Case) -> None:
        getattr(case, table).loc[row, column] = value

    return fault


def add_to(table: str, row: int, column: str, amount: float) -> Callable[[Case], None]:
    def fault(case: Case) -> None:
        getattr(case, table).loc[row, column] += amount

    return fault


def duplicate(table: str, row: int) -> Callable[[Case], None]:
    def fault(case: Case) -> None:
        frame = getattr(case, table)
        setattr(case, table, pd.concat([frame, frame.iloc[[row]]], ignore_index=True))

    return fault


def in_space(**changes: Any) -> Callable[[Case], None]:
    return lambda case: setattr(case, "city", paper.city(space=changes))


def in_profile(**changes: Any) -> Callable[[Case], None]:
    return lambda case: setattr(case, "profile", replace(case.profile, **changes))


def in_service(number: int, **changes: Any) -> Callable[[Case], None]:
    def fault(case: Case) -> None:
        services = list(case.profile.services)
        services[number] = replace(services[number], **changes)
        case.profile = replace(case.profile, services=tuple(services))

    return fault


def in_minutes(*faults: Callable[[Case], None]) -> Callable[[Case], None]:
    """Let minutes bind. On the paper street everybody walks 1 m/s, so that the plan holds in both measures."""

    def fault(case: Case) -> None:
        in_profile(walk_measure="minutes")(case)
        for one in faults:
            one(case)

    return fault


def rising(case: Case) -> None:
    """The street rises by a tenth: no walk gets longer, those from R2 to the west quicker, R1 to K1 slower."""
    heights = np.array([0.0, 30.0, 60.0])
    case.city = replace(case.city, streets=replace(paper.streets(), node_ele_m=heights))


def counted_steps(case: Case) -> None:
    """Flights of 600 m with 4,000 steps: twice as long as drawn."""
    in_profile(step_going_mm=300)(case)
    case.city = replace(case.city, streets=paper.streets(highway="steps", step_count="4000"))


def lift_on_the_way(case: Case) -> None:
    in_profile(lift_wait_ms=40_000)(case)
    case.city = replace(case.city, streets=paper.streets({1: {"highway": "elevator"}}))


def gate_closed(case: Case) -> None:
    case.city = replace(case.city, streets=paper.streets({1: {"barrier": "gate", "access": "no"}}))


def walk_short(case: Case) -> None:
    case.served.loc[2, ["walk_mm", "walk_ms"]] = int(225_000 * 0.97)


def three_percent_short(case: Case) -> None:
    """Plant what a kernel 3 % short would give, with users that fit the wrong walk."""
    walk_short(case)
    g = 1 - 0.5 * (225_000 * 0.97 - 200_000) / 200_000
    case.served.loc[2, ["users", "units"]] = 5.76 * 0.5 * g


def add_coverage(case: Case) -> None:
    first, second = case.plan.coverage
    case.whole(coverage=(replace(first, served_plan=first.served_plan + 1), second))


def multiplier(value: float) -> Callable[[Case], None]:
    return lambda case: case.whole(multipliers=Multipliers(0.0, {"meals": (value, 0.0), "sport": (0.0, 0.0)}))


def with_lambda(case: Case) -> None:
    # λ = 3 for sport: Σ λD is 18 dearer, nothing is saved in K1; the bound rises to 50.4, the plan still says 32.4.
    case.whole(multipliers=Multipliers(0.0, {"meals": (0.0, 0.0), "sport": (3.0, 3.0)}))


def shut_must(case: Case) -> None:
    case.city = paper.city(space={"decision": "must"})
    case.whole(hubs=(), capital_money=0)


def no_attribution(case: Case) -> None:
    case.city = replace(case.city, sources=(Source("streets", "a map", "2025", "ODbL", "© mappers"),))


FAULTS: dict[str, tuple[str, Callable[[Case], None]]] = {
    "hub moved": ("space-differs", lambda case: case.hub(lon=case.plan.hubs[0].lon + 0.001)),
    "hub of another place": ("space-differs", lambda case: case.hub(place="Elsewhere")),
    "channel swapped": ("space-differs", lambda case: case.hub(channel="rent")),
    "storey swapped": ("space-differs", lambda case: case.hub(storey=2.0)),
    "forced claimed": ("space-differs", lambda case: case.hub(forced=True)),
    "space larger": ("space-differs", lambda case: case.hub(space_area_m2=200.0)),
    "date moved": ("space-differs", lambda case: case.hub(available_from="2025-01-01")),
    "space unknown": ("space-unknown", lambda case: case.hub(space="K9")),
    "hub twice": ("hub-twice", lambda case: case.whole(hubs=case.plan.hubs * 2)),
    "hub empty": ("hub-empty", lambda case: case.hub(services=())),
    "service twice": ("service-twice", lambda case: case.hub(services=(case.plan.hubs[0].services[0],) * 2)),
    "service unknown": ("service-unknown", lambda case: case.part(0, service="opera")),
    "grade swapped": ("grade-area-differs", lambda case: case.part(0, grade=2)),
    "grade unknown": ("grade-unknown", lambda case: case.part(0, grade=7)),
    "capacity raised": ("grade-capacity-differs", lambda case: case.part(0, capacity=4)),
    "kind swapped": ("kind-differs", lambda case: case.hub(kind="complex")),
    "area of hub": ("hub-area-differs", lambda case: case.hub(area_m2=104.0)),
    "space smaller": ("floor-exceeded", in_space(area_m2=104.0)),
    "decision never": ("never-open", in_space(decision="never")),
    "service barred": ("hub-service-barred", in_space(limits=frozenset(("bar:sport",)))),
    "storey too high": ("limit-storey", in_space(storey=3.0)),
    "no lift": ("limit-lift", in_space(storey=2.0)),
    "no grounds": (
        "limit-outdoor",
        lambda case: (
            in_space(outdoor_m2=5.0)(case),
            in_service(1, grades=(dataclasses.replace(case.profile.services[1].grades[0], outdoor_m2=6),))(case),
        )[0],
    ),
    "kitchen": (
        "limit-kitchen",
        lambda case: (
            in_space(limits=frozenset(("no_open_kitchen",)))(case),
            in_service(0, grades=(dataclasses.replace(case.profile.services[0].grades[0], kitchen=True),))(case),
        )[0],
    ),
    "forbidden pair": ("forbidden-pair", in_profile(forbidden_pairs=frozenset((("meals", "sport"),)))),
    "complex too small": ("complex-area", in_profile(complex_min_functions=2, complex_min_area_m2=600)),
    "must not open": ("forced-not-open", shut_must),
    "budget lowered": ("budget-exceeded", lambda case: case.whole(budget_money=1_382_999)),
    "budget negative": ("budget-negative", lambda case: case.whole(budget_money=-1)),
    "capital - 1": ("capital-part-differs", lambda case: case.part(1, capital_money=755_999)),
    "capital of the hub - 1": ("capital-hub-differs", lambda case: case.hub(capital_money=1_382_999)),
    "total + 1": ("capital-total-differs", lambda case: case.whole(capital_money=1_383_001)),
    "person added": ("need-sum-differs", add_to("served", 3, "people", 1.0)),
    "person over demand": ("demand-exceeded", add_to("served", 3, "people", 1.0)),
    "users changed": ("users-differ", add_to("served", 2, "users", 0.1)),
    "units changed": ("units-differ", add_to("served", 2, "units", 0.1)),
    "people negative": ("people-negative", set_cell("served", 3, "people", -1.0)),
    "not a number": ("number-not-finite", set_cell("served", 3, "people", np.nan)),
    "hub users changed": ("hub-people-differ", lambda case: case.part(0, users=2.8)),
    "hub total changed": ("hub-people-differ", lambda case: case.hub(people=12.76)),
    "over capacity": ("capacity-exceeded", add_to("served", 2, "units", 0.1)),
    "facility over capacity": ("capacity-exceeded", add_to("served", 0, "units", 0.1)),
    "gate closed": ("pair-not-reached", gate_closed),
    "way closed": (
        "pair-not-reached",
        lambda case: setattr(case, "city", replace(case.city, streets=paper.streets(foot="no"))),
    ),
    "limit lowered": ("pair-beyond-limit", in_service(0, walk_limit_mm=200_000)),
    "walk shortened": ("walk-differs", walk_short),
    "kernel 3 % short": ("walk-differs", three_percent_short),
    "time shortened": ("walk-differs", set_cell("served", 2, "walk_ms", 200_000)),
    "limit of minutes lowered": ("pair-beyond-limit", in_minutes(in_service(0, walk_limit_ms=200_000))),
    "time shortened in minutes": ("users-differ", in_minutes(set_cell("served", 2, "walk_ms", 200_000))),
    "street rises": ("walk-differs", rising),
    "street rises, in minutes": ("walk-differs", in_minutes(rising)),
    "counted steps": ("walk-differs", counted_steps),
    "counted steps, in minutes": ("pair-not-reached", in_minutes(counted_steps)),
    "lift on the way": ("walk-differs", lift_on_the_way),
    "conveyor against the walk": (
        "pair-not-reached",
        lambda case: setattr(case, "city", replace(case.city, streets=paper.streets(conveying="forward"))),
    ),
    "residence unknown": ("residence-unknown", set_cell("served", 2, "residence", "R9")),
    "place unknown": ("place-unknown", set_cell("served", 2, "place", "K9")),
    "situation unknown": ("situation-unknown", set_cell("served", 2, "situation", "later")),
    "pair twice": ("pair-twice", duplicate("served", 2)),
    "hub used now": ("now-uses-hub", set_cell("served", 2, "situation", "now")),
    "hub not open": ("place-not-open", lambda case: case.whole(hubs=())),
    "need row dropped": ("need-row-missing", lambda case: setattr(case, "need", case.need.drop(index=1))),
    "need row twice": ("need-row-twice", duplicate("need", 1)),
    "need row unknown": ("need-row-unknown", set_cell("need", 1, "residence", "R9")),
    "need changed": ("need-differs", add_to("need", 1, "in_need", 1.0)),
    "homebound changed": ("need-differs", add_to("need", 0, "homebound", 1.0)),
    "unserved changed": ("need-sum-differs", add_to("need", 0, "unserved_plan", 1.0)),
    "users of need changed": ("need-sum-differs", add_to("need", 0, "users_now", 1.0)),
    "reached changed": ("reached-differs", set_cell("need", 1, "reached_facility", 4.0)),
    "reached by none": ("reached-differs", set_cell("need", 1, "reached_any", 0.0)),
    "coverage + 1": ("coverage-differs", add_coverage),
    "coverage row lost": ("coverage-rows", lambda case: case.whole(coverage=case.plan.coverage[:1])),
    "hash changed": ("inputs-changed", lambda case: case.whole(inputs={"city.toml": "aa", "spaces.csv": "xx"})),
    "file added": ("inputs-changed", lambda case: case.whole(inputs={"city.toml": "aa"})),
    "other city": ("heading-differs", lambda case: case.whole(city="Other")),
    "made-up city sold as real": ("heading-differs", lambda case: case.whole(made_up=False)),
    "objective raised": ("objective-differs", lambda case: case.bound(objective=22.0)),
    "gap lowered": ("gap-differs", lambda case: case.bound(gap=0.01)),
    "gap reached claimed": ("gap-target-missed", lambda case: case.whole(status="gap_reached")),
    "bound lowered": ("bound-too-low", lambda case: case.bound(bound=32.3)),
    "bound of the checker changed": ("bound-checker-differs", lambda case: case.bound(bound_checker=32.3)),
    "smaller bound reported": ("bound-not-larger", lambda case: case.bound(bound_engine=33.0)),
    "bound below objective": ("bound-below-objective", lambda case: case.bound(bound=21.0)),
    "multiplier negative": ("multiplier-negative", multiplier(-0.1)),
    "multiplier not finite": ("multiplier-not-finite", multiplier(np.inf)),
    "multiplier changed": ("bound-too-low", with_lambda),
    "multiplier row lost": (
        "multiplier-rows",
        lambda case: case.whole(multipliers=Multipliers(0.0, {"meals": (0, 0)})),
    ),
    "multiplier of no service": (
        "multiplier-rows",
        lambda case: case.whole(multipliers=Multipliers(0.0, {**case.plan.multipliers.need, "opera": (0.0,)})),
    ),
    "proof that cannot be read": (
        "proof-broken",
        lambda case: case.whole(proof=Proof(1, *["not base64"] * 8)),
    ),
    "price without budget": (
        "multiplier-without-budget",
        lambda case: case.whole(budget_money=None, multipliers=replace(case.plan.multipliers, budget=1e-6)),
    ),
    "result changed": ("account-result", lambda case: case.account(result_money=-29)),
    "support hidden": ("account-support", lambda case: case.account(support_money=0)),
    "lines do not add up": ("account-lines", lambda case: case.account(lines_money={"meals": 101, "staff": -150})),
    "jobs negative": ("account-jobs-negative", lambda case: case.account(jobs=-1.0)),
    "units over room": ("account-over-capacity", lambda case: case.account(units=13.1)),
    "users of the account": ("account-users-differ", lambda case: case.account(users=5.0)),
    "units of the account": ("account-units-differ", lambda case: case.account(units=8.0)),
    "staff for nothing": ("account-cost-differs", lambda case: case.without_staff()),
    "a line left out": ("account-line-differs", lambda case: case.without_staff()),
    "jobs claimed": ("account-jobs-differ", lambda case: case.account(jobs=900.0)),
    "revenue raised": ("account-revenue-differs", lambda case: case.more("revenue", "revenue_sport")),
    "revenue of another line": ("account-line-differs", lambda case: case.more("revenue", "revenue_gifts")),
    "subsidy raised": ("account-subsidy-differs", lambda case: case.more("subsidy", "subsidy_meals_elders")),
    "users of another case": ("account-users-differ", lambda case: case.account(2, users=9.0)),
    "units of another case": ("account-units-differ", lambda case: case.account(1, units=9.0)),
    "nobody named": ("attribution-differs", no_attribution),
    "opened at once": ("opens-differs", lambda case: case.hub(opens="2020-01-01")),
    "opening hidden": ("opens-differs", lambda case: case.hub(opens="")),
    "unproven": ("bound-not-proven", lambda case: case.bound(proven=False)),
    "finding dropped": ("finding-rows", lambda case: case.hub(findings=case.plan.hubs[0].findings[:1])),
    "findings emptied": ("finding-rows", lambda case: case.hub(findings=())),
    "finding twice": ("finding-rows", lambda case: case.hub(findings=case.plan.hubs[0].findings * 2)),
    "finding made up": ("finding-rows", lambda case: case.whole(findings=case.plan.hubs[0].findings)),
    "finding turned": ("finding-differs", lambda case: case.hub(findings=(paper.assumed("storey", "passes"),))),
    "limit made up": ("limits-bound-differ", lambda case: case.whole(limits_bound=(LimitBound("lift", 3, "x"),))),
    "limit left out": ("limits-bound-differ", in_space(storey=3.0)),
    "unmet made up": ("unmet-differs", lambda case: case.whole(unmet=(Unmet("rule-not-met", "city", 1.0, "m2"),))),
    "unreached left out": ("unmet-differs", in_space(decision="never")),
    "case missing": ("account-cases", lambda case: case.hub(accounts=case.plan.hubs[0].accounts[:2])),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_caught(name: str) -> None:
    code, fault = FAULTS[name]
    case = untouched()
    fault(case)
    assert code in {violation.code for violation in case.verdict().violations}


def test_every_code_has_a_planted_fault() -> None:
    # limit-users needs a service for the elderly or children: below. Files: test_files.py. What a city asks for
    # beside the standard: test_asked_of_a_city.py, test_phases.py, test_least_cost.py. Rooms: test_shared_rooms.py.
    # Later years: test_later_years.py.
    asked = {"floor-differs", "floor-missed", "fund-exceeded", "limit-differs", "limit-exceeded"}
    asked |= {
        "conflict-not-proven",
        "least-cost-differs",
        "least-cost-not-proven",
        "payment-differs",
        "payment-not-allowed",
        "phase-closes",
        "phase-differs",
        "phase-too-late",
    }
    years = {"later-differs", "later-not-asked", "later-rows", "later-year-unknown"}
    years |= {"conversion-differs", "convertible-and-shared"}
    elsewhere = {"limit-users", "file-missing", "file-differs", "sharing-differs", "sharing-twice"} | asked | years
    assert {code for code, _ in FAULTS.values()} | elsewhere == set(CODES)


def test_rooms_barred_to_children() -> None:
    case = untouched()
    meals, sport = case.profile.services
    case.profile = replace(case.profile, services=(meals, replace(sport, id="play")))
    case.city = paper.city(space={"limits": frozenset(("no_elderly_or_children",))})
    services = case.plan.hubs[0].services
    case.hub(services=(services[0], replace(services[1], service="play")))
    assert "limit-users" in {violation.code for violation in case.verdict().violations}


def test_limits_switched_off_are_not_checked() -> None:
    case = untouched()
    case.city = paper.city(space={"storey": 2.0})
    case.hub(storey=2.0)
    # Without the grades the checker's bound is lower than what the plan says it is.
    assert {one.code for one in case.verdict().violations} == {
        *("limit-lift", "bound-checker-differs", "limits-bound-differ", "unmet-differs", "finding-differs"),
    }
    case.hub(findings=(paper.assumed("storey"), paper.assumed("lift", "warns")))
    case.profile = replace(case.profile, limits_on=case.profile.limits_on - {"lift"})
    assert case.verdict().ok


def test_forced_space_may_stay_shut_only_if_money_lacks_or_nothing_fits() -> None:
    case = untouched()
    shut_must(case)
    case.whole(unmet=(Unmet("must", "K1", 1.0, "hubs"),))
    assert "forced-not-open" in {one.code for one in case.verdict().violations}
    # The cheapest hub is meals grade 1: 1200 + 5070 = 6270.00.
    case.whole(budget_money=626_999)
    assert "forced-not-open" not in {one.code for one in case.verdict().violations}
    case.whole(budget_money=627_000)
    assert "forced-not-open" in {one.code for one in case.verdict().violations}
    case.whole(budget_money=None)
    case.city = paper.city(space={"decision": "must", "storey": 9.0})
    assert "forced-not-open" not in {one.code for one in case.verdict().violations}


def test_walks_within_one_metre_are_accepted_and_listed_near_the_limit() -> None:
    case = untouched()
    # The limit lies 0.4 m below R2's walk to K1; the plan says a slightly shorter walk, and users that fit it.
    in_service(1, walk_limit_mm=224_600)(case)
    g = 1 - 0.5 * (224_500 - 112_300) / 112_300
    case.served.loc[4, ["people", "users", "units", "walk_mm", "walk_ms"]] = [2.0, g, 2 * g, 224_500, 224_500]
    verdict = case.verdict()
    assert not {one.code for one in verdict.violations} & {"walk-differs", "pair-beyond-limit", "reached-differs"}
    assert [one.subject for one in verdict.violations if one.code == "users-differ"] == ["plan:R1/sport/K1"]
    assert verdict.largest_walk_difference_mm == 500
    assert verdict.near_limit[["residence", "place", "service", "derived_walk", "limit"]].to_numpy().tolist() == [
        ["R2", "K1", "sport", 225_000, 224_600]
    ]
    case.served.loc[4, "walk_mm"] = 224_601
    assert "pair-beyond-limit" in {one.code for one in case.verdict().violations}


def test_in_minutes_metres_do_not_bind() -> None:
    case = untouched()
    in_minutes(in_service(0, walk_limit_mm=1000), in_service(1, walk_limit_mm=1000))(case)
    assert case.verdict().ok
    in_service(0, walk_limit_ms=370_400)(case)  # R2 to F1 takes 370 s, and nobody of the ledger walks it
    case.served.loc[2, "walk_mm"] += 900
    listed = case.verdict().near_limit
    assert listed.empty
    in_service(0, walk_limit_ms=225_400)(case)
    listed = case.verdict().near_limit
    assert listed[["residence", "place", "derived_walk", "limit", "unit"]].to_numpy().tolist() == [
        ["R2", "K1", 225_000, 225_400, "ms"]
    ]


def test_a_bound_called_unproven_is_asked_for_all_the_same() -> None:
    case = untouched()
    case.whole(bound=Bound(21.8375, 0.0, 0.0, 0.0, 0.0, False), multipliers=Multipliers(0.0, {}), method="evaluate")
    verdict = case.verdict()
    assert {"bound-not-proven", "bound-below-objective", "multiplier-rows"} <= {one.code for one in verdict.violations}
    assert verdict.bound_checker is None


def test_many_equal_violations_are_counted() -> None:
    case = untouched()
    many = pd.concat([case.served.iloc[[2]]] * 50, ignore_index=True)
    many["residence"] = [f"X{number:02}" for number in range(50)]
    case.served = pd.concat([case.served, many], ignore_index=True)
    of_code = [one for one in case.verdict().violations if one.code == "residence-unknown"]
    assert len(of_code) == 21
    assert (of_code[-1].subject, of_code[-1].count) == ("*", 30)


def test_order_of_rows_does_not_matter() -> None:
    case = untouched()
    walk_short(case)
    verdict = case.verdict()
    case.served = case.served.iloc[::-1].reset_index(drop=True)
    case.need = case.need.iloc[::-1].reset_index(drop=True)
    assert case.verdict().violations == verdict.violations


def test_folders_and_profile_are_read(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    case = untouched()
    write_plan(case.plan, tmp_path)
    write_ledger(case.need, case.served, tmp_path)
    asked: dict[str, Any] = {}

    def load_profile(name: str, **rest: Any) -> Profile:
        asked.update(rest, name=name)
        return case.profile

    monkeypatch.setattr(checking, "load_profile", load_profile)
    monkeypatch.setattr(checking, "read_city", lambda _: case.city)
    # The files for people are not there.
    assert {one.code for one in verify_folders(tmp_path, tmp_path).violations} == {"file-missing"}
    assert asked == {"name": "paper", "settings": {}, "overrides": ()}
    assert check_plan(case.city, case.plan, case.need, case.served).ok
