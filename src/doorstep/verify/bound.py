"""The bound of a plan, worked out again from nothing but its multipliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.standards import Profile
from doorstep.verify.allowed import area_for_floor_m2, area_not_small_m2, pair_free_sets, room_m2
from doorstep.verify.need import Floats
from doorstep.verify.places import People, Places

__all__ = [
    "FLOOR_TOLERANCE",
    "OPENING",
    "Offer",
    "PricedFloor",
    "PricedLimit",
    "PricedSpace",
    "best_hub",
    "place_worth",
    "priced_bound",
    "priced_places",
]

OPENING = "open"
"""The part of a hub that is what opening it costs; the others are its services."""
FLOOR_TOLERANCE = 1e-6
"""What the last digits of a sum of people may lack, in persons and as a share of the floor."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One grade that may be in a space: its number, floor, and priced worth in a dispersed hub and in a complex."""

    grade: int
    area_m2: int
    worth_dispersed: float
    worth_complex: float


Offers = Mapping[str, Sequence[Offer]]


@dataclass(frozen=True, slots=True)
class PricedSpace:
    """A space at given prices: what may be in it, the price of opening it, whether it has to hold a hub."""

    area_m2: float
    opening: float
    forced: bool
    offers: Offers

    def worth(
        self,
        profile: Profile,
        pair_free: Sequence[frozenset[str]],
        *,
        offers: Offers | None = None,
        required: frozenset[str] = frozenset(),
    ) -> float:
        """Return the worth of its best hub, or of none where that is better and may be.

        Parameters
        ----------
        profile, pair_free
            Rules.
        offers
            Fewer than all.
        required
            Services that the hub has to have; -inf if no hub can have them.
        """
        best = best_hub(self.offers if offers is None else offers, self.area_m2, profile, pair_free, required)
        if required:
            return best - self.opening
        if best == -np.inf or (best - self.opening < 0 and not self.forced):
            return 0.0
        return best - self.opening


@dataclass(frozen=True, slots=True)
class PricedLimit:
    """At most ``amount`` units of some parts of hubs: their minor units of money, or one each."""

    amount: int
    price: float
    parts: frozenset[tuple[str, str]]
    of_money: bool


@dataclass(frozen=True, slots=True, eq=False)
class PricedFloor:
    """At least so many people of a service; ``share`` of each at a residence counts."""

    service: int
    people: float
    share: Floats
    price: float


def priced_places(
    places: Places,
    *,
    price_of_need: Floats,
    price_of_money: float,
    budget_money: int | None,
    limits: Sequence[PricedLimit] = (),
    floors: Sequence[PricedFloor] = (),
) -> tuple[float, list[PricedSpace]]:
    """Return what the bound has without spaces, and every space at these prices.

    Parameters
    ----------
    places
        Of the city.
    price_of_need
        λ, shape (n_residences, n_services), weighted users per person of demand.
    price_of_money
        μ, weighted users per minor unit; not used without a budget.
    budget_money
        ``None``: no budget.
    limits, floors
        What the city asks beside budget and standard, each with its price.
    """
    worth = float((price_of_need * places.walkers).sum())
    # Somebody of a floor who is given a place is worth its price, too: as if the person were cheaper by it.
    if floors:
        price_of_need = price_of_need.copy()
    for floor in floors:
        worth -= floor.price * max(0.0, floor.people - FLOOR_TOLERANCE * (1.0 + floor.people))
        price_of_need[:, floor.service] -= floor.price * floor.share
    worth += sum(limit.price * limit.amount for limit in limits)
    mu = 0.0
    if budget_money is not None:
        mu = price_of_money
        worth += mu * budget_money
    for people, usable in places.facilities:
        worth += place_worth(people, price_of_need, [usable])[0]

    def price(space: str, part: str, money: int) -> float:
        """Price of a part of a hub: its money, and its units of every limit that speaks of it."""
        found = mu * money
        for limit in limits:
            if (space, part) in limit.parts:
                found += limit.price * (money if limit.of_money else 1)
        return found

    priced = []
    for space in places.spaces:
        offers = {}
        for service, grades in space.grades.items():
            values = place_worth(grades.people, price_of_need, grades.usable).tolist()
            offers[service] = [
                Offer(number, area_m2, *(value - price(space.id, service, money) for money in both))
                for number, area_m2, value, both in zip(
                    grades.number, grades.area_m2, values, grades.money, strict=True
                )
            ]
        opening = price(space.id, OPENING, space.open_money)
        priced.append(PricedSpace(space.area_m2, opening, space.forced, offers))
    return worth, priced


def priced_bound(profile: Profile, without_spaces: float, spaces: Sequence[PricedSpace]) -> float:
    """Return an upper bound on the objective of every plan, for any multipliers that are not negative.

    Parameters
    ----------
    profile
        Rules of hubs.
    without_spaces, spaces
        Of :func:`priced_places`.

    Returns
    -------
    float
        Weighted users.

    Notes
    -----
    Source: docs/explain/model.md, "Bound and certificate"; the proof stands in docs/explain/certificate.md.
    """
    pair_free = pair_free_sets(profile)
    return without_spaces + sum(space.worth(profile, pair_free) for space in spaces)


def place_worth(people: People, price_of_need: Floats, usable: Floats | Sequence[float]) -> Floats:
    """Return V of one place for several numbers of usable units: the best people first, until the room is used."""
    surplus = people.worth - price_of_need[people.residence, people.service]
    good = surplus > 0
    surplus, room, count = surplus[good], people.room[good], people.people[good]
    # Someone who takes no room comes first; the ratio is then infinite.
    ratio = np.divide(surplus, room, out=np.full_like(room, np.inf), where=room > 0)
    order = np.argsort(-ratio, kind="stable")
    used, gained = np.zeros((2, len(order) + 1))
    np.cumsum((room * count)[order], out=used[1:])
    np.cumsum((surplus * count)[order], out=gained[1:])
    worth: Floats = np.interp(usable, used, gained)
    return worth


def best_hub(
    offers: Offers,
    space_area_m2: float,
    profile: Profile,
    pair_free: Sequence[frozenset[str]],
    required: frozenset[str] = frozenset(),
) -> float:
    """Return the worth of the best set of grades that makes an allowed hub, opening not paid; -inf if there is none.

    ``required`` services have to be in the set.
    """
    n_complex = profile.complex_min_functions
    best = -np.inf
    for is_complex, share in ((False, profile.common_share_dispersed), (True, profile.common_share_complex)):
        priced = {
            service: [(one.area_m2, one.worth_complex if is_complex else one.worth_dispersed) for one in some]
            for service, some in offers.items()
        }
        least = 0
        if is_complex and "complex_area" in profile.limits_on:
            least = area_for_floor_m2(profile.complex_min_area_m2, share)
        counts = slice(max(n_complex, 1), None) if is_complex else slice(1, n_complex)
        room = room_m2(space_area_m2, share)
        not_small = area_not_small_m2(profile, share)
        # Any set of services where the hub is not small, sets without a forbidden pair where it is.
        searches = [(priced, max(least, not_small), room)]
        if not_small > 0:
            for kept in pair_free:
                some = {service: grades for service, grades in priced.items() if service in kept}
                searches.append((some, least, min(room, not_small - 1)))
        for grades, from_m2, to_m2 in searches:
            if from_m2 <= to_m2 and grades and required <= grades.keys():
                needed = [service in required for service in grades]
                worth = _worth_by_floor(list(grades.values()), needed, max(n_complex, 1), to_m2)[counts, from_m2:]
                best = max(best, float(worth.max(initial=-np.inf)))
    return best


def _worth_by_floor(
    services: Sequence[Sequence[tuple[int, float]]], needed: Sequence[bool], n_counts: int, room_m2: int
) -> Floats:
    """Best worth by number of services (``n_counts`` stands for so many or more) and exact floor of the grades."""
    worth: npt.NDArray[np.float64] = np.full((n_counts + 1, room_m2 + 1), -np.inf)
    worth[0, 0] = 0.0
    for grades, is_needed in zip(services, needed, strict=True):
        before = worth.copy()
        if is_needed:
            worth[:] = -np.inf
        for area_m2, value in grades:
            if area_m2 > room_m2:
                continue
            moved = before[:, : room_m2 + 1 - area_m2] + value
            worth[1:, area_m2:] = np.maximum(worth[1:, area_m2:], moved[:-1])
            worth[-1, area_m2:] = np.maximum(worth[-1, area_m2:], moved[-1])
    return worth
