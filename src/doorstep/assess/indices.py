"""Accessibility and equity in numbers: arrays in, arrays out, each with its source.

Pairs are those of :class:`doorstep.walk.Pairs`: sorted by place, the pairs of place j at
``first_of_place[j]:first_of_place[j + 1]``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["capacity_ratio", "e2sfca", "gini", "nearest_mm", "palma", "share_within", "weighted_quantiles"]

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-12  # sums of weights are compared with this share of slack


def nearest_mm(
    first_of_place: Ints,
    home: SmallInts,
    walk_mm: SmallInts,
    *,
    service_of_place: Ints,
    n_homes: int,
    n_services: int,
) -> Ints:
    """Find the walk of each home to the nearest place of each service.

    Parameters
    ----------
    first_of_place, home, walk_mm
        Pairs, shapes (n_places + 1,), (n_pairs,), (n_pairs,).
    service_of_place
        Shape (n_places,): number of the service, -1 for a place that is not asked for.
    n_homes, n_services
        Shape of the result.

    Returns
    -------
    Ints
        Shape (n_homes, n_services), mm; -1 where no place of the service is among the pairs.

    Examples
    --------
    >>> home, walk_mm = np.array([0, 1, 1], dtype=np.int32), np.array([500, 900, 300], dtype=np.int32)
    >>> service_of_place = np.array([0, 0])
    >>> pairs = np.array([0, 2, 3]), home, walk_mm
    >>> nearest_mm(*pairs, service_of_place=service_of_place, n_homes=3, n_services=1).ravel()
    array([500, 300,  -1])
    """
    none = np.iinfo(np.int64).max
    nearest = np.full((n_homes, n_services), none, dtype=np.int64)
    service = np.repeat(service_of_place, np.diff(first_of_place))
    asked = service >= 0
    np.minimum.at(nearest, (home[asked], service[asked]), walk_mm[asked].astype(np.int64))
    return np.where(nearest == none, -1, nearest)


def share_within(nearest_mm: Ints, people: Floats, limit_mm: Ints) -> Floats:
    """Return the share of people whose nearest place lies within the limit of the service.

    Parameters
    ----------
    nearest_mm
        Shape (n_homes, n_services), -1 for none.
    people
        Shape (n_homes, n_services): whom the share is of.
    limit_mm
        Shape (n_services,), inclusive.

    Returns
    -------
    Floats
        Shape (n_services,), 0..1; NaN where there are no people.

    Examples
    --------
    >>> share_within(np.array([[400], [600], [-1]]), np.array([[3.0], [1.0], [2.0]]), np.array([500]))
    array([0.5])
    """
    within = (nearest_mm >= 0) & (nearest_mm <= limit_mm)
    return capacity_ratio((people * within).sum(axis=0), people.sum(axis=0))


def weighted_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Return the smallest values that at least the given shares of the weight do not exceed.

    The inverse of the weighted distribution function (definition 1 of Hyndman and Fan 1996 [1]_): no value in between
    is made up.

    Parameters
    ----------
    values, weights
        Shape (n,); weights at least 0.
    shares
        Shape (m,), 0 < share <= 1.

    Returns
    -------
    Floats
        Shape (m,); NaN if there is no weight.

    References ---------- .. [1] R. J. Hyndman, Y. Fan (1996), Sample quantiles in statistical packages, *The American
    Statistician* 50, 361-365.

    Examples
    --------
    >>> weighted_quantiles(np.array([300.0, 100.0, 200.0]), np.array([1.0, 4.0, 5.0]), np.array([0.4, 0.5, 0.9, 1.0]))
    array([100., 200., 200., 300.])
    """
    counted = weights > 0
    if not counted.any():
        return np.full(len(shares), np.nan)
    values, weights = values[counted], weights[counted]
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    at = np.searchsorted(below, np.asarray(shares) * below[-1] * (1 - _ROUNDING), side="left")
    found: Floats = values[order][np.minimum(at, len(order) - 1)]
    return found


def capacity_ratio(capacity: Floats, needed: Floats) -> Floats:
    """Return what there is per what is needed: ``capacity / needed``.

    Parameters
    ----------
    capacity, needed
        The same shape, the same unit.

    Returns
    -------
    Floats
        NaN where nothing is needed.

    Examples
    --------
    >>> capacity_ratio(np.array([30.0, 5.0]), np.array([40.0, 0.0]))
    array([0.75,  nan])
    """
    ratio: Floats = np.divide(capacity, needed, out=np.full(np.shape(needed), np.nan), where=np.asarray(needed) > 0)
    return ratio


def e2sfca(
    first_of_place: Ints,
    home: SmallInts,
    walk_mm: SmallInts,
    *,
    people: Floats,
    capacity: Floats,
    limit_mm: int,
    end_value: float,
) -> Floats:
    """Enhanced two-step floating catchment area: capacity per person in need, shared with all who could come too.

    Step 1: ``R_j = S_j / Σ_k P_k·W(d_kj)`` over homes k within the limit of place j. Step 2: ``A_i = Σ_j
    R_j·W(d_ij)`` over places j within the limit of home i [1]_. ``W(d) = exp(−d²/β)``, with ``β = −L²/ln(end_value)``
    so that ``W(L) = end_value``. The paper gives each of three travel zones one Gaussian weight; here every walk has
    its own.

    Parameters
    ----------
    first_of_place, home, walk_mm
        Pairs of one service's places.
    people
        Shape (n_homes,): persons in need who can walk (P).
    capacity
        Shape (n_places,): in the unit of the service (S).
    limit_mm
        Limit L, inclusive.
    end_value
        Weight at the limit, between 0 and 1 (``gaussian_end_value`` of the assumptions).

    Returns
    -------
    Floats
        Shape (n_homes,): units of capacity per person in need; 0 where no place is within the limit.

    Notes
    -----
    ``Σ_i P_i·A_i`` is the capacity of all places that anybody in need can reach.

    References ---------- .. [1] W. Luo, Y. Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method
    for measuring spatial accessibility to primary
       care physicians, *Health & Place* 15, 1100-1107.

    Examples
    --------
    One place with 10 units, next door to 5 people and just at the limit of 500 others, who count a hundredth each.

    >>> pairs = np.array([0, 2]), np.array([0, 1], dtype=np.int32), np.array([0, 800], dtype=np.int32)
    >>> people, capacity = np.array([5.0, 500.0]), np.array([10.0])
    >>> e2sfca(*pairs, people=people, capacity=capacity, limit_mm=800, end_value=0.01).round(4)
    array([1.  , 0.01])
    """
    place = np.repeat(np.arange(len(capacity)), np.diff(first_of_place))
    near = walk_mm <= limit_mm
    place, home = place[near], home[near]
    weight = np.exp(np.log(end_value) * (walk_mm[near] / limit_mm) ** 2)
    crowd = np.bincount(place, weights=people[home] * weight, minlength=len(capacity))
    supply_per_person = np.divide(capacity, crowd, out=np.zeros(len(capacity)), where=crowd > 0)
    return np.bincount(home, weights=supply_per_person[place] * weight, minlength=len(people)).astype(np.float64)


def gini(values: Floats, weights: Floats) -> float:
    """Return the Gini coefficient of a good spread over people: 0 all alike, near 1 one has all.

    ``G = Σ_i Σ_j w_i·w_j·|x_i − x_j| / (2·W²·mean)`` [1]_, computed from the sorted values.

    Parameters
    ----------
    values
        Shape (n,), at least 0.
    weights
        Shape (n,): persons, at least 0.

    Returns
    -------
    float
        0..1; NaN if there are no people or nobody has anything.

    References
    ----------
    .. [1] A. Sen (1973), *On Economic Inequality*, Oxford, section 2.8 (with weights for groups of equal persons).

    Examples
    --------
    >>> gini(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    0.5
    """
    people, goods = _lorenz(values, weights)
    if not goods[-1] > 0:
        return float("nan")
    below = (goods[1:] + goods[:-1]) / goods[-1]
    return max(0.0, float(1.0 - np.sum(np.diff(people) / people[-1] * below)))


def palma(values: Floats, weights: Floats) -> float:
    """Return the Palma ratio: what the best-off tenth of people have over what the worst-off four tenths have.

    Persons with the same home are alike, so the ends of the two groups cut a home in parts of its persons [1]_.

    Parameters
    ----------
    values
        Shape (n,), at least 0.
    weights
        Shape (n,): persons, at least 0.

    Returns
    -------
    float
        0.25 if all are alike; ``inf`` if the worst-off have nothing; NaN if nobody has anything.

    References
    ----------
    .. [1] J. G. Palma (2011), Homogeneous middles vs. heterogeneous tails, *Development and Change* 42, 87-153.

    Examples
    --------
    >>> round(palma(np.array([1.0, 2.0]), np.array([4.0, 6.0])), 3)
    0.5
    """
    people, goods = _lorenz(values, weights)
    if not goods[-1] > 0:
        return float("nan")
    worst, rest = np.interp([0.4, 0.9], people / people[-1], goods)
    return float((goods[-1] - rest) / worst) if worst > 0 else float("inf")


def _lorenz(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return people and what they have, summed from the worst-off, each from 0."""
    order = np.argsort(values, kind="stable")
    start = np.zeros(1)
    people = np.concatenate([start, np.cumsum(weights[order])])
    return people, np.concatenate([start, np.cumsum(weights[order] * values[order])])
