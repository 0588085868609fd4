"""The layout problem as arrays: who can be served where, what fits where, what it costs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.city import City
from doorstep.costs import Capital
from doorstep.errors import DoorstepError
from doorstep.layout.allowed import allowed_grades, free_sets
from doorstep.layout.asked import floors_of, limits_of
from doorstep.layout.floors import CoverageFloor
from doorstep.layout.limits import HubLimit
from doorstep.layout.stints import stints_of
from doorstep.plan_file import LimitBound
from doorstep.residents import Demand, Supply
from doorstep.standards import ConvertedGrade, Profile, shared_grades
from doorstep.walk import Pairs

__all__ = ["COMPLEX", "DISPERSED", "LayoutProblem", "layout_problem", "with_budget", "without_must"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DISPERSED, COMPLEX = 0, 1
MAX_GRADES = 5
MOST_PAIRS = 2**31 - 1
"""Pairs are numbered with 32 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class LayoutProblem:
    """Everything the engine knows; no names, no geometry.

    A *cell* is a service in a year and a residence, numbered ``(year * n_services + service) * n_homes + home``. What
    the rooms of a service in a space are used for in a year is a *stint*: by that service, or by one that it has given
    way to. A *row* is a space and a stint, ``space * n_stints + stint``, then one row per facility, year by year. A
    *pair* is a row and a home within the walking limit. Without later years, stints are services.

    Parameters
    ----------
    n_homes, n_services, n_spaces, n_facilities, n_years
        Sizes; today is the first year.
    stints
        Shape (n_stints, 3): service whose rooms they are, service that is given there, year; each service today in its
        own rooms first, in order.
    walkers
        Shape (n_cells,): people who may be given a place (D).
    first_pair_of_row
        Shape (n_rows + 1,): slice of the pair arrays.
    cell_of_pair
        Shape (n_pairs,), int32.
    worth, room
        Shape (n_pairs,): weighted users (v) and units taken (q) per person given a place.
    walk_mm, walk_ms
        Shape (n_pairs,), int32.
    first_pair_of_cell, pair_of_cell
        The pairs of each cell, best worth first (ties: smaller row).
    row_of_pair
        Shape (n_pairs,), int32.
    facility_room
        Shape (n_years * n_facilities,): units that may be used (occupancy cap times capacity).
    grade_area_m2
        Shape (n_services, n_grades), 5 grades and the shared or converted ones: floor of a grade; 0 where there is no
        such grade.
    grade_room
        Shape (n_stints, n_grades): units that may be used in a stint at the grade of the service whose rooms they are.
    allowed
        Shape (n_spaces, n_services, n_grades): grade may be put into the space (limits, decision, floor).
    open_money, grade_money
        Shapes (n_spaces,), (n_spaces, n_services, n_grades, 2), whole minor units; last axis dispersed, complex.
    floor_m2
        Shape (n_spaces, 2): most floor of grades, by kind of hub.
    complex_floor_min_m2
        Least floor of grades of a complex.
    small_floor_m2
        Shape (2,): a hub with less floor of grades than this is small, by kind.
    free_sets
        Bit masks of services without a forbidden pair among them (largest sets); one mask with all bits if none is
        forbidden.
    complex_functions
        Services that make a complex.
    priority_services, complex_priority
        Bit mask of the priority services, and how many of them a complex needs.
    must
        Shape (n_spaces,): has to hold a hub.
    budget_money
        ``None`` if there is no limit.
    space_m
        Shape (n_spaces, 2): where the spaces are, metres; only the search asks, who lies near whom.
    limits
        Further limits on hubs.
    floors
        People of communities and groups who are to be given a place, at least.
    shared
        Shape (n_shared, 5), the shared grades (:class:`doorstep.standards.SharedGrade`): service, number, size grade
        that it is like, service that lends, least floor of the grade of that. In a hub each service lends or borrows
        once at most, and what lends has rooms of its own.
    gives_way
        Shape (n_facilities,): the space whose rooms a facility has today; while a hub is there, it has no room. -1 for
        what stays.
    converted
        Shape (n_converted, 3), the grades that give way to another service in a later year: service, number, size grade
        that it is like.
    """

    n_homes: int
    n_services: int
    n_spaces: int
    n_facilities: int
    walkers: Floats
    first_pair_of_row: Ints
    cell_of_pair: npt.NDArray[np.int32]
    worth: Floats
    room: Floats
    walk_mm: npt.NDArray[np.int32]
    walk_ms: npt.NDArray[np.int32]
    first_pair_of_cell: Ints
    pair_of_cell: npt.NDArray[np.int32]
    row_of_pair: npt.NDArray[np.int32]
    facility_room: Floats
    grade_area_m2: Ints
    grade_room: Floats
    allowed: Bools
    open_money: Ints
    grade_money: Ints
    floor_m2: Ints
    complex_floor_min_m2: int
    small_floor_m2: Ints
    free_sets: Ints
    complex_functions: int
    priority_services: int
    complex_priority: int
    must: Bools
    budget_money: int | None
    space_m: Floats
    limits: tuple[HubLimit, ...] = ()
    floors: tuple[CoverageFloor, ...] = ()
    shared: Ints = dataclasses.field(default_factory=lambda: np.zeros((0, 5), dtype=np.int64))
    converted: Ints = dataclasses.field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))
    stints: Ints = dataclasses.field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))
    n_years: int = 1
    gives_way: Ints = dataclasses.field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        if not len(self.gives_way):
            object.__setattr__(self, "gives_way", np.full(self.n_facilities, -1, dtype=np.int64))
        if not len(self.stints):
            own = [(service, service, 0) for service in range(self.n_services)]
            object.__setattr__(self, "stints", np.array(own, dtype=np.int64).reshape(-1, 3))
        # All arrays alike, whoever made them: each loop is compiled once, and none may write into a problem.
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                kept = np.ascontiguousarray(value).view()
                kept.setflags(write=False)
                object.__setattr__(self, field.name, kept)

    @property
    def n_stints(self) -> int:
        return len(self.stints)

    @property
    def n_space_rows(self) -> int:
        return self.n_spaces * self.n_stints

    @property
    def n_rows(self) -> int:
        return self.n_space_rows + self.n_years * self.n_facilities

    @property
    def space_of_facility_row(self) -> Ints:
        """Shape (n_years * n_facilities,): as ``gives_way``, for the rows of facilities."""
        return np.tile(self.gives_way, self.n_years)

    @property
    def n_grades(self) -> int:
        return int(self.grade_area_m2.shape[1])

    @property
    def n_cells(self) -> int:
        return self.n_homes * self.n_services * self.n_years

    def hub_money(self, space: int, grades: npt.NDArray[np.int8]) -> int:
        """Return the capital of a hub (0 for none); ``grades`` has one number per service, 0 for none."""
        chosen = np.flatnonzero(grades)
        if not len(chosen):
            return 0
        kind = COMPLEX if len(chosen) >= self.complex_functions else DISPERSED
        return int(self.open_money[space] + self.grade_money[space, chosen, grades[chosen] - 1, kind].sum())


def layout_problem(
    city: City,
    profile: Profile,
    demand: Demand,
    supply: Supply,
    capital: Capital,
    pairs: Pairs,
    *,
    budget_money: int | None,
    later: Sequence[Demand] = (),
    converted: Sequence[ConvertedGrade] = (),
) -> tuple[LayoutProblem, tuple[LimitBound, ...]]:
    """Put a city, its profile and its walks into arrays.

    Parameters
    ----------
    city, profile, demand, supply, capital
        What the rooms below found.
    pairs
        Walks from residences to places: first all spaces, then all facilities, each within the largest limit that may
        bind there.
    budget_money
        Capital that may be spent, minor units; ``None`` for no limit.
    later, converted
        People in later years, each of which counts as much as today, and the grades that give way to another service
        then; none of either for a plan of today alone.

    Returns
    -------
    LayoutProblem
        See there.
    tuple of LimitBound
        How many grades each switchable limit kept out of spaces that have the floor for them.

    Raises
    ------
    DoorstepError
        If there are more pairs of a home and a place than can be numbered.
    """
    n_homes, n_services = demand.walkers.shape
    n_spaces, n_facilities = len(city.spaces), len(city.facilities)
    shared = shared_grades(profile)
    n_grades = max([MAX_GRADES, *(one.number for one in shared), *(one.number for one in converted)])
    allowed, limits = allowed_grades(city, profile, shared, converted, n_grades)
    years = (demand, *later)
    stints, grade_room = stints_of(profile, shared, converted, n_grades, len(years))
    shares = np.array([profile.common_share_dispersed, profile.common_share_complex])
    area = city.spaces["area_m2"].to_numpy(np.float64)
    floor = np.floor(area[:, None] / (1.0 + shares) + 1e-9).astype(np.int64)

    row_place, row_service, row_year, row_take_up = [], [], [], []
    for space in range(n_spaces):
        for _, service_number, year in stints.tolist():
            row_place.append(space)
            row_service.append(service_number)
            row_year.append(year)
            row_take_up.append(min(1.0, profile.services[service_number].take_up))
    for year in range(len(years)):
        row_place.extend(range(n_spaces, n_spaces + n_facilities))
        row_service.extend(supply.service.tolist())
        row_year.extend([year] * n_facilities)
        row_take_up.extend(supply.take_up.tolist())

    # The measure that binds: mm or ms, walks and limits alike.
    walk_of_pair = pairs.moving_ms + pairs.wait_ms if profile.walk_measure == "minutes" else pairs.walk_mm
    limits_of_walk = [profile.walk_limit(service) for service in profile.services]
    units = np.array([service.units_per_user for service in profile.services])
    usable_row = np.ones(len(row_place), dtype=np.bool_)
    can = allowed[:, stints[:, 0]] & (grade_room > 0.0) if len(years) > 1 else allowed
    usable_row[: n_spaces * len(stints)] = can.any(axis=2).ravel()

    def kept(place: int, service_number: int, year: int) -> Bools:
        span = slice(int(pairs.first_of_place[place]), int(pairs.first_of_place[place + 1]))
        near: Bools = walk_of_pair[span] <= limits_of_walk[service_number]
        near &= years[year].walkers[pairs.home[span], service_number] > 0
        return near

    rows = [at for at in zip(row_place, row_service, row_year, usable_row, strict=True) if at[3]]
    in_reach = np.diff(pairs.first_of_place)
    if sum(int(in_reach[place]) for place, *_ in rows) > MOST_PAIRS:
        count = sum(int(kept(place, number, year).sum()) for place, number, year, _ in rows)
        if count > MOST_PAIRS:
            raise DoorstepError("too-many-pairs", count=f"{count:,}", most=f"{MOST_PAIRS:,}")

    cells, worths, rooms, walks, times, counts = [], [], [], [], [], []
    for place, service_number, year, take_up, usable in zip(
        row_place, row_service, row_year, row_take_up, usable_row, strict=True
    ):
        span = slice(int(pairs.first_of_place[place]), int(pairs.first_of_place[place + 1]))
        walk = walk_of_pair[span]
        home = pairs.home[span].astype(np.int64)
        limit = limits_of_walk[service_number]
        keep = kept(place, service_number, year) if usable else np.zeros(len(walk), np.bool_)
        home, walk = home[keep], walk[keep]
        fall = walking_fall(walk, limit, profile)
        cells.append(((year * n_services + service_number) * n_homes + home).astype(np.int32))
        worths.append(years[year].weight[home, service_number] * take_up * fall / len(years))
        rooms.append(units[service_number] * take_up * fall)
        walks.append(pairs.walk_mm[span][keep].astype(np.int32))
        times.append((pairs.moving_ms[span][keep] + pairs.wait_ms[span][keep]).astype(np.int32))
        counts.append(len(walk))

    cell_of_pair = np.concatenate([*cells, np.zeros(0, np.int32)])
    worth = np.concatenate([*worths, np.zeros(0)])
    row_of_pair = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    order = np.lexsort((row_of_pair, -worth, cell_of_pair)).astype(np.int32)
    n_cells = n_homes * n_services * len(years)
    first_of_cell = np.zeros(n_cells + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell_of_pair, minlength=n_cells), out=first_of_cell[1:])

    grade_area = np.zeros((n_services, n_grades), dtype=np.int64)
    for service_number, service in enumerate(profile.services):
        for grade in service.grades:
            grade_area[service_number, grade.number - 1] = grade.area_m2
    for one in shared:
        grade_area[one.service, one.number - 1] = grade_area[one.service, one.grade - 1] - one.saved_m2
    for way in converted:
        grade_area[way.service, way.number - 1] = grade_area[way.service, way.grade - 1]

    small = profile.small_hub_m2 if "forbidden_pairs" in profile.limits_on else 0
    complex_min = profile.complex_min_area_m2 if "complex_area" in profile.limits_on else 0
    points = np.column_stack([city.spaces.geometry.x, city.spaces.geometry.y]) if n_spaces else np.zeros((0, 2))
    problem = LayoutProblem(
        n_homes=n_homes,
        n_services=n_services,
        n_spaces=n_spaces,
        n_facilities=n_facilities,
        walkers=np.concatenate([np.ascontiguousarray(one.walkers.T).ravel() for one in years]),
        first_pair_of_row=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        cell_of_pair=cell_of_pair,
        worth=worth,
        room=np.concatenate([*rooms, np.zeros(0)]),
        walk_mm=np.concatenate([*walks, np.zeros(0, np.int32)]),
        walk_ms=np.concatenate([*times, np.zeros(0, np.int32)]),
        first_pair_of_cell=first_of_cell,
        pair_of_cell=order,
        row_of_pair=row_of_pair,
        facility_room=np.tile(profile.occupancy_cap * supply.capacity, len(years)),
        grade_area_m2=grade_area,
        grade_room=grade_room,
        allowed=allowed,
        open_money=capital.open_money,
        grade_money=capital.grade_money,
        floor_m2=floor,
        complex_floor_min_m2=math.ceil(complex_min / (1.0 + shares[COMPLEX]) - 1e-9),
        small_floor_m2=np.array([math.ceil(small / (1.0 + share) - 1e-9) for share in shares], dtype=np.int64),
        free_sets=free_sets(profile),
        complex_functions=profile.complex_min_functions,
        priority_services=sum(1 << number for number, service in enumerate(profile.services) if service.priority),
        complex_priority=0,  # a preference of the Plan: reported, not asked
        must=(city.spaces["decision"] == "must").to_numpy(np.bool_) & allowed.any(axis=(1, 2)),
        budget_money=budget_money,
        space_m=points,
        limits=limits_of(city, profile, capital, converted),
        floors=floors_of(city, profile, demand),
        shared=np.array(
            [(one.service, one.number, one.grade, one.lender, one.lender_area_m2) for one in shared], dtype=np.int64
        ).reshape(-1, 5),
        converted=np.array([(one.service, one.number, one.grade) for one in converted], dtype=np.int64).reshape(-1, 3),
        stints=stints,
        n_years=len(years),
        gives_way=_gives_way(city),
    )
    return problem, limits


def _gives_way(city: City) -> Ints:
    """Return the space that replaces each facility, -1 for none."""
    space_of = {one: space for space, ids in enumerate(city.spaces["replaces"]) for one in ids}
    return np.array([space_of.get(one, -1) for one in city.facilities["id"]], dtype=np.int64)


def with_budget(problem: LayoutProblem, budget_money: int | None) -> LayoutProblem:
    """Return the same problem with another budget."""
    return dataclasses.replace(problem, budget_money=budget_money)


def without_must(problem: LayoutProblem, spaces: Sequence[int]) -> LayoutProblem:
    """Return the same problem with the requirement of some spaces taken away."""
    must = problem.must.copy()
    must[list(spaces)] = False
    return dataclasses.replace(problem, must=must)


def walking_fall(walk: npt.NDArray[np.int32], limit: int, profile: Profile) -> Floats:
    """Return g: 1 on short walks, falling on a line to ``decay_end_value`` at the limit.

    Parameters
    ----------
    walk
        Walks in the measure that binds, mm or ms, none beyond the limit.
    limit
        Limit of the service in the same measure.
    profile
        Gives the flat share and the end value.
    """
    flat = profile.decay_flat_share * limit
    beyond = np.maximum(walk - flat, 0.0) / (limit - flat)
    result: Floats = 1.0 - (1.0 - profile.decay_end_value) * beyond
    return result
