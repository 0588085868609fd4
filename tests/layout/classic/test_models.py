"""Every model against trying all plans, on small problems of every kind."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from doorstep.layout.classic import (
    Located,
    backup_coverage,
    capacitated_facility_location,
    capacitated_p_median,
    facility_location,
    lscp,
    mclp,
    p_center,
    p_dispersion,
    p_median,
    packed,
)
from doorstep.layout.classic._sets import sets_above
from doorstep.layout.classic.given import per

Floats = npt.NDArray[np.float64]
Sites = tuple[int, ...]
SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=40, deadline=None)


class Small:
    """A random problem: whole costs with many ties, or real ones."""

    def __init__(self, seed: int, most_demands: int = 8, most_sites: int = 6) -> None:
        chance = np.random.default_rng(seed)
        self.n, self.m = int(chance.integers(1, most_demands + 1)), int(chance.integers(2, most_sites + 1))
        self.p = int(chance.integers(1, self.m + 1))
        shape = (self.n, self.m)
        self.cost = chance.integers(0, 12, shape).astype(float) if chance.random() < 0.5 else chance.random(shape) * 10
        self.weight = chance.integers(0, 5, self.n).astype(float)
        self.fixed = chance.integers(0, 15, self.m).astype(float)
        self.demand = chance.integers(0, 6, self.n).astype(float)
        self.capacity = chance.integers(3, 14, self.m).astype(float)
        self.between = chance.integers(0, 20, (self.m, self.m)).astype(float)

    def sets(self, p: int | None = None) -> Iterable[Sites]:
        sizes = range(1, self.m + 1) if p is None else [p]
        return itertools.chain.from_iterable(itertools.combinations(range(self.m), k) for k in sizes)

    def best(self, value: Callable[[Sites], float], p: int | None = None) -> float:
        return min(value(sites) for sites in self.sets(p))

    def served(self, sites: Sites) -> Floats:
        nearest: Floats = self.cost[:, list(sites)].min(axis=1)
        return nearest

    def times(self, sites: Sites, radius: float) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = (self.cost[:, list(sites)] <= radius).sum(axis=1)
        return found


def is_optimum(answer: Located, value: float) -> None:
    assert answer.objective == pytest.approx(value, abs=1e-7)
    assert answer.status == "optimal"
    assert answer.gap <= 1e-7


@FEW
@given(SEEDS)
def test_p_median_is_the_best_of_all_plans(seed: int) -> None:
    small = Small(seed)
    answer = p_median(small.cost, small.p, small.weight)
    is_optimum(answer, small.best(lambda sites: float(small.served(sites) @ small.weight), small.p))
    paid = small.cost[np.arange(small.n), answer.assigned] @ small.weight
    assert paid == pytest.approx(answer.objective)
    assert set(answer.assigned) <= set(answer.open_sites)
    assert len(answer.open_sites) == small.p


@FEW
@given(SEEDS)
def test_facility_location_is_the_best_of_all_plans(seed: int) -> None:
    small = Small(seed)

    def value(sites: Sites) -> float:
        return float(small.served(sites) @ small.weight + small.fixed[list(sites)].sum())

    is_optimum(facility_location(small.cost, small.fixed, small.weight), small.best(value))


@FEW
@given(SEEDS)
def test_p_center_is_the_best_of_all_plans(seed: int) -> None:
    small = Small(seed)
    answer = p_center(small.cost, small.p)
    is_optimum(answer, small.best(lambda sites: float(small.served(sites).max()), small.p))
    assert len(answer.open_sites) == small.p


@FEW
@given(SEEDS)
def test_covering_models_are_the_best_of_all_plans(seed: int) -> None:
    small = Small(seed)
    weight, radius = small.weight, float(small.cost.min(axis=1).max()) + 1.0
    fewest = small.best(lambda sites: len(sites) if small.times(sites, radius).all() else 99)
    answer = lscp(small.cost, radius)
    is_optimum(answer, fewest)
    assert (small.cost[np.arange(small.n), answer.assigned] <= radius).all()
    most = -small.best(lambda sites: -float(weight[small.times(sites, 3.0) >= 1].sum()), small.p)
    is_optimum(mclp(small.cost, 3.0, small.p, weight), most)

    def twice(sites: Sites) -> float:
        times = small.times(sites, radius)
        return -float(weight[times >= 2].sum()) if times.all() else np.inf

    is_optimum(backup_coverage(small.cost, radius, None, weight), -small.best(twice, int(fewest)))

    def mixed(sites: Sites) -> float:
        times = small.times(sites, 3.0)
        return -float(0.7 * weight[times >= 1].sum() + 0.3 * weight[times >= 2].sum())

    answer = backup_coverage(small.cost, 3.0, small.p, weight, first_weight=0.7)
    is_optimum(answer, -small.best(mixed, small.p))


@FEW
@given(SEEDS)
def test_p_dispersion_is_the_best_of_all_plans(seed: int) -> None:
    small = Small(seed)
    both = np.minimum(small.between, small.between.T)
    np.fill_diagonal(both, np.inf)
    p = max(2, small.p)
    answer = p_dispersion(small.between, p)
    is_optimum(answer, -small.best(lambda sites: -float(both[np.ix_(sites, sites)].min()), p))
    assert len(answer.open_sites) == p


def _whole(small: Small, sites: Sites) -> float:
    """Try every way to give each demand to a site."""
    best = np.inf
    for given_sites in itertools.product(sites, repeat=small.n):
        load = np.bincount(given_sites, small.demand, small.m)
        if (load <= small.capacity).all():
            best = min(best, float(small.cost[np.arange(small.n), list(given_sites)].sum()))
    return best


def _split(small: Small, sites: Sites) -> float:
    k = len(sites)
    room, serve = np.zeros((k, small.n * k)), np.zeros((small.n, small.n * k))
    for i in range(small.n):
        serve[i, i * k : (i + 1) * k] = 1
        room[np.arange(k), i * k + np.arange(k)] = small.demand[i]
    solved = linprog(
        small.cost[:, list(sites)].ravel(), room, small.capacity[list(sites)], serve, np.ones(small.n), (0, 1)
    )
    return float(solved.fun) if solved.status == 0 else np.inf


def _answer_or_none(model: Callable[[], Located], value: float) -> None:
    if np.isfinite(value):
        is_optimum(model(), value)
    else:
        with pytest.raises(ValueError, match=r"capacities|may hold it"):
            model()


@FEW
@given(SEEDS)
def test_models_with_capacities_are_the_best_of_all_plans(seed: int) -> None:
    small = Small(seed, 5, 4)
    cost, demand, capacity, fixed = small.cost, small.demand, small.capacity, small.fixed
    paid = {sites: float(fixed[list(sites)].sum()) for sites in small.sets()}
    _answer_or_none(
        lambda: capacitated_p_median(cost, small.p, demand, capacity),
        small.best(lambda sites: _whole(small, sites), small.p),
    )
    _answer_or_none(
        lambda: capacitated_facility_location(cost, fixed, demand, capacity, single_source=True),
        small.best(lambda sites: _whole(small, sites) + paid[sites]),
    )
    _answer_or_none(
        lambda: capacitated_facility_location(cost, fixed, demand, capacity),
        small.best(lambda sites: _split(small, sites) + paid[sites]),
    )


@FEW
@given(SEEDS)
def test_heuristics_are_bounded_on_the_right_side(seed: int) -> None:
    small = Small(seed, 12, 8)
    best, quick = p_median(small.cost, small.p), p_median(small.cost, small.p, max_nodes=0)
    assert quick.bound <= best.objective + 1e-9 <= quick.objective + 2e-9
    covered, fast = mclp(small.cost, 2.0, small.p), mclp(small.cost, 2.0, small.p, max_nodes=0)
    assert fast.objective <= covered.objective <= fast.bound
    near, near_fast = p_center(small.cost, small.p), p_center(small.cost, small.p, max_nodes=0)
    assert near_fast.bound <= near.objective <= near_fast.objective
    if small.p >= 2:
        apart, apart_fast = p_dispersion(small.between, small.p), p_dispersion(small.between, small.p, max_nodes=0)
        assert apart_fast.objective <= apart.objective <= apart_fast.bound


@FEW
@given(SEEDS)
def test_sparse_matrices_answer_as_full_ones(seed: int) -> None:
    small = Small(seed)
    row, column = (part.ravel() for part in np.indices(small.cost.shape))
    sparse = csr_array((small.cost.ravel(), (row, column)), shape=small.cost.shape)
    full = p_median(small.cost, small.p, small.weight)
    assert p_median(sparse, small.p, small.weight).objective == full.objective
    # a pair that is not stored may not be used
    open_to = small.cost.copy()
    open_to[0, 1:] = np.inf
    stored = np.isfinite(open_to)
    part = csr_array((open_to[stored], np.nonzero(stored)), shape=open_to.shape)
    assert 0 in p_median(part, small.p).open_sites
    assert p_median(part, small.p).objective == pytest.approx(
        small.best(lambda sites: float(open_to[:, list(sites)].min(axis=1).sum()), small.p)
    )


def test_the_same_input_gives_the_same_plan() -> None:
    at = np.random.default_rng(3).integers(0, 40, (60, 2))  # many ties
    cost = np.abs(at[:, None] - at[None]).sum(axis=2)
    one, two = p_median(cost, 6), p_median(cost, 6)
    assert one.open_sites.tolist() == two.open_sites.tolist()
    assert (one.objective, one.nodes) == (two.objective, two.nodes)
    relaxed = p_median(cost, 6, time_limit_s=0.0)
    assert relaxed.bound <= one.objective <= relaxed.objective


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_branching_loses_no_plan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # bounds left weak and no lists of sets: what the root would prove at once has to be branched on
    monkeypatch.setattr(packed, "MOST_SETS", 1)
    monkeypatch.setattr(packed, "ROOT_ROUNDS", 30)
    monkeypatch.setattr(packed, "NODE_ROUNDS", 30)
    small = Small(seed, 6, 4)
    cost, demand, capacity, fixed = small.cost, small.demand, small.capacity, small.fixed
    paid = {sites: float(fixed[list(sites)].sum()) for sites in small.sets()}
    _answer_or_none(
        lambda: capacitated_p_median(cost, small.p, demand, capacity),
        small.best(lambda sites: _whole(small, sites), small.p),
    )
    _answer_or_none(
        lambda: capacitated_facility_location(cost, fixed, demand, capacity, single_source=True),
        small.best(lambda sites: _whole(small, sites) + paid[sites]),
    )
    _answer_or_none(
        lambda: capacitated_facility_location(cost, fixed, demand, capacity),
        small.best(lambda sites: _split(small, sites) + paid[sites]),
    )


@FEW
@given(SEEDS, st.integers(0, 3))
def test_bounds_of_models_with_capacities_are_proven(seed: int, max_nodes: int) -> None:
    small = Small(seed, 6, 4)
    cost, demand, capacity, fixed = small.cost, small.demand, small.capacity, small.fixed
    best = {
        True: small.best(lambda sites: _whole(small, sites) + float(fixed[list(sites)].sum())),
        False: small.best(lambda sites: _split(small, sites) + float(fixed[list(sites)].sum())),
    }
    for whole, value in best.items():
        if np.isfinite(value):
            answer = capacitated_facility_location(
                cost, fixed, demand, capacity, single_source=whole, max_nodes=max_nodes
            )
            assert answer.bound <= value + 1e-7 <= answer.objective + 2e-7


@FEW
@given(SEEDS)
def test_every_set_of_a_plan_below_the_cut_is_listed(seed: int) -> None:
    chance = np.random.default_rng(seed)
    n, room = int(chance.integers(1, 9)), int(chance.integers(1, 20))
    worth, size = chance.normal(size=n), chance.integers(0, 8, n)
    need, least = float(chance.normal()), int(chance.integers(0, room + 1))
    start, member = np.zeros(600, dtype=np.int64), np.zeros(6000, dtype=np.int64)
    sets, _ = sets_above(worth, size, room, least, need, 599, 10**6, start, member, 0, 0)
    listed = {tuple(sorted(member[start[k] : start[k + 1]])) for k in range(sets)}
    subsets = itertools.chain.from_iterable(itertools.combinations(range(n), k) for k in range(1, n + 1))
    expected = {own for own in subsets if worth[list(own)].sum() >= need and least <= size[list(own)].sum() <= room}
    assert listed == expected
    if len(expected) > 1:
        assert sets_above(worth, size, room, least, need, len(expected) - 1, 10**6, start, member, 0, 0)[0] == -1


def test_a_column_of_a_table_becomes_an_array_as_the_loops_are_compiled_for() -> None:
    table = np.arange(6.0).reshape(3, 2)
    table.setflags(write=False)
    for figures in (table[:, 1], table[1:2, 0], [1, 2, 3]):
        kept = per(figures, len(figures), "weights")
        assert kept.flags.c_contiguous
        assert kept.flags.writeable
