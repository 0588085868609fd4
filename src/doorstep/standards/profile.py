"""What a profile is: services, size grades, limits, rules and assumptions as typed objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from doorstep.standards.approvals import Approval

__all__ = [
    "Conversion",
    "FloorUse",
    "Force",
    "Grade",
    "Module",
    "Outcome",
    "Parameter",
    "Period",
    "Profile",
    "Rule",
    "RuleKind",
    "Service",
    "Standard",
    "Waiver",
]


class Outcome(StrEnum):
    """What a rule says of a hub, facility, community or city."""

    PASSES = "passes"
    FAILS = "fails"
    WARNS = "warns"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Force(StrEnum):
    """How far a rule reaches; only ``HARD`` may fail anything."""

    HARD = "hard"
    SOFT = "soft"
    LOCAL = "local"
    FACT = "fact"
    UNVERIFIED = "unverified"
    DISPUTED = "disputed"


class RuleKind(StrEnum):
    """What a rule is in logic: only a requirement can be failed."""

    REQUIREMENT = "requirement"
    PERMISSION = "permission"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One assumption or sourced figure: the ends of a plausible range and a middle.

    ``low`` and ``high`` equal ``mid`` where the source gives one value. ``kind`` is sourced, derived, assumption or
    city (set by the city, then ``source`` is its document and date).
    """

    low: float
    mid: float
    high: float
    unit: str
    source: str
    kind: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A size grade: a module of floor with its capacity.

    ``number`` counts from 1; ``area_m2`` is own rooms and their share of corridors; ``capacity`` is in the service's
    unit;
    ``outdoor_m2`` ground outdoors; ``kitchen`` True if it needs an open kitchen.
    """

    number: int
    area_m2: int
    capacity: int
    rooms_min: int
    outdoor_m2: int
    kitchen: bool


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a profile, with the values of the chosen case.

    Of ``walk_limit_mm`` and ``walk_limit_ms`` the one in the profile's ``walk_measure`` binds. ``need_rate`` has one
    share of persons per age band. ``take_up`` is users per person in need at the reference price (the case
    ``take_up_case``); ``take_up_range`` low, mid, high. ``weight`` is the worth of a user. ``lift_above`` is the storey
    above which a lift is needed. ``price_ref`` in major units of the currency per ``price_unit``.
    """

    id: str
    capacity_unit: str
    walk_limit_mm: int
    walk_limit_ms: int
    need_rate: tuple[float, ...]
    take_up: float
    take_up_range: tuple[float, float, float]
    price_elasticity: float
    price_ref: float
    price_unit: str
    units_per_user: float
    peak_share: float
    open_days_year: float
    weight: float
    priority: bool
    storey_min: int
    storey_max: int
    lift_above: int
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A part of the day in which rooms are used alike: weekdays 0 (Monday) to 6, minutes after midnight."""

    id: str
    weekdays: tuple[int, ...]
    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """What it takes to put one service into the rooms of another.

    ``kind``: *as_is* (the same rooms already serve both), *refit* (furniture and finishes), *works* (the rooms lack a
    kitchen, ground or entrance). ``needs`` by the smallest grades: *kitchen* (an open kitchen), *ground* (more ground
    outdoors), *entrance* (its own, from the old service where a part of that stays); and what decides in a certain
    space: *storey* (the new service may not be on every storey where the old one may), *lift* (it needs one on a
    storey where the old one does not).
    """

    kind: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """What a service takes and gives when it grows by one size grade; ``kitchen``: an open one is needed from then."""

    from_grade: int
    to_grade: int
    area_m2: int
    capacity: int
    rooms: int
    outdoor_m2: int
    kitchen: bool


@dataclass(frozen=True, slots=True)
class FloorUse:
    """What one floor may hold; a, b are services in the order of ``services``, t a period in that of ``periods``.

    Parameters
    ----------
    services, periods
        The orders of all rows and columns.
    relation
        [a][b]: ``shareable`` (the same rooms in different periods), ``allowed`` (side by side), ``separate_entrance``
        (side by side, each with its own), ``forbidden`` (not beside or above one another), ``same``. Symmetric.
    room_use
        [a][t]: share of a grade's floor in use, 0 to 1.
    own_share
        [a]: share of a grade's floor that is never lent (kitchens, bedrooms, treatment); the rest is in rooms that
        can be shared.
    lendable
        [a][t]: share of a's floor that is free for others in t: ``1 - own_share`` where nothing is in use, that times
        the unused part where no more than 0.3 is in use, else 0.
    lent
        [a][b][t]: share of a's floor that b may take over in t: ``lendable[a][t]`` where the two are ``shareable`` and
        b is in use then, else 0. Of one floor each part is lent once: what several b take together is at most
        ``lendable[a][t]``.
    conversion
        [a][b]: what it takes to put b into rooms where a has been.
    modules
        [a]: the steps from each size grade to the next.
    """

    services: tuple[str, ...]
    periods: tuple[Period, ...]
    relation: tuple[tuple[str, ...], ...]
    room_use: tuple[tuple[float, ...], ...]
    own_share: tuple[float, ...]
    lendable: tuple[tuple[float, ...], ...]
    lent: tuple[tuple[tuple[float, ...], ...], ...]
    conversion: tuple[tuple[Conversion, ...], ...]
    modules: tuple[tuple[Module, ...], ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A city's written reason why a rule need not be met by one hub or community (``subject`` empty: by all)."""

    subject: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a standard, and how it is checked.

    Parameters
    ----------
    id, profile, topic, services, applies_to, quantity, operator, value, value2, unit
        The row of the standard.
    text_en, text_zh
        The rule in one sentence of our own.
    document, clause, confidence, force
        Where it comes from, how it was read, how far it reaches.
    kind, kind_reason
        Requirement, permission or definition, and why a hard row is one.
    raised_by, set_by, reason
        "document, date" if a city made it hard, if it set its own figure; and why.
    waivers
        For whom the city waives it: what would fail then warns.
    of
        Of whom it speaks: hub, community, city; empty if nothing checks it.
    measure
        The fact that is measured (:mod:`doorstep.standards.facts`).
    when
        Conditions, each "fact sign value", all of which must hold; the sign is one of ``= != > >= < <= in not has``.
        One on a fact that a kind of subject does not have is left out for it.
    compare, against
        The comparison and its value where they are not the row's own: besides its operators ``from_to`` (upper bound
        left out), ``all`` (all of a list are there), ``any``, ``not`` (none of a list).
    where
        A local rule of this place speaks of other places only when a city raises it.
    remedy
        Name of the remedy in the messages.
    unchecked
        Why a rule that is no mere fact is not checked.
    """

    id: str
    profile: str
    topic: str
    services: tuple[str, ...]
    applies_to: str
    quantity: str
    operator: str
    value: str
    value2: str
    unit: str
    text_en: str
    text_zh: str
    document: str
    clause: str
    confidence: str
    force: Force
    kind: RuleKind
    kind_reason: str
    raised_by: str = ""
    set_by: str = ""
    reason: str = ""
    waivers: tuple[Waiver, ...] = ()
    of: tuple[str, ...] = ()
    measure: str = ""
    when: tuple[str, ...] = ()
    compare: str = ""
    against: str = ""
    where: str = ""
    remedy: str = ""
    unchecked: str = ""

    @property
    def sign(self) -> str:
        """The comparison that is made."""
        return self.compare or self.operator

    @property
    def wanted(self) -> str:
        """What is compared with: a number, a list joined by ``;``, a word; 1 for yes."""
        return self.against or self.value

    def waived_for(self, subject: str) -> Waiver | None:
        """Return the waiver that holds for a hub or community by its id, None if there is none."""
        return next((one for one in self.waivers if one.subject in ("", subject)), None)


@dataclass(frozen=True, slots=True)
class Standard:
    """Rules to check by, without the figures that a plan needs: what profiles for checking only are.

    ``settings`` are the overrides and settings that were laid over it, sorted by key.
    """

    id: str
    rules: tuple[Rule, ...]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """A country's or city's standard, ready for use.

    Parameters
    ----------
    id, currency
        Name of the profile and the ISO code its money is in.
    settings
        What was set over the defaults (``--set`` and the city's overrides), key -> value, sorted.
    take_up_case
        ``low``, ``mid`` or ``high``: the case that ``Service.take_up`` holds.
    services
        In the fixed order of :data:`doorstep.city.SERVICES`.
    homebound_share, weight_age, walk_speed_m_s
        One value per age band.
    decay_flat_share, decay_end_value
        g(walk) is 1 up to the first share of the limit, then falls on a line to the second at the limit.
    occupancy_cap
        Units used per unit of capacity, at most.
    common_share_complex, common_share_dispersed
        Common floor per floor of grades, by kind of hub.
    complex_min_functions
        A hub with at least so many services is a complex (3), else dispersed.
    complex_min_area_m2
        Floor (grades and common) that a complex must have; 0 if the profile has no such rule in force.
    small_hub_m2
        Below this floor of a hub a forbidden pair may not be in it.
    forbidden_pairs
        Pairs of service ids (sorted within the pair).
    compatibility
        (service, service) -> relation, both orders.
    floor_use
        The matrices of what one floor may hold: together, in turns, afterwards, by modules.
    step_penalty, crossing_wait_ms, snap_limit_mm
        Time on steps is multiplied by the first; wait at a signalled crossing; farthest way to the network.
    lift_wait_ms, step_going_mm
        Wait at a lift and the ride; depth of a step.
    walk_measure
        ``metres`` or ``minutes``: the measure in which walks are chosen, limited and weighed.
    developer_bears_structure
        Whether who builds the housing pays for the structure of the rooms that must be built with it (配建).
    approvals
        Steps from a free room to an open hub; none if the file holds none.
    rates
        Whose rates of birth and survival its people have; empty if none are known.
    walk_limit_factor
        One value per age band: share of the service's minutes that the band walks; below 1 for the frail.
    share_rooms
        Whether hubs of a plan may share rooms by period, by the matrices of ``floor_use``.
    convertible
        Whether plans are made for the people of later years, too, and services may give their rooms to others then.
    limits_on
        Names of the switchable limits in force: ``storey, lift, outdoor, kitchen, users, forbidden_pairs,
        complex_area``.
    rules
        Every row that is not disputed.
    parameters
        (name, service or "any", age band or "all") -> parameter.
    costs
        (channel or "any", item) -> parameter, money in major units.
    """

    id: str
    currency: str
    settings: Mapping[str, str]
    take_up_case: str
    services: tuple[Service, ...]
    homebound_share: tuple[float, ...]
    weight_age: tuple[float, ...]
    walk_speed_m_s: tuple[float, ...]
    decay_flat_share: float
    decay_end_value: float
    occupancy_cap: float
    common_share_complex: float
    common_share_dispersed: float
    complex_min_functions: int
    complex_min_area_m2: int
    small_hub_m2: int
    forbidden_pairs: frozenset[tuple[str, str]]
    compatibility: Mapping[tuple[str, str], str]
    floor_use: FloorUse
    step_penalty: float
    crossing_wait_ms: int
    snap_limit_mm: int
    limits_on: frozenset[str]
    rules: tuple[Rule, ...]
    parameters: Mapping[tuple[str, str, str], Parameter]
    costs: Mapping[tuple[str, str], Parameter]
    lift_wait_ms: int = 0
    step_going_mm: int = 0
    walk_measure: str = "metres"
    walk_limit_factor: tuple[float, ...] = (1.0,) * 8
    developer_bears_structure: bool = False
    rates: str = ""
    approvals: tuple[Approval, ...] = ()
    share_rooms: bool = False
    convertible: bool = False

    def walk_limit(self, service: Service) -> int:
        """Return the limit of a service in the measure that binds: mm or ms."""
        return service.walk_limit_ms if self.walk_measure == "minutes" else service.walk_limit_mm

    def service(self, service_id: str) -> Service:
        """Return one service by its id; KeyError if the profile has none of that name."""
        for service in self.services:
            if service.id == service_id:
                return service
        raise KeyError(service_id)
