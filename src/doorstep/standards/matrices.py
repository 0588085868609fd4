"""What one floor may hold: side by side, in turns by period, one after another over the years, and by modules.

All of it is plain data in the order of the profile's services and periods: tuples of tuples, so ``numpy.array`` makes
arrays of them. Where each matrix comes from stands with it; none is a rule, all are assumptions that a city may set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from doorstep.standards.profile import Conversion, FloorUse, Module, Period, Service

__all__ = ["CONVERSIONS", "RELATIONS", "floor_use"]

RELATIONS = ("shareable", "allowed", "separate_entrance", "forbidden")
CONVERSIONS = ("as_is", "refit", "works")
LENT_IN_PART = 0.3
"""A room of which no more than this share is in use may lend the rest (``why`` of the rows ``room_use_*``)."""

WORKS = frozenset(
    ("kitchen", "ground", "entrance")
)  # storey and lift are a matter of the space, not of works in a room

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK = re.compile(r"(?:([A-Z][a-z]{2})-([A-Z][a-z]{2}) )?(\d\d):(\d\d)-(\d\d):(\d\d)")


def floor_use(
    services: Sequence[Service],
    compatibility: Mapping[tuple[str, str], str],
    periods: Sequence[Period],
    room_use: Mapping[tuple[str, str], float],
    shareable: Mapping[str, float],
) -> FloorUse:
    """Return the matrices of a profile.

    Parameters
    ----------
    services
        In the profile's order; their smallest grades say what rooms of a service have (kitchen, ground).
    compatibility
        (service, service) -> one of :data:`RELATIONS`, both orders.
    periods
        In the order of the day.
    room_use
        (service, period) -> share of the grade's floor in use, 0 to 1.
    shareable
        Service -> share of the grade's floor that can be lent at all.

    Returns
    -------
    FloorUse

    Examples
    --------
    >>> from doorstep.standards import load_profile
    >>> use = load_profile("cn-2023").floor_use
    >>> meals, culture = use.services.index("meals"), use.services.index("culture")
    >>> evening = [period.id for period in use.periods].index("evening")
    >>> round(use.lent[meals][culture][evening], 2), use.conversion[culture][meals].kind
    (0.42, 'as_is')
    """
    ids = tuple(service.id for service in services)
    relation = tuple(tuple("same" if a == b else compatibility[a, b] for b in ids) for a in ids)
    use = tuple(tuple(room_use[service, period.id] for period in periods) for service in ids)
    lendable = tuple(
        tuple(shareable[service] * _free(share) for share in row) for service, row in zip(ids, use, strict=True)
    )
    lent = tuple(
        tuple(
            tuple(
                lendable[a][t] if relation[a][b] == "shareable" and use[b][t] > 0 else 0.0 for t in range(len(periods))
            )
            for b in range(len(ids))
        )
        for a in range(len(ids))
    )
    return FloorUse(
        services=ids,
        periods=tuple(periods),
        relation=relation,
        room_use=use,
        own_share=tuple(1 - shareable[service] for service in ids),
        lendable=lendable,
        lent=lent,
        conversion=tuple(
            tuple(_conversion(before, after, compatibility.get((before.id, after.id), "same")) for after in services)
            for before in services
        ),
        modules=tuple(_modules(service) for service in services),
    )


def period(name: str, clock: str) -> Period:
    """Read a period as the tables write it: ``06:30-08:30`` is on working days, ``Sat-Sun 09:00-17:00`` on those.

    Raises
    ------
    ValueError
        If it is written in another way.

    Examples
    --------
    >>> period("weekend", "Sat-Sun 09:00-17:00")
    Period(id='weekend', weekdays=(5, 6), from_minute=540, to_minute=1020)
    """
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise ValueError(f"{name}: {clock} is no period")
    first, last, *digits = found.groups()
    begin, end = (_DAYS.index(first), _DAYS.index(last)) if first else (0, 4)
    hours = [int(digit) for digit in digits]
    return Period(name, tuple(range(begin, end + 1)), 60 * hours[0] + hours[1], 60 * hours[2] + hours[3])


def _free(in_use: float) -> float:
    """Share of the shared rooms that is free for others."""
    return 1.0 if in_use == 0 else 1 - in_use if in_use <= LENT_IN_PART else 0.0


def _conversion(before: Service, after: Service, relation: str) -> Conversion:
    """What it takes to put one service into the rooms of another that goes."""
    small, smaller = after.grades[0], before.grades[0]
    needs = {
        "kitchen": small.kitchen and not smaller.kitchen,
        "ground": small.outdoor_m2 > smaller.outdoor_m2,
        "storey": after.storey_max < before.storey_max or after.storey_min > before.storey_min,
        "lift": after.lift_above < before.lift_above,
        "entrance": relation == "separate_entrance",
    }
    asked = tuple(name for name, needed in needs.items() if needed)
    kind = "works" if WORKS & set(asked) else "as_is" if relation in ("same", "shareable") else "refit"
    return Conversion(kind, asked)


def _modules(service: Service) -> tuple[Module, ...]:
    """The steps from one size grade to the next."""
    return tuple(
        Module(
            from_grade=small.number,
            to_grade=large.number,
            area_m2=large.area_m2 - small.area_m2,
            capacity=large.capacity - small.capacity,
            rooms=large.rooms_min - small.rooms_min,
            outdoor_m2=large.outdoor_m2 - small.outdoor_m2,
            kitchen=large.kitchen and not small.kitchen,
        )
        for small, large in pairwise(service.grades)
    )
