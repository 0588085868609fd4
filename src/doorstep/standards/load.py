"""Profiles of the package, read with what a user and a city set over them.

Keys of settings (``--set`` and the overrides of ``city.toml``):

========================================  ==================================================================
``take_up_case``                          low, mid or high
``walk_measure``                          metres or minutes
``share_rooms``                           on or off: whether services of a hub may share rooms by period
``convertible``                           on or off: plan for the people of later years, services may give way to others
``limits.<name>``                         on or off; the names are those of ``LIMITS``
``<parameter>[.<service>[.<band>]]``      a number (y or n for ``grade_<m>_kitchen``)
``compatibility.<service>.<service>``     shareable, allowed, separate_entrance or forbidden
``cost.<item>[.<channel>]``               a number, major units of the profile's currency
``rate.<CUR>``                            units of that currency for one of the profile's
``raise.<rule id>``                       ``hard``; only in an override, with document and date
``rule.<rule id>``                        the city's figure; only in an override, with document and date
``waive.<rule id>[.<hub or community>]``  ``yes``; only in an override, with document, date and reason
========================================  ==================================================================
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from doorstep.city.model import AGE_BANDS, CHANNELS, SERVICES, Override
from doorstep.errors import DoorstepError
from doorstep.standards.approvals import approvals
from doorstep.standards.matrices import RELATIONS, floor_use, period
from doorstep.standards.own import is_file_name, own_document
from doorstep.standards.profile import FloorUse, Grade, Parameter, Profile, Service, Standard
from doorstep.standards.rules import RULE_KEYS, changed_rule, rules_of
from doorstep.standards.values import bounds_of, number_of, one_of, positive

__all__ = [
    "CASES",
    "LIMITS",
    "MEASURES",
    "load_profile",
    "load_standard",
    "profile_names",
    "profile_source",
    "standard_names",
]

CASES = ("low", "mid", "high")
MEASURES = ("metres", "minutes")
LIMITS = ("storey", "lift", "outdoor", "kitchen", "users", "forbidden_pairs", "complex_area")

CAPACITY_UNIT = {
    "day place": "day_place",
    "place": "place",
    "meal a day": "meal_day",
    "visit a week": "visit_week",
}
PRICE_UNIT = (
    ("month", "month"),
    ("day attended", "day"),
    ("full day", "day"),
    ("session", "session"),
    ("meal", "meal"),
    ("visit", "visit"),
)
PRIORITY = ("elderly_care", "infant_care", "after_school", "meals")  # the four of rule cn2023-fn-12
YES_NO = {"y": 1.0, "n": 0.0, "yes": 1.0, "no": 0.0}

Key = tuple[str, str, str]


def standard_names() -> tuple[str, ...]:
    """Return the names of all profiles in the package, sorted; those for checking only too.

    Examples
    --------
    >>> standard_names()
    ('15min', '20min', 'cn-2023', 'generic-gb', 'kr', 'sg')
    """
    names = (entry.name for entry in files("doorstep.standards").joinpath("profiles").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that a plan can be made with, sorted.

    Examples
    --------
    >>> profile_names()
    ('cn-2023', 'generic-gb')
    """
    return tuple(name for name in standard_names() if "parameters" in _document(name))


def load_profile(
    name: str, *, settings: Mapping[str, str] | None = None, overrides: Sequence[Override] = ()
) -> Profile:
    """Return a profile with the city's overrides and, over these, the user's settings.

    Parameters
    ----------
    name
        One of :func:`profile_names`, or the path of a profile's file that ends with ``.toml``.
    settings
        Key -> value as text; the keys are listed at the head of this module.
    overrides
        Figures and raised rules of the city, with document and date.

    Raises
    ------
    DoorstepError
        ``profile-unknown``, ``profile-checks-only``, all that is wrong with a file (``InputError``),
        ``setting-unknown`` (with the ``nearest`` key), ``setting-value``
        (with what was ``expected``), ``raise-needs-document``, ``waive-needs-reason``, ``settings-not-together``.

    Examples
    --------
    >>> profile = load_profile("cn-2023", settings={"walk_limit_m.meals": "400"})
    >>> profile.service("meals").walk_limit_mm, profile.complex_min_area_m2
    (400000, 600)
    """
    if is_file_name(name):
        document = own_document(name, {one: _document(one) for one in standard_names()})
        if "parameters" not in document:
            raise DoorstepError("profile-checks-only", name=document["id"], known=", ".join(profile_names()))
    elif name in profile_names():
        document = _document(name)
    else:
        code = "profile-checks-only" if name in standard_names() else "profile-unknown"
        raise DoorstepError(code, name=name, known=", ".join(profile_names()))
    draft = _Draft(document)
    for override in sorted(overrides, key=lambda one: one.key):
        draft.set(override.key, override.value, override)
    for key, value in sorted((settings or {}).items()):
        draft.set(key, value, None)
    if draft.share_rooms and draft.convertible:
        raise DoorstepError("settings-not-together", one="share_rooms", other="convertible")
    return draft.profile()


def load_standard(
    name: str, *, settings: Mapping[str, str] | None = None, overrides: Sequence[Override] = ()
) -> Profile | Standard:
    """Return what hubs, communities and cities are checked by: a profile, or rules alone.

    Parameters
    ----------
    name
        One of :func:`standard_names`.
    settings, overrides
        As for :func:`load_profile`. Over rules alone only what a city says of rules is laid; its figures for planning
        are left out, and so is what it says of rules of another standard.

    Raises
    ------
    DoorstepError
        As :func:`load_profile`.

    Examples
    --------
    >>> len(load_standard("kr").rules), type(load_standard("cn-2023")).__name__
    (20, 'Profile')
    """
    if is_file_name(name):
        document = own_document(name, {one: _document(one) for one in standard_names()})
    elif name in standard_names():
        document = _document(name)
    else:
        raise DoorstepError("profile-unknown", name=name, known=", ".join(standard_names()))
    if "parameters" in document:
        return load_profile(name, settings=settings, overrides=overrides)
    rules, laid = rules_of(document["rules"]), {}
    for override in sorted(overrides, key=lambda one: one.key):
        if override.key.partition(".")[0] in RULE_KEYS:
            changed = changed_rule(override.key, override.value, rules, override)
            if changed is not None:
                rules[changed.id] = changed
                laid[override.key] = override.value
    for key, value in sorted((settings or {}).items()):
        changed = changed_rule(key, value, rules, None) if key.partition(".")[0] in RULE_KEYS else None
        if changed is None:
            near = difflib.get_close_matches(key, [f"rule.{rule}" for rule in sorted(rules)], n=1, cutoff=0.0)
            raise DoorstepError("setting-unknown", key=key, nearest=near[0])
    return Standard(document["id"], tuple(sorted(rules.values(), key=lambda rule: rule.id)), laid)


def profile_source(of_city: str, id_: str) -> str:
    """Return the name under which a plan's profile is loaded: the city's own file if that is the one, else its id.

    Parameters
    ----------
    of_city
        What the city is planned by: the name of a profile or the path of a file.
    id_
        Of the plan's profile.

    Examples
    --------
    >>> profile_source("cn-2023", "generic-gb")
    'generic-gb'
    """
    if id_ in standard_names() or not is_file_name(of_city):
        return id_
    document = own_document(of_city, {one: _document(one) for one in standard_names()})
    return of_city if document["id"] == id_ else id_


@cache
def _document(name: str) -> dict[str, Any]:
    path = files("doorstep.standards").joinpath("profiles", f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


class _Draft:
    """The rows of a profile while settings are laid over them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.id: str = document["id"]
        self.currency: str = document["currency"]
        self.developer_bears_structure: bool = document.get("developer_bears_structure", False)
        self.rates: str = document.get("rates", "")
        self.approvals = approvals(document.get("approvals", []))
        self.relation = {
            _pair(row["service_a"], row["service_b"]): row["relation"] for row in document["compatibility"]
        }
        self.parameters: dict[Key, Parameter] = {}
        self.codes: dict[Key, str] = {}
        for row in document["parameters"]:
            key = (row["name"], row["service"], row["band"])
            if row["unit"] == "y/n" or not isinstance(row["mid"], str):
                self.parameters[key] = _parameter(row)
            else:
                self.codes[key] = row["mid"]
        self.costs = {(row["channel"], row["item"]): _parameter(row) for row in document["costs"]}
        self.rules = rules_of(document["rules"])
        self.take_up_case = self.codes["take_up_default_case", "any", "all"]
        self.walk_measure = self.codes["walk_measure", "any", "all"]
        self.limits_on = set(LIMITS) if self.number("complex_min_area_m2") > 0 else set(LIMITS) - {"complex_area"}
        self.share_rooms = False
        self.convertible = False
        self.settings: dict[str, str] = {}

    def number(self, name: str, service: str = "any", band: str = "all") -> float:
        """The mid value of the service's row, else of ``any``."""
        row = self.parameters.get((name, service, band)) or self.parameters[name, "any", band]
        return row.mid

    # -- settings ---------------------------------------------------------------------------------------------------

    def set(self, key: str, value: str, override: Override | None) -> None:
        head, _, rest = key.partition(".")
        if key == "take_up_case":
            self.take_up_case = one_of(key, value, CASES)
        elif key == "walk_measure":
            self.walk_measure = one_of(key, value, MEASURES)
        elif key == "share_rooms":
            self.share_rooms = one_of(key, value, ("on", "off")) == "on"
        elif key == "convertible":
            self.convertible = one_of(key, value, ("on", "off")) == "on"
        elif head == "limits" and rest in LIMITS:
            (self.limits_on.add if one_of(key, value, ("on", "off")) == "on" else self.limits_on.discard)(rest)
        elif head == "compatibility":
            self._set_relation(key, rest, value)
        elif head == "cost":
            self._set_cost(key, rest, value, override)
        elif head == "rate" and re.fullmatch("[A-Z]{3}", rest):
            number_of(key, value, positive, "> 0")
        elif head in RULE_KEYS:
            self._set_rule(key, value, override)
        else:
            self._set_parameter(key, value, override)
        self.settings[key] = value

    def _set_parameter(self, key: str, value: str, override: Override | None) -> None:
        name, *narrowed = key.split(".")
        service, band = [*narrowed, "", ""][:2]
        chosen = [
            row
            for row in self.parameters
            if row[0] == name and service in ("", row[1]) and band in ("", row[2]) and len(narrowed) <= 2
        ]
        if not chosen:
            raise DoorstepError("setting-unknown", key=key, nearest=self._nearest(key))
        for row in chosen:
            old = self.parameters[row]
            allowed, expected = bounds_of(name, old.unit)
            text = str(YES_NO[value]) if old.unit == "y/n" and value in YES_NO else value
            self.parameters[row] = _stated(old, number_of(key, text, allowed, expected), override)

    def _set_relation(self, key: str, rest: str, value: str) -> None:
        pair = _pair(*rest.split(".")) if rest.count(".") == 1 else ("", "")
        if pair not in self.relation:
            raise DoorstepError("setting-unknown", key=key, nearest=self._nearest(key))
        self.relation[pair] = one_of(key, value, RELATIONS)

    def _set_cost(self, key: str, rest: str, value: str, override: Override | None) -> None:
        item, _, channel = rest.partition(".")
        chosen = [row for row in self.costs if row[1] == item and channel in ("", row[0])]
        if not chosen and channel in CHANNELS and ("any", item) in self.costs:
            # The item has one figure for all channels: this channel gets its own.
            chosen = [(channel, item)]
            self.costs[channel, item] = self.costs["any", item]
        if not chosen:
            raise DoorstepError("setting-unknown", key=key, nearest=self._nearest(key))
        for row in chosen:
            allowed, expected = bounds_of(item, self.costs[row].unit)
            self.costs[row] = _stated(self.costs[row], number_of(key, value, allowed, expected), override)

    def _set_rule(self, key: str, value: str, override: Override | None) -> None:
        rule = changed_rule(key, value, self.rules, override)
        if rule is None:
            raise DoorstepError("setting-unknown", key=key, nearest=self._nearest(key))
        self.rules[rule.id] = rule

    def _nearest(self, key: str) -> str:
        known = {
            "take_up_case",
            "walk_measure",
            "share_rooms",
            "convertible",
            *(f"limits.{limit}" for limit in LIMITS),
            *(f"{verb}.{rule}" for verb in RULE_KEYS for rule in self.rules),
            *(f"compatibility.{a}.{b}" for a, b in self.relation),
        }
        for name, service, band in self.parameters:
            known |= {name, f"{name}.{service}", f"{name}.{service}.{band}"}
        for channel, item in self.costs:
            known |= {f"cost.{item}", f"cost.{item}.{channel}"}
        nearest = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.0)
        return nearest[0]

    # -- the finished profile ---------------------------------------------------------------------------------------

    def profile(self) -> Profile:
        number = self.number
        services = tuple(self._service(service) for service in SERVICES)
        relation = {**self.relation, **{(b, a): kind for (a, b), kind in self.relation.items()}}
        return Profile(
            id=self.id,
            currency=self.currency,
            developer_bears_structure=self.developer_bears_structure,
            rates=self.rates,
            approvals=self.approvals,
            settings=dict(sorted(self.settings.items())),
            take_up_case=self.take_up_case,
            services=services,
            homebound_share=tuple(number("homebound_share", band=band) for band in AGE_BANDS),
            weight_age=tuple(number("weight_age", band=band) for band in AGE_BANDS),
            walk_speed_m_s=tuple(number("walk_speed", band=band) for band in AGE_BANDS),
            decay_flat_share=number("decay_flat_share"),
            decay_end_value=number("decay_end_value"),
            occupancy_cap=number("occupancy_cap"),
            common_share_complex=number("common_area_share"),
            common_share_dispersed=number("common_area_share_dispersed"),
            complex_min_functions=int(number("complex_min_functions")),
            complex_min_area_m2=int(number("complex_min_area_m2")),
            small_hub_m2=int(number("small_hub_m2")),
            forbidden_pairs=frozenset(pair for pair, kind in self.relation.items() if kind == "forbidden"),
            compatibility=relation,
            floor_use=self._floor_use(services, relation),
            step_penalty=number("step_penalty"),
            crossing_wait_ms=round(1000 * number("crossing_wait_s")),
            snap_limit_mm=round(1000 * number("snap_limit_m")),
            limits_on=frozenset(self.limits_on),
            rules=tuple(sorted(self.rules.values(), key=lambda rule: rule.id)),
            parameters=dict(self.parameters),
            costs=dict(self.costs),
            lift_wait_ms=round(1000 * number("lift_wait_s")),
            step_going_mm=round(1000 * number("step_going_m")),
            walk_measure=self.walk_measure,
            walk_limit_factor=tuple(self._limit_factor(band) for band in AGE_BANDS),
            share_rooms=self.share_rooms,
            convertible=self.convertible,
        )

    def _floor_use(self, services: Sequence[Service], relation: Mapping[tuple[str, str], str]) -> FloorUse:
        clocks = {key[0].removeprefix("period_"): clock for key, clock in self.codes.items() if "period_" in key[0]}
        periods = [period(name, clock) for name, clock in clocks.items()]
        room_use = {
            (service, one.id): self.number(f"room_use_{one.id}", service) for service in SERVICES for one in periods
        }
        shareable = {service: self.number("shareable_floor_share", service) for service in SERVICES}
        return floor_use(services, relation, periods, room_use, shareable)

    def _limit_factor(self, band: str) -> float:
        frail = self.parameters.get(("walk_time_limit_factor_frail", "any", band))
        return frail.mid if frail else 1.0

    def _service(self, service: str) -> Service:
        number = self.number
        take_up = self.parameters["take_up", service, "all"]
        by_case = (take_up.low, take_up.mid, take_up.high)
        price = self.costs["any", f"price_ref:{service}"]
        return Service(
            id=service,
            capacity_unit=CAPACITY_UNIT[self.codes["capacity_unit", service, "all"]],
            walk_limit_mm=round(1000 * number("walk_limit_m", service)),
            walk_limit_ms=round(60_000 * number("walk_limit_min", service)),
            need_rate=tuple(number("need_rate", service, band) for band in AGE_BANDS),
            take_up=by_case[CASES.index(self.take_up_case)],
            take_up_range=by_case,
            price_elasticity=number("take_up_price_elasticity", service),
            price_ref=price.mid,
            price_unit=next(unit for word, unit in PRICE_UNIT if word in price.unit),
            units_per_user=number("units_per_user", service),
            peak_share=number("peak_share", service),
            open_days_year=number("open_days_year", service),
            weight=number("weight", service),
            priority=service in PRIORITY,
            storey_min=int(number("storey_min", service)),
            storey_max=int(number("storey_max", service)),
            lift_above=int(number("lift_needed_above_storey", service)),
            grades=tuple(self._grades(service)),
        )

    def _grades(self, service: str) -> Iterable[Grade]:
        for grade in range(1, 10):
            if (f"grade_{grade}_capacity", service, "all") not in self.parameters:
                return

            def of(quantity: str, grade: int = grade) -> int:
                return int(self.number(f"grade_{grade}_{quantity}", service))

            yield Grade(
                number=grade,
                area_m2=of("area_m2"),
                capacity=of("capacity"),
                rooms_min=of("rooms_min"),
                outdoor_m2=of("outdoor_m2"),
                kitchen=of("kitchen") == 1,
            )


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _parameter(row: Mapping[str, Any]) -> Parameter:
    low, mid, high = (YES_NO.get(row[case], row[case]) for case in CASES)
    return Parameter(float(low), float(mid), float(high), row["unit"], row["source"], row["kind"])


def _stated(old: Parameter, value: float, override: Override | None) -> Parameter:
    """A figure that somebody set has no range any more; a city's figure carries its document."""
    source = f"{override.document}, {override.date}".strip(", ") if override else ""
    return Parameter(value, value, value, old.unit, source, "city" if override else "assumption")
