"""Whether the arrays of an index fit each other, before anything is summed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["at_least_zero", "place_of_pair", "summed"]

Numbers = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def place_of_pair(
    first_of_place: Ints, home: npt.NDArray[np.int32], of_pair: Numbers, *, n_homes: int, n_places: int | None = None
) -> Ints:
    """Return the place of each pair.

    Parameters
    ----------
    first_of_place, home
        Pairs, shapes (n_places + 1,), (n_pairs,).
    of_pair
        What belongs to each pair: shape (n_pairs,).
    n_homes, n_places
        How many there must be; ``None``: as many places as there are.

    Returns
    -------
    Ints
        Shape (n_pairs,).

    Raises
    ------
    ValueError
        If the arrays do not fit each other.

    Examples
    --------
    >>> place_of_pair(np.array([0, 2, 2, 3]), np.array([0, 1, 1]), np.zeros(3), n_homes=2)
    array([0, 0, 2])
    """
    n_pairs = len(home)
    if not len(first_of_place) or first_of_place[0] != 0 or first_of_place[-1] != n_pairs:
        raise ValueError(f"first_of_place must go from 0 to the number of pairs, {n_pairs}")
    if (np.diff(first_of_place) < 0).any():
        raise ValueError("first_of_place must not fall")
    if of_pair.shape != (n_pairs,):
        raise ValueError(f"walks or weights of shape {of_pair.shape} for {n_pairs} pairs")
    if n_places not in (None, len(first_of_place) - 1):
        raise ValueError(f"capacities of {n_places} places, pairs of {len(first_of_place) - 1}")
    if n_pairs and not 0 <= home.min() <= home.max() < n_homes:
        raise ValueError(f"a pair names a home that is not among the {n_homes}")
    return np.repeat(np.arange(len(first_of_place) - 1), np.diff(first_of_place))


def at_least_zero(**amounts: Numbers) -> None:
    """Refuse amounts that are negative, endless or not numbers: a sum would hide them.

    Raises
    ------
    ValueError
        Naming the amount.

    Examples
    --------
    >>> at_least_zero(people=np.array([1.0, np.nan]))
    Traceback (most recent call last):
    ValueError: people must be numbers of at least 0
    """
    for name, values in amounts.items():
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"{name} must be numbers of at least 0")


def summed(group: Numbers, amount: Numbers, n_groups: int) -> Floats:
    """Sum amounts by group, in the order in which they stand.

    Parameters
    ----------
    group, amount
        Shape (n,) each; groups are numbered from 0.
    n_groups
        Shape of the result.

    Examples
    --------
    >>> summed(np.array([0, 2, 0]), np.array([1.0, 5.0, 2.0]), 4)
    array([3., 0., 5., 0.])
    """
    return np.bincount(group, weights=amount, minlength=n_groups).astype(np.float64)
