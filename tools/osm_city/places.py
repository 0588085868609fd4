"""The two places that are built from OpenStreetMap, and what is particular to each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Settings of one place.

    Parameters
    ----------
    name, about, crs
        Name of the city; what the folder is; metric coordinate system.
    extract_date, extract_origin
        Day of the extract and where it was published.
    outside
        Ids of community relations of a neighbouring city.
    dense
        Every ``building=yes`` without another use is a block of flats.
    flat_levels
        Storeys of a block without the tag.
    floor_per_person_m2
        People from floor area; 0: people from the census and the share of dwellings drawn.
    sampled_spaces
        How many ordinary ground floors are taken as test candidates.
    """

    name: str
    about: str
    crs: str
    extract_date: str
    extract_origin: str
    outside: frozenset[str]
    dense: bool
    flat_levels: float
    floor_per_person_m2: float
    sampled_spaces: int


PLACES = {
    "newport": Place(
        name="Newport",
        about="A real city in Wales; its centre and inner suburbs, as far as the extract reaches.",
        crs="EPSG:32630",
        extract_date="2023-06-13",
        extract_origin="extract published at https://github.com/datasciencecampus/transport-network-performance",
        outside=frozenset({"7582322"}),  # Trowbridge, a community of Cardiff
        dense=False,
        flat_levels=3.0,
        floor_per_person_m2=0.0,
        sampled_spaces=0,
    ),
    "monaco": Place(
        name="Monaco",
        about="A real and dense town, for tests that take seconds; its people and money are test figures.",
        crs="EPSG:32632",
        extract_date="2023-12",
        extract_origin="extract published at https://github.com/kraina-ai/quackosm",
        outside=frozenset(),
        dense=True,
        flat_levels=4.0,
        floor_per_person_m2=42.0,
        sampled_spaces=25,
    ),
}
