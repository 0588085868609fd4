"""Whom a change helps: walks to the nearest place before and after, community by community."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from doorstep.assess._pairs import at_least_zero, summed
from doorstep.assess.reach import capacity_ratio
from doorstep.walk.keys import whole_numbers

__all__ = ["HELPED_COLUMNS", "people_helped"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WHOLE_CITY, OUTSIDE = "*", ""
_FAR = np.iinfo(np.int64).max  # a walk that was not found is longer than any other

HELPED_COLUMNS = (
    "community",
    "service",
    "people",
    "within_before",
    "within_after",
    "newly_within",
    "shorter",
    "same",
    "longer",
    "no_longer_within",
    "helped",
    "helped_unmeasured",
    "person_m_saved",
    "mean_m_saved",
    "largest_m_saved",
    "lost",
    "lost_unmeasured",
    "person_m_added",
    "mean_m_added",
    "largest_m_added",
)


def people_helped(
    nearest_before_mm: Ints,
    nearest_after_mm: Ints,
    people: Floats,
    limit_mm: Ints,
    community: Sequence[str],
) -> pd.DataFrame:
    """Count whom a change helps and who loses by it: a facility added or moved, a gate opened or shut.

    Of each home and service everybody is in exactly one of ``newly_within, shorter, same, longer, no_longer_within``:
    nobody is counted twice. Only walks to the nearest place are looked at, not the room in it.

    Parameters
    ----------
    nearest_before_mm, nearest_after_mm
        Shape (n_homes, n_services), mm: :func:`doorstep.assess.nearest_mm`, both looked for equally far and at least
        to the limit; -1 where none was found.
    people
        Shape (n_homes, n_services), at least 0: persons in need who can walk.
    limit_mm
        Shape (n_services,), inclusive.
    community
        Length n_homes: id of the community of each home, ``""`` outside all.

    Returns
    -------
    DataFrame
        Rows: the whole city (community ``*``), communities by id, then ``""`` if homes lie outside all; services in
        order within each. Rows of different services are not to be added: one person may be in need of several.
        Columns:

        ``community, service``
            Id; number of the service (column of the arrays).
        ``people``
            Persons; ``newly_within + shorter + same + longer + no_longer_within``.
        ``within_before, within_after``
            Persons whose nearest place is within the limit.
        ``newly_within, no_longer_within``
            Persons who cross the limit.
        ``shorter, longer``
            Persons whose walk to the nearest place changes and who do not cross the limit. A walk that was not found is
            longer than any that was.
        ``same``
            Persons for whom nothing changes.
        ``helped, lost``
            ``newly_within + shorter``; ``longer + no_longer_within``.
        ``helped_unmeasured, lost_unmeasured``
            Of these, persons for whom no place was found before (after): by how much is not known, and the three
            figures below leave them out.
        ``person_m_saved, mean_m_saved, largest_m_saved``
            Metres of one walk: summed over the helped persons, per person, and of the home where it is most. The last
            two NaN if nobody is helped by a known length.
        ``person_m_added, mean_m_added, largest_m_added``
            The same of those who lost.

    Raises
    ------
    ValueError
        If the shapes do not fit, an amount of people is negative or not a number, or a walk is below -1.

    Examples
    --------
    A new room brings the first home within 500 m and shortens the walk of the second.

    >>> before, after = np.array([[900_000], [400_000], [-1]]), np.array([[300_000], [350_000], [-1]])
    >>> found = people_helped(before, after, np.array([[10.0], [20.0], [5.0]]), np.array([500_000]), ["A", "A", "B"])
    >>> found[["community", "newly_within", "shorter", "same", "person_m_saved", "mean_m_saved"]].round(1)
      community  newly_within  shorter  same  person_m_saved  mean_m_saved
    0         *          10.0     20.0   5.0          7000.0         233.3
    1         A          10.0     20.0   0.0          7000.0         233.3
    2         B           0.0      0.0   5.0             0.0           NaN
    """
    nearest_before_mm = whole_numbers(nearest_before_mm, "walks before")
    nearest_after_mm = whole_numbers(nearest_after_mm, "walks after")
    of_home = np.asarray(community, dtype=object)
    shape = people.shape
    if len(shape) != 2 or nearest_before_mm.shape != shape or nearest_after_mm.shape != shape:
        raise ValueError(
            f"walks of shapes {nearest_before_mm.shape} and {nearest_after_mm.shape} for people of shape {shape}"
        )
    if of_home.shape != shape[:1] or np.shape(limit_mm) != shape[1:]:
        raise ValueError(f"{of_home.shape} communities and {np.shape(limit_mm)} limits for people of shape {shape}")
    at_least_zero(people=people)
    if min(nearest_before_mm.min(initial=0), nearest_after_mm.min(initial=0)) < -1:
        raise ValueError("a walk is below -1")
    if WHOLE_CITY in of_home:
        raise ValueError(f"a community must not be called {WHOLE_CITY}: that is the whole city")

    before, after = (np.where(walk < 0, _FAR, walk) for walk in (nearest_before_mm, nearest_after_mm))
    was_within, is_within = before <= limit_mm, after <= limit_mm
    helped, lost = after < before, after > before
    counted = {
        "people": np.ones(shape, dtype=np.bool_),
        "within_before": was_within,
        "within_after": is_within,
        "newly_within": ~was_within & is_within,
        "shorter": helped & (was_within == is_within),
        "same": before == after,
        "longer": lost & (was_within == is_within),
        "no_longer_within": was_within & ~is_within,
        "helped": helped,
        "helped_unmeasured": helped & (before == _FAR),
        "lost": lost,
        "lost_unmeasured": lost & (after == _FAR),
    }
    persons = {name: np.where(who, people, 0.0) for name, who in counted.items()}
    known = (before < _FAR) & (after < _FAR) & (people > 0)
    saved_m = np.where(known & helped, (before - after) / 1000, 0.0)
    added_m = np.where(known & lost, (after - before) / 1000, 0.0)

    known_areas = sorted(set(of_home) - {OUTSIDE}) + [OUTSIDE] * (OUTSIDE in of_home)
    number_of = {area: number for number, area in enumerate(known_areas)}
    number = np.array([number_of[area] for area in of_home], dtype=np.int64)
    areas = [WHOLE_CITY, *known_areas]
    tables = []
    for service in range(shape[1]):
        sums = {name: _by_area(number, one[:, service], len(known_areas)) for name, one in persons.items()}
        saved = _metres("saved", number, people[:, service], saved_m[:, service], len(known_areas))
        added = _metres("added", number, people[:, service], added_m[:, service], len(known_areas))
        tables.append(pd.DataFrame({"community": areas, "service": service} | sums | saved | added))
    if not tables:
        return pd.DataFrame(columns=list(HELPED_COLUMNS))
    return (
        pd.concat(tables).sort_index(kind="stable")[list(HELPED_COLUMNS)].reset_index(drop=True)
    )  # by area, then service


def _by_area(number: Ints, amount: Floats, n_areas: int) -> Floats:
    """Sum over the whole city, then over each area."""
    return np.concatenate([[amount.sum()], summed(number, amount, n_areas)])


def _metres(what: str, number: Ints, people: Floats, metres: Floats, n_areas: int) -> dict[str, Floats]:
    """Return the metres of homes whose change is known and not 0: summed over persons, their mean, the largest."""
    person_m = _by_area(number, people * metres, n_areas)
    persons = _by_area(number, np.where(metres > 0, people, 0.0), n_areas)
    largest_m = np.zeros(n_areas)
    np.maximum.at(largest_m, number, metres)
    largest_m = np.concatenate([[metres.max(initial=0.0)], largest_m])
    return {
        f"person_m_{what}": person_m,
        f"mean_m_{what}": capacity_ratio(person_m, persons),
        f"largest_m_{what}": np.where(persons > 0, largest_m, np.nan),
    }
