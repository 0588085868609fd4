"""Questions about walks in a whole city: who reaches a service, and whom a gate helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from doorstep.assess import people_helped
from doorstep.city import AGE_BANDS, PEOPLE_COLUMNS, City, Streets, standing_points
from doorstep.errors import Problem
from doorstep.residents import demand, supply
from doorstep.standards import Profile
from doorstep.walk import Connections, Network, Walker, build_network, connect_tables
from doorstep.walk.gates import NewGate, in_sight, with_gate
from doorstep.walk.hours import open_places
from doorstep.walk.joining import FAR_MM, parts_joined, walls_joined_through
from doorstep.walk.quality import unread, with_hours
from doorstep.walk.toward import Measure, Nearest, connected, nearest_place
from doorstep.walk.walker import planner

__all__ = ["GateChange", "Reach", "gate_change", "homes_through", "joined", "joining_notes", "new_gate", "who_reaches"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SAME = 1000  # a walk that changes by less is the same walk
_LOOK_FURTHER = 2  # as a diagnosis does: how far the nearest place is, is known up to twice the limit


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Who walks to the nearest facility of a service within a limit.

    Parameters
    ----------
    network, places
        That was walked on, and the facilities joined to it, in the order of ``city.facilities``.
    counted
        Positions of the facilities that count: of the service, with room or with room that nobody knows, and not shut
        at the time asked for.
    shut, unknown_hours, without_room, not_joined
        How many facilities of the service are shut then (they do not count), have hours that nobody knows (they count),
        offer no room (they do not count), count but are not joined to the network (nobody reaches them).
    homes_not_joined
        Positions of the residences that are not joined to the network: their people reach nothing.
    unread_hours
        How many gates, lifts and ways have hours that cannot be read, so that they count as open at the time asked for.
    nearest
        Of each residence.
    people
        Rows: communities by id (``""`` outside all), then age bands; columns ``community, band, people, reach``, in
        persons.
    """

    network: Network
    places: Connections
    counted: tuple[int, ...]
    shut: int
    unknown_hours: int
    without_room: int
    not_joined: int
    homes_not_joined: tuple[int, ...]
    unread_hours: int
    nearest: Nearest
    people: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class GateChange:
    """What a gate changes.

    Parameters
    ----------
    helped
        As :func:`doorstep.assess.people_helped`, with the ids of services; persons in need who can walk.
    reached
        Columns ``service, facility, people``: persons newly within the limit, by the facility that is then nearest;
        most first.
    cut
        The same of persons who are no longer within the limit, by the facility that was nearest.
    """

    helped: pd.DataFrame
    reached: pd.DataFrame
    cut: pd.DataFrame


def who_reaches(
    city: City,
    profile: Profile,
    service: str,
    *,
    walker: Walker,
    limit: int,
    measure: Measure = "metres",
    at: datetime | None = None,
) -> Reach:
    """Count who walks to an open facility of a service within a limit.

    Parameters
    ----------
    city, profile
        Data and standard.
    service
        Id of a service of the profile.
    walker
        Who walks; everybody is counted as if they walked so.
    limit, measure
        Millimetres if ``measure`` is metres, milliseconds if it is minutes; inclusive.
    at
        Local time: facilities, gates, lifts and ways that are shut then do not count; what has hours that nobody knows
        does.

    Returns
    -------
    Reach
        Persons, home-bound ones among them: it tells what the streets allow.
    """
    network = build_network(city.streets, walker, at=at)
    homes, places = joined(network, city, city.residences, profile), joined(network, city, city.facilities, profile)
    of_service = (city.facilities["service"] == service).to_numpy(np.bool_)
    has_room = _has_room(city, profile)
    is_shut = unknown = np.zeros(len(of_service), dtype=np.bool_)
    if at is not None:
        is_open = open_places(city.facilities, at)
        is_shut, unknown = (~is_open).fillna(False).to_numpy(np.bool_), is_open.isna().to_numpy(np.bool_)
    counted = np.flatnonzero(of_service & has_room & ~is_shut)
    nearest = nearest_place(network, homes, places, counted.tolist(), limit=limit, measure=measure)
    people = city.residences[list(PEOPLE_COLUMNS)].to_numpy(np.float64)
    reach = np.where((nearest.place >= 0)[:, None], people, 0.0)
    return Reach(
        network=network,
        places=places,
        counted=tuple(counted.tolist()),
        shut=int((of_service & has_room & is_shut).sum()),
        unknown_hours=int((of_service & has_room & unknown).sum()),
        without_room=int((of_service & ~has_room).sum()),
        not_joined=sum(not connected(places, [place]) for place in counted.tolist()),
        homes_not_joined=parts_joined(homes).unconnected,
        unread_hours=0 if at is None else len({one[:2] for one in unread(with_hours(network))}),
        nearest=nearest,
        people=_by_community(city, people, reach),
    )


def new_gate(city: City, profile: Profile, x_m: float, y_m: float) -> NewGate:
    """Put a gate into the wall nearest to a place; homes behind it to which no way is drawn walk to it straight.

    Parameters
    ----------
    city, profile
        Data and standard: a home walks straight as far as it may stand from a way.
    x_m, y_m
        Where the gate is wanted, metres in the city's system.

    Returns
    -------
    NewGate
        ``homes`` of its sides are positions of residences.

    Raises
    ------
    DoorstepError
        As :func:`doorstep.walk.gates.with_gate`.
    """
    row, homes_xy = _standing(city, city.residences)
    made = with_gate(city.streets, x_m, y_m, homes_xy=homes_xy, home_reach_m=profile.snap_limit_mm / 1000)
    left, right = (replace(side, homes=tuple(np.unique(row[list(side.homes)]).tolist())) for side in made.sides)
    return replace(made, sides=(left, right))


def gate_change(
    city: City, profile: Profile, changed: Streets, *, opened: bool, walker: Walker, straight: int = -1
) -> GateChange:
    """Count whom a gate helps, or whom shutting one cuts off: everybody's nearest facility before and after.

    Parameters
    ----------
    city, profile
        Data and standard; the limits are those of the services, in the measure that binds.
    changed
        The city's streets with the gate, or with the gate shut.
    opened
        A gate was put in. Then nobody's walk is longer than before: who would be joined to the new path, and so walk
        further, keeps the old walk. Changes of less than a metre do not count.
    walker
        Whose network it is.
    straight
        Way of ``changed`` that homes behind the gate walk to in straight lines (:class:`NewGate`), -1 for none. Whoever
        does not see it keeps the old walk.

    Returns
    -------
    GateChange
        Facilities with room, or with room that nobody knows.
    """
    limit = np.array([profile.walk_limit(service) for service in profile.services], dtype=np.int64)
    walks = [
        _nearest_by_service(city, profile, streets, limit, walker, way)
        for streets, way in ((city.streets, -1), (changed, straight))
    ]
    (before_walk, before_place), (after_walk, after_place) = walks
    kept = (before_walk >= 0) & (after_walk >= 0) & (np.abs(after_walk - before_walk) < _SAME)
    if opened:
        kept |= (before_walk >= 0) & ((after_walk < 0) | (after_walk > before_walk))
    after_walk, after_place = np.where(kept, before_walk, after_walk), np.where(kept, before_place, after_place)
    people = demand(city, profile).walkers
    ids = [service.id for service in profile.services]
    helped = people_helped(before_walk, after_walk, people, limit, city.residences["community"].tolist())
    was, now = ((walk >= 0) & (walk <= limit) for walk in (before_walk, after_walk))
    return GateChange(
        helped=helped.assign(service=[ids[number] for number in helped["service"]]),
        reached=_by_facility(city, ids, after_place, np.where(~was & now, people, 0.0)),
        cut=_by_facility(city, ids, before_place, np.where(was & ~now, people, 0.0)),
    )


def homes_through(city: City, profile: Profile, wall: int) -> tuple[int, ...]:
    """Return the residences that join the network straight through a wall, because no gate is drawn in it.

    Parameters
    ----------
    city, profile
        Data and standard.
    wall
        Position of the way.

    Returns
    -------
    tuple of int
        Positions of residences without entrances.
    """
    network = build_network(city.streets, planner(profile))
    points = joined(network, city, city.residences, profile)
    return tuple(sorted(set(_through_walls(network, city, city.residences, points, wall))))


def joining_notes(city: City, profile: Profile) -> tuple[Problem, ...]:
    """Note what the walking network does not reach, or through a wall; all but the walls ``network`` lists, too.

    A row that joins nothing within the profile's longest straight way, or that a compound wall keeps from it; one that
    joins an island; one that joins over more than ``FAR_MM``; one without entrances that joins straight
    through a wall in which no gate is drawn.

    Parameters
    ----------
    city, profile
        Data and standard.

    Returns
    -------
    tuple of Problem
        Residences, then spaces, then facilities; of each what is worst first, in the order of the rows.
    """
    network = build_network(city.streets, planner(profile))
    notes = []
    for table in ("residences", "spaces", "facilities"):
        rows: gpd.GeoDataFrame = getattr(city, table)
        file, row_of = city.rows.get(table, (table, {}))
        points = joined(network, city, rows, profile)
        found = parts_joined(points)
        for code, which, limit_mm in (
            ("not-joined", found.unconnected, profile.snap_limit_mm),
            ("on-island", found.on_islands, None),
            ("joined-far", found.far, FAR_MM),
            ("joined-through-wall", _through_walls(network, city, rows, points), None),
        ):
            values = {} if limit_mm is None else {"limit": f"{limit_mm / 1000:g}"}
            numbers = sorted((row_of.get(one) for one in rows["id"].iloc[list(which)]), key=lambda row: row or 0)
            notes += [Problem(file, code, row, None, values, "warning") for row in numbers]
    return tuple(notes)


def _through_walls(
    network: Network, city: City, table: gpd.GeoDataFrame, points: Connections, wall: int | None = None
) -> tuple[int, ...]:
    """Return the rows without entrances that join the network straight through a wall without a gate, or this one."""
    row, points_xy = _standing(city, table)
    walls = walls_joined_through(network, points, points_xy)
    has_doors = table["id"].isin(city.entrances["of"]).to_numpy(np.bool_)
    through = (walls >= 0 if wall is None else walls == wall) & ~has_doors[row]
    return tuple(row[through].tolist())


def joined(network: Network, city: City, table: gpd.GeoDataFrame, profile: Profile) -> Connections:
    """Join the rows of a table of the city to the network, at their entrances where they have some."""
    return connect_tables(network, city.entrances, table, snap_limit_mm=profile.snap_limit_mm)


def _seen(network: Network, city: City, table: gpd.GeoDataFrame, profile: Profile, straight: int) -> Connections:
    """Join the rows of a table to the network, but to the way that is walked to straight only those who see it."""
    points = joined(network, city, table, profile)
    if straight < 0:
        return points
    streets = network.streets
    end = int(streets.way_nodes[streets.first_node_of_way[straight + 1] - 1])
    start = float(streets.node_x_m[end]), float(streets.node_y_m[end])
    _, points_xy = _standing(city, table)
    hidden = ~in_sight(streets, start, points_xy, profile.snap_limit_mm / 1000 + 1)
    lost = (points.edge >= 0) & (network.way_of_edge[points.edge] == straight) & hidden
    return replace(points, edge=np.where(lost, -1, points.edge), component=np.where(lost, -1, points.component))


def _standing(city: City, table: gpd.GeoDataFrame) -> tuple[Ints, Floats]:
    """Return where the rows of a table stand, as they are joined: the row of each point, and shape (n_points, 2), m."""
    doors = city.entrances
    row, points = standing_points(table["id"], table.geometry.to_numpy(), doors["of"], doors.geometry.to_numpy())
    return row, np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _has_room(city: City, profile: Profile) -> npt.NDArray[np.bool_]:
    """Return which facilities have room for their service, or room that nobody knows."""
    offer = supply(city, profile)
    return (offer.capacity > 0) | np.array([basis == "unknown" for basis in offer.basis], dtype=np.bool_)


def _nearest_by_service(
    city: City, profile: Profile, streets: Streets, limit: Ints, walker: Walker, straight: int
) -> tuple[Ints, Ints]:
    """Return the walk to the nearest facility of each service, in the measure that binds, and which it is.

    Both of shape (n_homes, n_services), -1 for none.
    """
    measure: Measure = "minutes" if profile.walk_measure == "minutes" else "metres"
    network = build_network(streets, walker)
    homes, places = (_seen(network, city, table, profile, straight) for table in (city.residences, city.facilities))
    room = _has_room(city, profile)
    found = []
    for service, longest in zip(profile.services, limit.tolist(), strict=True):
        which = np.flatnonzero((city.facilities["service"] == service.id).to_numpy(np.bool_) & room).tolist()
        found.append(nearest_place(network, homes, places, which, limit=_LOOK_FURTHER * longest, measure=measure))
    return np.column_stack([one.walk_ms if measure == "minutes" else one.walk_mm for one in found]), np.column_stack(
        [one.place for one in found]
    )


def _by_facility(city: City, services: Sequence[str], place: Ints, people: Floats) -> pd.DataFrame:
    rows = []
    ids = city.facilities["id"].to_numpy()
    for number, service in enumerate(services):
        some = people[:, number] > 0
        sums = np.bincount(place[some, number], weights=people[some, number], minlength=len(ids))
        rows += [(service, str(ids[at]), float(sums[at])) for at in np.flatnonzero(sums > 0)]
    rows.sort(key=lambda row: -row[2])
    return pd.DataFrame(rows, columns=["service", "facility", "people"])


def _by_community(city: City, people: Floats, reach: Floats) -> pd.DataFrame:
    community = city.residences["community"].to_numpy()
    areas = [*city.communities["id"].tolist(), *([""] if (community == "").any() else [])]
    rows = [
        (area, band, float(people[community == area, number].sum()), float(reach[community == area, number].sum()))
        for area in areas
        for number, band in enumerate(AGE_BANDS)
    ]
    return pd.DataFrame(rows, columns=["community", "band", "people", "reach"])
