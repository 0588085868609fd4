"""How evenly a good is spread over people: one number for a city, a community, or between communities.

``values`` is what each person of a home has (an index of :mod:`doorstep.assess.reach` or ``catchments``), ``weights``
how many persons live there. Nothing of it says how much there is: a city where nobody has anything is even.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.assess._pairs import at_least_zero, summed

__all__ = ["Theil", "concentration_curve", "concentration_index", "gini", "palma", "theil"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def gini(values: Floats, weights: Floats) -> float:
    """Return the Gini coefficient of a good spread over people: 0 all alike, near 1 one has all.

    Answers: *is it spread evenly?* ``G = Σ_i Σ_j w_i·w_j·|x_i − x_j| / (2·W²·mean)`` [1]_, computed from the sorted
    values.

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
    people, goods = _lorenz(values, weights, values)
    if not goods[-1] > 0:
        return float("nan")
    return max(0.0, _twice_the_area(people, goods))


def palma(values: Floats, weights: Floats) -> float:
    """Return the Palma ratio: what the best-off tenth of people have over what the worst-off four tenths have.

    Answers: *how far are the ends apart?* in words that a council understands. Persons with the same home are alike, so
    the ends of the two groups cut a home in parts of its persons [1]_.

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
    people, goods = _lorenz(values, weights, values)
    if not goods[-1] > 0:
        return float("nan")
    worst, rest = np.interp([0.4, 0.9], people / people[-1], goods)
    return float((goods[-1] - rest) / worst) if worst > 0 else float("inf")


@dataclass(frozen=True, slots=True)
class Theil:
    """Theil's index and its two parts.

    Parameters
    ----------
    total
        0 all alike, at most the logarithm of the number of people; ``between + within``.
    between
        What would be left if everybody in a group had the mean of the group.
    within
        What would be left if all groups had the same mean.
    """

    total: float
    between: float
    within: float


def theil(values: Floats, weights: Floats, group: Ints) -> Theil:
    """Return Theil's index, split into the unevenness between groups and within them.

    Answers: *is it the communities that differ, or the homes inside each?* Between: move capacity to other communities.
    Within: open gates and mend walks. ``T = Σ_i (w_i/W)·(x_i/μ)·ln(x_i/μ)``, ``T = Σ_g s_g·ln(μ_g/μ) + Σ_g s_g·T_g``
    with ``s_g`` the share of all goods that group g has [1]_ [2]_. Whoever has nothing adds 0 (the limit of ``x·ln
    x``).

    Parameters
    ----------
    values
        Shape (n,), at least 0.
    weights
        Shape (n,): persons, at least 0.
    group
        Shape (n,), integers: the community of each home.

    Returns
    -------
    Theil
        All NaN if there are no people or nobody has anything.

    References
    ----------
    .. [1] H. Theil (1967), *Economics and Information Theory*, North-Holland.
    .. [2] A. F. Shorrocks (1980), The class of additively decomposable inequality measures, *Econometrica* 48, 613-625.

    Examples
    --------
    >>> alike_inside = theil(np.array([1.0, 1.0, 3.0, 3.0]), np.ones(4), np.array([0, 0, 1, 1]))
    >>> round(alike_inside.between, 4), alike_inside.within
    (0.1308, 0.0)
    """
    _fits(values, weights, group)
    groups, number = np.unique(group, return_inverse=True)
    people = summed(number, weights, len(groups))
    goods = summed(number, weights * values, len(groups))
    if not goods.sum() > 0:
        return Theil(float("nan"), float("nan"), float("nan"))
    mean = goods.sum() / people.sum()
    group_mean = np.divide(goods, people, out=np.zeros(len(goods)), where=people > 0)
    between = float((goods * _log_ratio(group_mean, np.full(len(goods), mean))).sum() / goods.sum())
    within = float((weights * values * _log_ratio(values, group_mean[number])).sum() / goods.sum())
    between, within = max(0.0, between), max(0.0, within)  # neither can be below 0 but by rounding
    return Theil(between + within, between, within)


def concentration_curve(values: Floats, weights: Floats, income: Floats) -> tuple[Floats, Floats]:
    """Return what share of a good the poorer share of people have, from none to all.

    Answers: *does the poorer half get half of it?* Below the diagonal the good is with the rich, above it with the
    poor.

    Parameters
    ----------
    values
        Shape (n,), at least 0.
    weights
        Shape (n,): persons, at least 0.
    income
        Shape (n,): whatever ranks people from poor to rich, of one person, not of the home. Homes of equal income are
        one step of the curve: no order among them is made up.

    Returns
    -------
    people, goods
        Shape (m + 1,) each, from 0 to 1: cumulated shares over the m different incomes of anybody. Both NaN but for the
        first point if there are no people or nobody has anything.

    Raises
    ------
    ValueError
        If an income is not known (NaN): leave such homes out, and say how many.

    References
    ----------
    As in :func:`concentration_index`.

    Examples
    --------
    >>> people, goods = concentration_curve(np.array([3.0, 1.0]), np.array([1.0, 1.0]), np.array([900.0, 400.0]))
    >>> people, goods
    (array([0. , 0.5, 1. ]), array([0.  , 0.25, 1.  ]))
    """
    _fits(values, weights, income)
    people, goods = _lorenz(values, weights, income)
    if not goods[-1] > 0:
        return np.array([0.0, np.nan]), np.array([0.0, np.nan])
    return people / people[-1], goods / goods[-1]


def concentration_index(values: Floats, weights: Floats, income: Floats) -> float:
    """Return twice the area between the diagonal and the concentration curve.

    Answers: *is it with the rich or with the poor?* ``C = (p_1·L_2 − p_2·L_1) + (p_2·L_3 − p_3·L_2) + …`` over the
    points of the curve [1]_ [2]_. If people were ranked by the good itself it would be the Gini coefficient.

    Parameters
    ----------
    values, weights, income
        As in :func:`concentration_curve`.

    Returns
    -------
    float
        −1..1: negative if the poor have more of it, 0 if income makes no difference, positive if the rich have more;
        NaN if there are no people or nobody has anything.

    References
    ----------
    .. [1] N. Kakwani, A. Wagstaff, E. van Doorslaer (1997), Socioeconomic inequalities in health: measurement,
       computation, and statistical inference, *Journal of Econometrics* 77, 87-103.
    .. [2] O. O'Donnell, E. van Doorslaer, A. Wagstaff, M. Lindelow (2008), *Analyzing Health Equity Using Household
       Survey Data*, World Bank, chapter 8 (grouped data).

    Examples
    --------
    >>> concentration_index(np.array([3.0, 1.0]), np.array([1.0, 1.0]), np.array([900.0, 400.0]))
    0.25
    """
    people, goods = concentration_curve(values, weights, income)
    return _twice_the_area(people, goods)


def _fits(values: Floats, weights: Floats, other: Floats | Ints) -> None:
    if not values.shape == weights.shape == other.shape:
        raise ValueError(f"values {values.shape}, persons {weights.shape} and {other.shape} must be of one shape")
    at_least_zero(values=values, weights=weights)
    if np.isnan(other).any():
        raise ValueError("a rank or group is not a number")


def _log_ratio(part: Floats, whole: Floats) -> Floats:
    """Return ``ln(part/whole)``, 0 where either is 0: nobody has anything there, so it is multiplied by 0."""
    both = (part > 0) & (whole > 0)
    return np.log(np.divide(part, whole, out=np.ones(len(part)), where=both))


def _lorenz(values: Floats, weights: Floats, rank: Floats) -> tuple[Floats, Floats]:
    """Sum people and what they have from the lowest rank, each from 0: one step for each rank that anybody has."""
    _fits(values, weights, rank)
    lived_in = weights > 0
    ranks, step = np.unique(rank[lived_in], return_inverse=True)
    people = summed(step, weights[lived_in], len(ranks))
    goods = summed(step, (weights * values)[lived_in], len(ranks))
    start = np.zeros(1)
    return np.concatenate([start, np.cumsum(people)]), np.concatenate([start, np.cumsum(goods)])


def _twice_the_area(people: Floats, goods: Floats) -> float:
    """Return twice the area between the diagonal and a curve."""
    return float(1.0 - np.sum(np.diff(people) / people[-1] * (goods[1:] + goods[:-1]) / goods[-1]))
