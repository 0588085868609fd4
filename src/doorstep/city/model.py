"""The data model of a city: frozen tables in one metric coordinate system.

Every table is sorted by ``id`` (as text), ids are unique text, so that the order of rows in a file
never changes a result. Lengths are metres, areas square metres, people are persons (may be
fractional when they are estimated).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "AGE_BANDS",
    "CHANNELS",
    "EVERY_SERVICE",
    "PEOPLE_COLUMNS",
    "SERVICES",
    "AddedWay",
    "Asked",
    "Cap",
    "City",
    "Floor",
    "Fund",
    "Override",
    "Phase",
    "Scope",
    "Source",
    "Streets",
]

SERVICES = (
    "elderly_care",
    "infant_care",
    "after_school",
    "meals",
    "domestic",
    "health",
    "sport",
    "culture",
    "play",
)
EVERY_SERVICE = "all"
"""In place of the id of a service: all services together."""
AGE_BANDS = ("0-2", "3-5", "6-14", "15-34", "35-59", "60-69", "70-79", "80+")
PEOPLE_COLUMNS = (
    "p_0_2",
    "p_3_5",
    "p_6_14",
    "p_15_34",
    "p_35_59",
    "p_60_69",
    "p_70_79",
    "p_80p",
)
CHANNELS = ("supplement", "convert", "transfer", "newbuild", "rent")


@dataclass(frozen=True, slots=True)
class Source:
    """Where data came from; ``attribution`` is printed on every map and export."""

    what: str
    origin: str
    year: str
    licence: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Override:
    """A figure or a rule that the city set itself.

    ``key`` is as in ``--set``, for example ``walk_limit_m.meals`` or ``raise.cn2023-fn-12``. A rule is raised to a
    hard one only if ``document`` and ``date`` are given.
    """

    key: str
    value: str
    document: str
    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which hubs something speaks of: channels and ids; ``None`` means all. ``services``: which parts of them."""

    channels: frozenset[str] | None = None
    communities: frozenset[str] | None = None
    spaces: frozenset[str] | None = None
    services: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Fund:
    """Money of one source, major units, and the hubs that it may pay for.

    With ``services`` it pays for these only, and not for what opening a hub costs.
    """

    name: str
    amount: Decimal
    scope: Scope


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on what hubs take together: ``what`` is hubs (their number) or running (a year's cost, major units)."""

    name: str
    what: str
    most: Decimal
    scope: Scope


@dataclass(frozen=True, slots=True)
class Floor:
    """A share of the people in need of a service, or of :data:`EVERY_SERVICE`, who are to be given a place.

    ``communities`` and ``ages`` (of :data:`AGE_BANDS`) say whose; ``None`` means all.
    """

    name: str
    service: str
    least: float
    communities: frozenset[str] | None
    ages: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Phase:
    """Money of one step of a plan, major units; spaces that open after ``until`` ("": no matter) are not in it."""

    name: str
    budget: Decimal
    until: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the city asks of a plan beside the standard; ``of_plan`` are floors that only the plan at hand asks for."""

    funds: tuple[Fund, ...] = ()
    caps: tuple[Cap, ...] = ()
    floors: tuple[Floor, ...] = ()
    phases: tuple[Phase, ...] = ()
    of_plan: tuple[Floor, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedWay:
    """A line, or a vertex of a line, that stands in ``Streets`` and was not drawn.

    Parameters
    ----------
    way
        Position of the way in ``Streets``.
    kind
        ``outline`` (ring of a square that is drawn as a relation), ``ring`` (of a square with holes in a
        line layer: drawn, and marked as such), ``square`` (line across a square), ``join`` (line
        over a small gap between two parts of the network), ``cut`` (vertex where two lines cross or touch).
    from_ways
        Ids of the drawn ways that it follows from.
    evidence
        What it rests on: ``relation`` and ``ring`` of an outline, ``area`` and ``ring`` of a ring, ``gap_mm`` of a
        join, ``x_m`` and ``y_m`` of a cut.
    """

    way: int
    kind: str
    from_ways: tuple[int, ...]
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """Ways as drawn, and the few lines added to them, before anybody decides who may walk on them.

    Parameters
    ----------
    node_id
        Shape (n_nodes,), int64, ascending: OSM ids, or running numbers of a line layer.
    node_x_m, node_y_m
        Shape (n_nodes,): metres in the city's metric system.
    node_tags
        Node position -> tags, only for nodes that carry one of the kept tags (``NODE_KEYS`` of
        ``doorstep.city.streets``: barriers, access, crossings, kerbs, lifts, entrances, opening hours, height ...).
    way_id
        Shape (n_ways,), int64, ascending.
    first_node_of_way
        Shape (n_ways + 1,): slice of ``way_nodes``.
    way_nodes
        Node positions (not ids), way after way.
    way_tags
        One dict of tags a way (all tags of the file; values as they stand).
    node_ele_m
        Shape (n_nodes,): height above sea level in metres, NaN unknown. All unknown if it is not given.
    added
        What was not drawn, by position of the way. Ids of ways and nodes that were not drawn start at 10¹².
    """

    node_id: npt.NDArray[np.int64]
    node_x_m: npt.NDArray[np.float64]
    node_y_m: npt.NDArray[np.float64]
    node_tags: Mapping[int, Mapping[str, str]]
    way_id: npt.NDArray[np.int64]
    first_node_of_way: npt.NDArray[np.int64]
    way_nodes: npt.NDArray[np.int64]
    way_tags: tuple[Mapping[str, str], ...]
    node_ele_m: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    added: tuple[AddedWay, ...] = ()

    def __post_init__(self) -> None:
        """Fill the heights with unknown where none are given."""
        if len(self.node_ele_m) != len(self.node_id):
            if len(self.node_ele_m):
                raise ValueError(f"{len(self.node_ele_m)} heights for {len(self.node_id)} nodes")
            object.__setattr__(self, "node_ele_m", np.full(len(self.node_id), np.nan))


def _no_entrances() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"of": pd.Series(dtype=object)}, geometry=gpd.GeoSeries([]))


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """A city folder, read and checked.

    Parameters
    ----------
    folder
        Where it was read from.
    name, language, currency, profile
        From ``city.toml``; language ``en`` or ``zh``, ISO currency, profile name.
    crs
        Metric coordinate system of all geometry, as text pyproj understands (``EPSG:4549``).
    made_up
        True if the folder says that the city is invented: said on every page and map.
    sources, assumptions, overrides
        From ``city.toml``.
    communities
        ``id, name, type, cut`` (bool: outline cut by the data's edge, never called short), ``households`` (float,
        NaN unknown), ``geometry`` (polygons).
    residences
        ``id, name, community`` (id, "" outside all), ``p_0_2 ... p_80p`` (float persons), ``dwellings`` (NaN unknown),
        ``people_basis`` (measured, estimated, assumed), ``geometry`` (points).
    facilities
        ``id, service, place, community, capacity`` (NaN unknown), ``capacity_low, capacity_high, capacity_unit``
        (day_place, place, meal_day, visit_day, visit_week, persons_at_once, "" if capacity is unknown),
        ``capacity_basis``
        (measured, assumed, unknown), ``kind`` (an OSM tag such as ``amenity=library``, may be ""), ``area_m2``,
        ``storey`` (NaN unknown), ``open_days_week`` (float, 7 if unknown), ``opening_hours``, ``price``, ``price_unit``
        (day, month, meal, visit, session, ""), ``access``, ``geometry``.
    spaces
        ``id, place, kind, community, area_m2`` (usable), ``area_basis`` (measured, estimated), ``storey`` (NaN
        unknown),
        ``lift`` (yes, no, unknown), ``light`` (good, fair, poor, unknown), ``clear_height_m``, ``outdoor_m2`` (NaN
        unknown),
        ``owner, title, present_use, channel``, ``capital_cost_per_m2`` and ``rent_per_m2_year`` (major units of the
        currency, NaN: the profile's), ``available_from`` (``datetime64[ns]``, NaT unknown), ``decision`` (may, must,
        never),
        ``limits`` (frozenset of codes: ``no_open_kitchen, no_elderly_or_children, owners_meeting, regularise``,
        ``bar:<service>``), ``replaces`` (frozenset of ids of facilities: these are its rooms today and close if a hub
        opens), ``closing_cost`` (major units, once, if it does), ``address, structure, photos`` (text, "" unknown),
        ``built`` (year, NaN unknown),
        ``geometry``.
    streets
        Ways as drawn.
    completeness
        ``table, column, measured, estimated, assumed, unknown`` (counts of rows).
    inputs
        File name -> SHA-256 of each file read.
    warnings
        Problems that do not stop a plan.
    entrances
        ``of`` (id of a residence, facility or space), ``geometry`` (points), sorted by ``of``, x, y; may be empty.
        Whoever has some joins the network at each of them, not at the own point; the best walk counts.
    rows
        Table -> file, and the row of each id there as the user's program counts it.
    asked
        What the city asks of a plan, from ``city.toml``.

    Notes
    -----
    Absent optional columns are there with their "unknown" value: readers of this object never ask whether a
    column exists.
    """

    folder: Path
    name: str
    language: str
    currency: str
    profile: str
    crs: str
    made_up: bool
    sources: tuple[Source, ...]
    assumptions: tuple[str, ...]
    overrides: tuple[Override, ...]
    communities: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    spaces: gpd.GeoDataFrame
    streets: Streets
    completeness: pd.DataFrame
    inputs: Mapping[str, str]
    warnings: tuple[Any, ...] = ()
    entrances: gpd.GeoDataFrame = field(default_factory=_no_entrances)
    rows: Mapping[str, tuple[str, Mapping[str, int]]] = field(default_factory=dict)
    asked: Asked = Asked()
