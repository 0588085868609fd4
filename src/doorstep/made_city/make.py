"""A made city, written: the city folder, the offices' files, what is wrong in them, the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from doorstep.errors import DoorstepError
from doorstep.made_city.city import MadeCity, imagine
from doorstep.made_city.faults import Faults
from doorstep.made_city.office_books import write_civil_affairs, write_housing
from doorstep.made_city.office_layers import write_parcels, write_two_compounds
from doorstep.made_city.office_points import write_health, write_map_export, write_sport
from doorstep.made_city.second_list import write_second_list
from doorstep.made_city.tables import write_city_folder
from doorstep.whole import whole_folder

__all__ = ["PEOPLE", "make_city"]

PEOPLE = (2_000, 10_000_000)
"""Fewest and most people of a made city."""


def make_city(out: Path, people: int, *, seed: int = 1, faults: bool = False) -> MadeCity:
    """Write a made city of so many people into a folder.

    Parameters
    ----------
    out
        A new folder, an empty one, or one that this function wrote (it holds ``faults.json``).
    people
        Persons, from 2,000 to 10 million; exactly so many live there.
    seed
        The same people and seed give the same files, byte by byte.
    faults
        Whether errors are planted in the offices' files; ``faults.json`` lists each with file, row and column.

    Returns
    -------
    MadeCity
        The truth behind the files.

    Raises
    ------
    DoorstepError
        ``made-city-people``, ``output-not-ours``, ``output-failed``.
    """
    if not PEOPLE[0] <= people <= PEOPLE[1]:
        raise DoorstepError("made-city-people", value=f"{people:,}", least=f"{PEOPLE[0]:,}", most=f"{PEOPLE[1]:,}")
    with whole_folder(out, ours="faults.json") as part:
        city = imagine(people, seed)
        write_city_folder(city, part, faults=faults)
        offices, truth = part / "offices", part / "truth"
        offices.mkdir()
        truth.mkdir()
        lots = [np.random.default_rng([seed, 2, stage]) for stage in range(4)]
        found = Faults(faults, lots[0])
        write_civil_affairs(city, offices, found)
        write_housing(city, offices, found)
        write_parcels(city, offices, found)
        write_map_export(city, offices, truth, found, lots[1])
        write_health(city, offices, truth, found)
        write_two_compounds(city, offices, found)
        write_second_list(city, offices, truth, found, lots[2])
        write_sport(city, offices, truth, found, lots[3])
        found.write(city, part / "faults.json")
    return city
