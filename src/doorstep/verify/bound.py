"""The bound of a plan, worked out again from nothing but its multipliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from doorstep.standards import Profile
from doorstep.verify.allowed import area_for_floor_m2, area_not_small_m2, pair_free_sets, room_m2
from doorstep.verify.need import Bools, Floats, Ints
from doorstep.verify.places import People, Places
from doorstep.verify.sharing import sharings

__all__ = [
    "FLOOR_TOLERANCE",
    "OPENING",
    "Offers",
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


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """The grades of a service that may be in a space: numbers, floors, and what they are worth at several prices.

    ``worth`` has the shape (n_prices, n_grades, 2): in a dispersed hub, in a complex; -inf for what may not be.
    ``lender`` names for each grade the service whose rooms it uses, empty for rooms of its own, and ``lender_area_m2``
    the least floor of that one's grade; nothing is shared if not given.
    """

    number: Ints
    area_m2: Ints
    worth: Floats
    lender: tuple[str, ...] = ()
    lender_area_m2: tuple[int, ...] = ()

    def own(self) -> Ints:
        """Return the positions of the grades with rooms of their own."""
        return np.array(
            [at for at in range(len(self.number)) if not self.lender or not self.lender[at]], dtype=np.int64
        )


@dataclass(frozen=True, slots=True, eq=False)
class PricedSpace:
    """A space at several prices: what may be in it, the price of opening it, whether it has to hold a hub.

    ``opening`` has the shape (n_prices,).
    """

    area_m2: float
    opening: Floats
    forced: bool
    offers: Mapping[str, Offers]

    def worth(
        self, profile: Profile, pair_free: Sequence[frozenset[str]], kept: Bools | None = None, at: Ints | None = None
    ) -> Floats:
        """Return the worth of its best hub, or of none where that is better and may be, at each of the prices.

        Parameters
        ----------
        profile, pair_free
            Rules.
        kept
            Shape (n, n_services, 1 + most grades): what each service may be at each of the prices, first: not there.
            All of it if not given; -inf where nothing is left.
        at
            Shape (n,): which of the prices, if not all, one after the other.
        """
        opening = self.opening if at is None else self.opening[at]
        offers: dict[str, Offers] = {}
        may_lack: dict[str, Bools] = {}
        none_left = np.zeros(len(opening), dtype=np.bool_)
        for s, service in enumerate(profile.services):
            here = self.offers.get(service.id)
            if kept is not None:
                may_lack[service.id] = kept[:, s, 0]
                some = kept[:, s, 0] if here is None else kept[:, s, 0] | kept[:, s][:, here.number].any(axis=1)
                none_left |= ~some
            if here is not None:
                worth = here.worth if at is None else here.worth[at]
                if kept is not None:
                    worth = np.where(kept[:, s][:, here.number, None], worth, -np.inf)
                offers[service.id] = Offers(here.number, here.area_m2, worth, here.lender, here.lender_area_m2)
        opened = best_hub(offers, self.area_m2, profile, pair_free, len(opening), may_lack) - opening
        required = ~np.all(list(may_lack.values()), axis=0) if may_lack else np.zeros(len(opening), dtype=np.bool_)
        may_be_none = ~required & ((opened == -np.inf) | (not self.forced))
        result: Floats = np.where(may_be_none, np.maximum(opened, 0.0), opened)
        result[none_left] = -np.inf
        return result


@dataclass(frozen=True, slots=True)
class PricedLimit:
    """At most ``amount`` units of some parts of hubs: minor units of capital, one each, or what ``units`` says.

    ``units`` has for the opening of a space and each number of a grade there both figures: dispersed, complex.
    """

    amount: int
    price: float
    parts: frozenset[tuple[str, str]]
    what: str
    units: Mapping[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)

    def taken(self, space: str, part: str, money: int, number: int, kind: int) -> int:
        """Return the units of a part."""
        if self.what == "running":
            return self.units[space, part, number][kind]
        return money if self.what == "capital" else 1


@dataclass(frozen=True, slots=True, eq=False)
class PricedFloor:
    """At least so many people of a service, or of all; ``share`` of each at a residence (and service) counts."""

    service: int | slice
    people: float
    share: Floats
    price: float


def priced_places(
    places: Places,
    *,
    price_of_need: Floats,
    price_of_money: Floats,
    budget_money: int | None,
    limits: Sequence[PricedLimit] = (),
    floors: Sequence[PricedFloor] = (),
) -> tuple[Floats, list[PricedSpace]]:
    """Return what the bound has without spaces, and every space, at several prices.

    Parameters
    ----------
    places
        Of the city.
    price_of_need
        λ, shape (n_prices, n_residences, n_services), weighted users per person of demand; of a plan for later years
        theirs behind those of today, service by service.
    price_of_money
        μ, shape (n_prices,), weighted users per minor unit; not used without a budget.
    budget_money
        ``None``: no budget.
    limits, floors
        What the city asks beside budget and standard, each with its price.
    """
    worth: Floats = (price_of_need * places.walkers).sum(axis=(1, 2))
    # Somebody of a floor who is given a place is worth its price, too: as if the person were cheaper by it.
    if floors:
        price_of_need = price_of_need.copy()
    for floor in floors:
        worth -= floor.price * max(0.0, floor.people - FLOOR_TOLERANCE * (1.0 + floor.people))
        price_of_need[:, :, floor.service] -= floor.price * floor.share
    worth += sum(limit.price * limit.amount for limit in limits)
    mu = np.zeros(len(price_of_money))
    if budget_money is not None:
        mu = price_of_money
        worth += mu * budget_money
    of_facilities = []
    for people, usable in places.facilities:
        of_facilities.append(place_worth(people, price_of_need, np.array([usable]))[:, 0])
        worth += of_facilities[-1]

    def price(space: str, part: str, money: int, number: int = 0, kind: int = 0) -> Floats:
        """Price of a part of a hub: its money, and its units of every limit that speaks of it."""
        found = mu * money
        for limit in limits:
            if (space, part) in limit.parts:
                found = found + limit.price * limit.taken(space, part, money, number, kind)
        return found

    priced = []
    for space in places.spaces:
        offers = {}
        for service, grades in space.grades.items():
            worth_of = place_worth(grades.people, price_of_need, grades.usable)
            for stay in grades.later:
                worth_of[:, stay.grades] += place_worth(stay.people, price_of_need, stay.usable)
            prices = [
                [price(space.id, service, money, int(number), kind) for kind, money in enumerate(both)]
                for number, both in zip(grades.number, grades.money, strict=True)
            ]
            offer = Offers(
                grades.number,
                grades.area_m2,
                worth_of[:, :, None] - np.moveaxis(np.array(prices), 2, 0),
                grades.lender,
                grades.lender_area_m2,
            )
            offers[service] = _best_by_floor(offer) if grades.later else offer
        opening = price(space.id, OPENING, space.open_money)
        for facility in space.replaces:  # they are worth nothing then, and the sum above has them
            opening = opening + of_facilities[facility]
        priced.append(PricedSpace(space.area_m2, opening, space.forced, offers))
    return worth, priced


def _best_by_floor(offer: Offers) -> Offers:
    """Keep of each floor the best: for the rules of a hub, rooms that hold another service later are those of today."""
    areas, first = np.unique(offer.area_m2, return_index=True)
    worth = np.stack([offer.worth[:, offer.area_m2 == area].max(axis=1) for area in areas.tolist()], axis=1)
    return Offers(offer.number[first], areas, worth)


def priced_bound(profile: Profile, without_spaces: Floats, spaces: Sequence[PricedSpace]) -> Floats:
    """Return an upper bound on the objective of every plan, for any multipliers that are not negative.

    Parameters
    ----------
    profile
        Rules of hubs.
    without_spaces, spaces
        Of :func:`priced_places`.

    Returns
    -------
    array of shape (n_prices,)
        Weighted users.

    Notes
    -----
    Source: docs/explain/model.md, "Bound and certificate"; the proof stands in docs/explain/certificate.md.
    """
    pair_free = pair_free_sets(profile)
    return without_spaces + sum(space.worth(profile, pair_free) for space in spaces)


def place_worth(people: People, price_of_need: Floats, usable: Floats) -> Floats:
    """Return V of one place, shape (n_prices, n_usable): the best people first, until the usable units are used.

    ``price_of_need`` has the shape (n_prices, n_residences, n_services), ``usable`` (n_usable,).
    """
    surplus = np.maximum(people.worth - price_of_need[:, people.residence, people.service], 0.0)
    # Someone who takes no room comes first; the ratio is then infinite.
    ratio = np.divide(surplus, people.room, out=np.full_like(surplus, np.inf), where=people.room > 0)
    order = np.argsort(-ratio, axis=1, kind="stable")
    room = (people.room * people.people)[order]
    gain = np.take_along_axis(surplus * people.people, order, axis=1)
    left = usable[:, None] - (np.cumsum(room, axis=1) - room)[:, None, :]
    share = np.divide(left, room[:, None, :], out=np.ones_like(left), where=room[:, None, :] > 0)
    worth: Floats = (np.clip(share, 0.0, 1.0) * gain[:, None, :]).sum(axis=2)
    return worth


def best_hub(
    offers: Mapping[str, Offers],
    space_area_m2: float,
    profile: Profile,
    pair_free: Sequence[frozenset[str]],
    n_prices: int,
    may_lack: Mapping[str, Bools] = {},
) -> Floats:
    """Return the worth of the best set of grades that makes an allowed hub, opening not paid; -inf if there is none.

    Parameters
    ----------
    offers
        What may be in it.
    space_area_m2
        Of the space.
    profile, pair_free
        Rules.
    n_prices
        At how many prices.
    may_lack
        Shape (n_prices,) for each service: whether the hub may be without it; all may be lacking if not given.

    Returns
    -------
    array of shape (n_prices,)
    """
    n_complex = profile.complex_min_functions
    best = np.full(n_prices, -np.inf)
    anything = np.ones(n_prices, dtype=np.bool_)
    for is_complex, share in ((False, profile.common_share_dispersed), (True, profile.common_share_complex)):
        least = 0
        if is_complex and "complex_area" in profile.limits_on:
            least = area_for_floor_m2(profile.complex_min_area_m2, share)
        counts = slice(max(n_complex, 1), None) if is_complex else slice(1, n_complex)
        room = room_m2(space_area_m2, share)
        not_small = area_not_small_m2(profile, share)
        # Any set of services where the hub is not small, sets without a forbidden pair where it is.
        searches = [(frozenset(offers), max(least, not_small), room)]
        if not_small > 0:
            searches += [(kept & offers.keys(), least, min(room, not_small - 1)) for kept in pair_free]
        for services, from_m2, to_m2 in searches:
            most_m2 = min(to_m2, sum(int(offers[service].area_m2.max()) for service in services))
            if from_m2 > most_m2 or not services:
                continue
            worth = np.full(n_prices, -np.inf)
            lenders = {one: sorted({*offers[one].lender} - {""} & services) for one in sorted(services)}
            for pairs in sharings(lenders):
                items = _items(offers, services, pairs, int(is_complex), may_lack, anything)
                of_pairs = _worth_by_floor(items, max(n_complex, 1), most_m2)[counts, :, from_m2:]
                worth = np.maximum(worth, of_pairs.max(axis=(0, 2), initial=-np.inf))
            for service, lacking in may_lack.items():
                if service not in services:
                    worth = np.where(lacking, worth, -np.inf)
            best = np.maximum(best, worth)
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """What is in a hub or not: a service, or two that share rooms, with the floors and worth (n_prices, n) of each way
    to have it, how many services it is, and whether it may be lacking.
    """

    area_m2: Ints
    worth: Floats
    n_services: int
    may_lack: Bools


def _items(
    offers: Mapping[str, Offers],
    services: frozenset[str],
    pairs: Sequence[tuple[str, str]],
    kind: int,
    may_lack: Mapping[str, Bools],
    anything: Bools,
) -> list[_Item]:
    """List the services with rooms of their own, one by one, and each pair that shares, which is there."""
    in_pairs = {one for pair in pairs for one in pair}
    items = []
    for service in sorted(services - in_pairs):
        one, own = offers[service], offers[service].own()
        items.append(_Item(one.area_m2[own], one.worth[:, own, kind], 1, may_lack.get(service, anything)))
    for borrower, lender in pairs:
        a, b = offers[lender], offers[borrower]
        both = [
            (int(of_lender), of_borrower)
            for of_lender in a.own()
            for of_borrower in range(len(b.number))
            if b.lender[of_borrower] == lender and b.lender_area_m2[of_borrower] <= a.area_m2[of_lender]
        ]
        at_a, at_b = np.array(both, dtype=np.int64).reshape(-1, 2).T
        worth = a.worth[:, at_a, kind] + b.worth[:, at_b, kind]
        items.append(_Item(a.area_m2[at_a] + b.area_m2[at_b], worth, 2, np.zeros_like(anything)))
    return items


def _worth_by_floor(items: Sequence[_Item], n_counts: int, room_m2: int) -> Floats:
    """Best worth by number of services (``n_counts`` stands for so many or more), prices, exact floor of the grades."""
    n_prices = len(items[0].may_lack)
    worth: Floats = np.full((n_counts + 1, n_prices, room_m2 + 1), -np.inf)
    worth[0, :, 0] = 0.0
    for item in items:
        before = worth.copy()
        worth[:, ~item.may_lack] = -np.inf
        for area_m2, value in zip(item.area_m2.tolist(), item.worth.T, strict=True):
            if area_m2 > room_m2:
                continue
            moved = before[:, :, : room_m2 + 1 - area_m2] + value[:, None]
            step = item.n_services
            worth[step:, :, area_m2:] = np.maximum(worth[step:, :, area_m2:], moved[:-step])
            for at_the_end in moved[max(0, n_counts + 1 - step) :]:
                worth[-1, :, area_m2:] = np.maximum(worth[-1, :, area_m2:], at_the_end)
    return worth
