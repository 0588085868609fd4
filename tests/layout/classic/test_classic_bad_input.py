"""What is wrong with the input is said by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import coo_array

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

GOOD = np.array([[0.0, 4.0, 9.0], [4.0, 0.0, 5.0], [9.0, 5.0, 0.0]])
NAN = np.where(GOOD == 5, np.nan, GOOD)
TWICE = coo_array((np.ones(2), ([0, 0], [1, 1])), shape=(3, 3))

CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: p_median(NAN, 1), r"costs\[1, 2\] is NaN \(2 such"),
    (lambda: p_median(-GOOD, 1), r"costs\[0, 1\] is negative"),
    (lambda: p_median(np.empty((0, 3)), 1), "shape 0 x 3"),
    (lambda: p_median(np.zeros(3), 1), "must be a matrix"),
    (lambda: p_median([["a"]], 1), "must be numbers"),
    (lambda: p_median(TWICE, 1), "store a pair twice"),
    (lambda: p_median(GOOD, 4), "number of sites, 3, not 4"),
    (lambda: p_median(GOOD, 0), "between 1 and"),
    (lambda: p_median(GOOD, 1.5), "whole number"),  # type: ignore[arg-type]
    (lambda: p_median(GOOD, 1, [1, 2]), "weights must be 3 figures"),
    (lambda: p_median(GOOD, 1, [1, -2, 3]), r"weights\[1\] is negative"),
    (lambda: p_median(np.where(GOOD > 0, np.inf, 0), 2), "no plan serves every demand"),
    (lambda: facility_location(np.full((2, 2), np.inf), 1), "demand 0 has no site"),
    (lambda: facility_location(GOOD, [1, np.nan, 2]), r"fixed_costs\[1\] is NaN"),
    (lambda: p_center(np.where(GOOD > 0, np.inf, 0), 2), "there is none"),
    (lambda: lscp(GOOD + 1, 0.5), "demand 0 has no site within the radius"),
    (lambda: lscp(GOOD, np.inf), r"radius\[0\] is infinite"),
    (lambda: mclp(GOOD, 1, 9), "p must be between"),
    (lambda: backup_coverage(GOOD, 3, 2), "they are too few"),
    (lambda: backup_coverage(GOOD, 3, 2, first_weight=2), "first_weight must be"),
    (lambda: backup_coverage(GOOD, 3, first_weight=0.5), "p must be given"),
    (lambda: p_dispersion(GOOD[:2], 2), "square"),
    (lambda: p_dispersion(GOOD, 1), "between 2 and"),
    (lambda: p_dispersion(np.where(GOOD == 5, np.inf, GOOD), 2), "finite"),
    (lambda: capacitated_p_median(GOOD, 1, 2, [3, 3, 3]), "need 6, the largest 1 sites have capacities of 3"),
    (lambda: capacitated_p_median(GOOD, 3, [5, 1, 1], 3), "demand 0 has no site that may hold it"),
    (lambda: capacitated_p_median(GOOD, 2, [2, 2, 2], [3, 3, 3]), "keeps to the capacities: there is none"),
    (lambda: capacitated_facility_location(GOOD, 1, 2, 1), "all sites have capacities of 3"),
]


@pytest.mark.parametrize(("call", "said"), CASES, ids=[str(k) for k in range(len(CASES))])
def test_bad_input_is_named(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def test_nothing_in_demand_is_a_plan_all_the_same() -> None:
    assert p_median(GOOD, 2, 0).objective == 0
    assert mclp(GOOD, 1, 2, 0).objective == 0
    assert capacitated_p_median(GOOD, 3, 0, 0).objective == 0
    assert capacitated_facility_location(GOOD, 0, 0, 0).status == "optimal"
