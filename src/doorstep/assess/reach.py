"""What lies within a walk, and how far: indices of one home, shared with nobody.

Pairs are those of :class:`doorstep.walk.Pairs`: sorted by place, the pairs of place j at
``first_of_place[j]:first_of_place[j + 1]``. A weight of every pair says how much a place counts at the end of its walk:
:func:`within`, :func:`power`, :func:`exponential` or :func:`gaussian`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.assess._pairs import at_least_zero, place_of_pair, summed

__all__ = [
    "capacity_ratio",
    "cumulative",
    "exponential",
    "gaussian",
    "gravity",
    "k_nearest_mm",
    "nearest_mm",
    "pairs_of_places",
    "power",
    "share_within",
    "weighted_quantiles",
    "within",
]

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_WALK_BITS = 32  # walks of pairs are int32
_ROUNDING = 1e-12  # sums of weights are compared with this share of slack


# -- how much a place counts at the end of a walk --------------------------------------------------------------------


def within(walk_mm: SmallInts, limit_mm: int) -> Floats:
    """Count every place within the limit in full, and none beyond.

    Parameters
    ----------
    walk_mm
        Shape (n_pairs,).
    limit_mm
        Inclusive.

    Returns
    -------
    Floats
        Shape (n_pairs,): 1 or 0.

    Examples
    --------
    >>> within(np.array([0, 500, 501]), 500)
    array([1., 1., 0.])
    """
    if not limit_mm >= 0:  # NaN is not, either
        raise ValueError(f"a limit of {limit_mm} mm")
    return (walk_mm <= limit_mm).astype(np.float64)


def power(walk_mm: SmallInts, exponent: float, flat_mm: int) -> Floats:
    """Let a place count less by a power of its walk: ``(max(d, flat)/flat)^−exponent`` [1]_.

    A power of 0 m has no end, so nearer than ``flat_mm`` all walks are alike and count 1.

    Parameters
    ----------
    walk_mm
        Shape (n_pairs,).
    exponent
        At least 0; with 1 twice the walk counts half.
    flat_mm
        Above 0.

    Returns
    -------
    Floats
        Shape (n_pairs,), 0..1.

    References
    ----------
    .. [1] W. G. Hansen (1959), How accessibility shapes land use, *Journal of the American Institute of Planners* 25,
       73-76.

    Examples
    --------
    >>> power(np.array([0, 100_000, 400_000]), 1.0, 100_000)
    array([1.  , 1.  , 0.25])
    """
    if not (0 <= exponent < np.inf and flat_mm > 0):
        raise ValueError(f"exponent {exponent} must be at least 0, flat_mm {flat_mm} above 0")
    fallen: Floats = (np.maximum(walk_mm, flat_mm) / flat_mm) ** -float(exponent)
    return fallen


def exponential(walk_mm: SmallInts, half_mm: int) -> Floats:
    """Let a place count half with every ``half_mm`` more: ``exp(−β·d)``, ``β = ln 2/half`` [1]_.

    Parameters
    ----------
    walk_mm
        Shape (n_pairs,).
    half_mm
        The walk at which a place counts half; above 0.

    Returns
    -------
    Floats
        Shape (n_pairs,), 0..1.

    References
    ----------
    .. [1] A. G. Wilson (1971), A family of spatial interaction models, and associated developments, *Environment and
       Planning* 3, 1-32.

    Examples
    --------
    >>> exponential(np.array([0, 300_000, 600_000]), 300_000)
    array([1.  , 0.5 , 0.25])
    """
    if not half_mm > 0:
        raise ValueError(f"half_mm {half_mm} must be above 0")
    return np.exp2(-np.asarray(walk_mm, dtype=np.float64) / half_mm)


def gaussian(walk_mm: SmallInts, limit_mm: int, end_value: float) -> Floats:
    """Let a place count less and less up to the limit, and not beyond: ``exp(−d²/β)``, ``β = −L²/ln(end_value)`` [1]_.

    Parameters
    ----------
    walk_mm
        Shape (n_pairs,).
    limit_mm
        Limit L, inclusive.
    end_value
        Weight at the limit, above 0, at most 1 (``gaussian_end_value`` of the assumptions).

    Returns
    -------
    Floats
        Shape (n_pairs,), 0..1.

    References
    ----------
    .. [1] W. Luo, Y. Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
       accessibility to primary care physicians, *Health & Place* 15, 1100-1107. Their weights are those of three
       zones; here every walk has its own.

    Examples
    --------
    >>> gaussian(np.array([0, 800, 801]), 800, 0.01).round(4)
    array([1.  , 0.01, 0.  ])
    """
    if not 0 < end_value <= 1:
        raise ValueError(f"end_value {end_value} must be above 0, at most 1")
    near = walk_mm <= limit_mm
    of_limit = np.where(near, walk_mm, 0) / max(limit_mm, 1)  # a limit of 0 leaves walks of 0 mm, which count in full
    return np.where(near, np.exp(np.log(end_value) * of_limit**2), 0.0)


# -- what lies within a walk -----------------------------------------------------------------------------------------


def cumulative(
    first_of_place: Ints, home: SmallInts, walk_mm: SmallInts, *, capacity: Floats, limit_mm: int, n_homes: int
) -> Floats:
    """Sum what lies within the limit of each home: the cumulative opportunities [1]_.

    Answers: *how much is there within a walk of this door, if nobody else came?* With capacities of 1 it counts
    places: the choice people have.

    Parameters
    ----------
    first_of_place, home, walk_mm
        Pairs of one service's places, shapes (n_places + 1,), (n_pairs,), (n_pairs,).
    capacity
        Shape (n_places,), at least 0.
    limit_mm
        Inclusive.
    n_homes
        Shape of the result.

    Returns
    -------
    Floats
        Shape (n_homes,), in the unit of the capacity; 0 where nothing is within the limit.

    References
    ----------
    .. [1] M. Wachs, T. G. Kumagai (1973), Physical accessibility as a social indicator, *Socio-Economic Planning
       Sciences* 7, 437-456.

    Examples
    --------
    >>> pairs = np.array([0, 2, 3]), np.array([0, 1, 1]), np.array([300, 500, 501])
    >>> cumulative(*pairs, capacity=np.array([20.0, 5.0]), limit_mm=500, n_homes=3)
    array([20., 20.,  0.])
    """
    return gravity(first_of_place, home, within(walk_mm, limit_mm), capacity=capacity, n_homes=n_homes)


def gravity(first_of_place: Ints, home: SmallInts, weight: Floats, *, capacity: Floats, n_homes: int) -> Floats:
    """Sum what lies around each home, the nearer the more: ``A_i = Σ_j S_j·W(d_ij)`` [1]_.

    Answers: *where are people close to much, where only to the edge of it?* without a cliff at the limit. It is an
    index, not a number of places: compare homes with it, do not add it to anything.

    Parameters
    ----------
    first_of_place, home
        Pairs of one service's places, shapes (n_places + 1,), (n_pairs,).
    weight
        Shape (n_pairs,), at least 0: :func:`power`, :func:`exponential` or :func:`gaussian` of the walks.
    capacity
        Shape (n_places,), at least 0 (S).
    n_homes
        Shape of the result.

    Returns
    -------
    Floats
        Shape (n_homes,); 0 where no pair is.

    References
    ----------
    .. [1] W. G. Hansen (1959), How accessibility shapes land use, *Journal of the American Institute of Planners* 25,
       73-76.

    Examples
    --------
    >>> first, home, walk_mm = np.array([0, 2, 3]), np.array([0, 1, 1]), np.array([0, 300, 600])
    >>> gravity(first, home, exponential(walk_mm, 300), capacity=np.array([20.0, 8.0]), n_homes=2)
    array([20., 12.])
    """
    place = place_of_pair(first_of_place, home, weight, n_homes=n_homes, n_places=len(capacity))
    at_least_zero(weight=weight, capacity=capacity)
    return summed(home, capacity[place] * weight, n_homes)


# -- how far ---------------------------------------------------------------------------------------------------------


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

    Answers: *how far must they go at least?*

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


def k_nearest_mm(first_of_place: Ints, home: SmallInts, walk_mm: SmallInts, *, k: int, n_homes: int) -> Floats:
    """Return the mean walk of each home to its k nearest places [1]_.

    Answers: *if the nearest is full or shut, how far is the choice?* A home with one place next door and the others
    across the city is near by :func:`nearest_mm` and far by this.

    Parameters
    ----------
    first_of_place, home, walk_mm
        Pairs of one service's places, shapes (n_places + 1,), (n_pairs,), (n_pairs,).
    k
        At least 1.
    n_homes
        Shape of the result.

    Returns
    -------
    Floats
        Shape (n_homes,), mm; NaN where fewer than k places are among the pairs: the mean of fewer would make a home
        with less choice look nearer.

    References
    ----------
    .. [1] P. Apparicio, M. Abdelmajid, M. Riva, R. Shearmur (2008), Comparing alternative approaches to measuring the
       geographical accessibility of urban health services, *International Journal of Health Geographics* 7:7, table 1,
       "average cost to reach diversity".

    Examples
    --------
    >>> pairs = np.array([0, 2, 3]), np.array([0, 1, 1]), np.array([500, 900, 300])
    >>> k_nearest_mm(*pairs, k=2, n_homes=2)
    array([ nan, 600.])
    """
    place_of_pair(first_of_place, home, walk_mm, n_homes=n_homes)
    if k < 1:
        raise ValueError(f"k is {k}, must be at least 1")
    key = np.sort((home.astype(np.int64) << _WALK_BITS) + walk_mm)  # by home, then walk, in one number: sorts fast
    of, sorted_mm = key >> _WALK_BITS, key & ((1 << _WALK_BITS) - 1)
    count = np.bincount(home, minlength=n_homes)
    among = np.arange(len(key)) - np.repeat(np.cumsum(count) - count, count) < k
    total = summed(of[among], sorted_mm[among], n_homes)
    return np.where(count >= k, total / k, np.nan)


# -- of all people ---------------------------------------------------------------------------------------------------


def share_within(nearest_mm: Ints, people: Floats, limit_mm: Ints) -> Floats:
    """Return the share of people whose nearest place lies within the limit of the service.

    Answers: *how many of the people can walk to one?* [1]_ It asks for no room in it: that is the ledger's ``reached``.

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

    References
    ----------
    .. [1] M. Wachs, T. G. Kumagai (1973), Physical accessibility as a social indicator, *Socio-Economic Planning
       Sciences* 7, 437-456 (opportunities within a limit; here the share of people with one).

    Examples
    --------
    >>> share_within(np.array([[400], [600], [-1]]), np.array([[3.0], [1.0], [2.0]]), np.array([500]))
    array([0.5])
    """
    near = (nearest_mm >= 0) & (nearest_mm <= limit_mm)
    return capacity_ratio((people * near).sum(axis=0), people.sum(axis=0))


def weighted_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Return the smallest values that at least the given shares of the weight do not exceed.

    Answers: *how far do the nearer half, the nearer nine tenths of the people walk at most?* The inverse of the
    weighted distribution function (definition 1 of Hyndman and Fan 1996 [1]_): no value in between is made up.

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

    References
    ----------
    .. [1] R. J. Hyndman, Y. Fan (1996), Sample quantiles in statistical packages, *The American Statistician* 50,
       361-365.

    Examples
    --------
    >>> weighted_quantiles(np.array([300.0, 100.0, 200.0]), np.array([1.0, 4.0, 5.0]), np.array([0.4, 0.5, 0.9, 1.0]))
    array([100., 200., 200., 300.])
    """
    at_least_zero(weights=weights)
    if not ((shares > 0) & (shares <= 1)).all():
        raise ValueError("shares are above 0 and at most 1")
    counted = weights > 0
    if np.isnan(values[counted]).any():
        raise ValueError("a value is not a number")
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

    Answers: *is there enough in all?* wherever it lies.

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


# -- pairs of one service --------------------------------------------------------------------------------------------


def pairs_of_places(
    first_of_place: Ints, home: SmallInts, walk_mm: SmallInts, places: Ints
) -> tuple[Ints, SmallInts, SmallInts]:
    """Take the pairs of some places: those of one service, which an index is about.

    Parameters
    ----------
    first_of_place, home, walk_mm
        Pairs, shapes (n_places + 1,), (n_pairs,), (n_pairs,).
    places
        Shape (m,): positions of the places wanted, in the order wanted.

    Returns
    -------
    first_of_place, home, walk_mm
        Shapes (m + 1,), (their pairs,), (their pairs,).

    Examples
    --------
    >>> pairs_of_places(np.array([0, 2, 3]), np.array([0, 1, 1]), np.array([5, 6, 7]), np.array([1]))
    (array([0, 1]), array([1]), array([7]))
    """
    count = np.diff(first_of_place)[places]
    first = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(count, dtype=np.int64)])
    index = np.repeat(first_of_place[places] - first[:-1], count) + np.arange(first[-1])
    return first, home[index], walk_mm[index]
