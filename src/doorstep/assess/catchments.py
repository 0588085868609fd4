"""What is left for each person when all who could come share it: floating catchment areas.

Pairs and their weights are those of :mod:`doorstep.assess.reach`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.assess._pairs import at_least_zero, place_of_pair, summed
from doorstep.assess.reach import gaussian

__all__ = ["balanced_catchment", "e2sfca", "floating_catchment"]

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def floating_catchment(
    first_of_place: Ints, home: SmallInts, weight: Floats, *, people: Floats, capacity: Floats
) -> Floats:
    """Two-step floating catchment area: capacity per person in need, shared with all who could come too.

    Answers: *who has too little to share?* even where something is near. Step 1: ``R_j = S_j / Σ_k P_k·W_kj`` over
    homes k in the catchment of place j. Step 2: ``A_i = Σ_j R_j·W_ij`` over the places j of home i. With weights of
    :func:`within` it is 2SFCA [1]_, with weights that fall with the walk E2SFCA [2]_.

    Parameters
    ----------
    first_of_place, home
        Pairs of one service's places, shapes (n_places + 1,), (n_pairs,).
    weight
        Shape (n_pairs,), at least 0 (W).
    people
        Shape (n_homes,), at least 0: persons in need who can walk (P).
    capacity
        Shape (n_places,), at least 0: in the unit of the service (S).

    Returns
    -------
    Floats
        Shape (n_homes,): units of capacity per person in need; 0 where no place has weight. A home with nobody in need
        gets what one more person there would find.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, or an amount is negative or not a number.

    Notes
    -----
    ``Σ_i P_i·A_i`` is the capacity of all places that anybody in need can reach. A person near two places is counted in
    full at both in step 1: :func:`balanced_catchment` splits him.

    References
    ----------
    .. [1] W. Luo, F. Wang (2003), Measures of spatial accessibility to health care in a GIS environment: synthesis and
       a case study in the Chicago region, *Environment and Planning B* 30, 865-884 (its two steps).
    .. [2] W. Luo, Y. Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
       accessibility to primary care physicians, *Health & Place* 15, 1100-1107 (its two steps).

    Examples
    --------
    Two places of 10; the first has 5 people, the second shares 5 of its own with them.

    >>> first, home = np.array([0, 1, 3]), np.array([0, 0, 1])
    >>> floating_catchment(first, home, np.ones(3), people=np.array([5.0, 5.0]), capacity=np.array([10.0, 10.0]))
    array([3., 1.])
    """
    place = place_of_pair(first_of_place, home, weight, n_homes=len(people), n_places=len(capacity))
    at_least_zero(weight=weight, people=people, capacity=capacity)
    crowd = summed(place, people[home] * weight, len(capacity))
    per_person = _shared(capacity, crowd)
    return summed(home, per_person[place] * weight, len(people))


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
    """Enhanced two-step floating catchment area [1]_ with Gaussian weights [2]_: the index of the assessment.

    Parameters
    ----------
    first_of_place, home, walk_mm
        Pairs of one service's places.
    people, capacity
        As in :func:`floating_catchment`, which is called with the weights :func:`gaussian`.
    limit_mm, end_value
        Limit, inclusive, and the weight there.

    Returns
    -------
    Floats
        Shape (n_homes,): units of capacity per person in need; 0 where no place is within the limit.

    References
    ----------
    .. [1] W. Luo, Y. Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
       accessibility to primary care physicians, *Health & Place* 15, 1100-1107 (its two steps, its weights by zones).
    .. [2] D. Dai (2010), Black residential segregation, disparities in spatial access to health care facilities, and
       late-stage breast cancer diagnosis in metropolitan Detroit, *Health & Place* 16, 1038-1052 (Gaussian weights).

    Examples
    --------
    One place with 10 units, next door to 5 people and just at the limit of 500 others, who count a hundredth each.

    >>> pairs = np.array([0, 2]), np.array([0, 1], dtype=np.int32), np.array([0, 800], dtype=np.int32)
    >>> people, capacity = np.array([5.0, 500.0]), np.array([10.0])
    >>> e2sfca(*pairs, people=people, capacity=capacity, limit_mm=800, end_value=0.01).round(4)
    array([1.  , 0.01])
    """
    weight = gaussian(walk_mm, limit_mm, end_value)
    return floating_catchment(first_of_place, home, weight, people=people, capacity=capacity)


def balanced_catchment(
    first_of_place: Ints, home: SmallInts, weight: Floats, *, people: Floats, capacity: Floats
) -> Floats:
    """Balanced floating catchment area: everybody is split over the places near, every place over the homes near.

    Answers: *how much room per person has each neighbourhood, if nobody queues twice?* Where catchments overlap,
    :func:`floating_catchment` counts a person in full at every place (crowds look larger than they are) and hands on
    the level of service of a place in full to every home. Here both are shares [1]_: ``W^i_ij = W_ij / Σ_j W_ij``,
    ``W^j_ij = W_ij / Σ_i W_ij``; ``L_j = S_j / Σ_i P_i·W^i_ij``; ``A_i = Σ_j L_j·W^j_ij``.

    Parameters
    ----------
    first_of_place, home, weight, people, capacity
        As in :func:`floating_catchment`. A home with nobody takes no part: it would take a share of every place near.

    Returns
    -------
    Floats
        Shape (n_homes,): the part of the level of service (units per person) that falls to the home; 0 where no place
        has weight or nobody lives. Homes are the units that share: cutting a home in two halves its figure, so compare
        only homes of like size, and add (never average) the homes of a community.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, or an amount is negative or not a number.

    Notes
    -----
    Balanced means: the crowds ``Σ_i P_i·W^i_ij`` of all places sum to the people who have one near, and ``Σ_i A_i`` to
    the levels of service ``L_j`` of the places that anybody has near.

    References
    ----------
    .. [1] A. Paez, C. D. Higgins, S. F. Vivona (2019), Demand and level of service inflation in Floating Catchment Area
       (FCA) methods, *PLoS ONE* 14(6): e0218773 (standardisation of the impedance matrix).

    Examples
    --------
    >>> first, home = np.array([0, 1, 3]), np.array([0, 0, 1])
    >>> balanced_catchment(first, home, np.ones(3), people=np.array([5.0, 5.0]), capacity=np.array([10.0, 10.0]))
    array([4.66666667, 0.66666667])
    """
    place = place_of_pair(first_of_place, home, weight, n_homes=len(people), n_places=len(capacity))
    at_least_zero(weight=weight, people=people, capacity=capacity)
    weight = np.where(people[home] > 0, weight, 0.0)
    of_home = summed(home, weight, len(people))
    of_place = summed(place, weight, len(capacity))
    crowd = summed(place, people[home] * _shared(weight, of_home[home]), len(capacity))
    level = _shared(capacity, crowd)
    return summed(home, level[place] * _shared(weight, of_place[place]), len(people)).astype(np.float64)


def _shared(amount: Floats, among: Floats) -> Floats:
    """Return the amount for each of those that share it; 0 where there is nobody."""
    shared: Floats = np.divide(amount, among, out=np.zeros(len(amount)), where=among > 0)
    return shared
