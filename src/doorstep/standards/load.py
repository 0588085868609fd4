"""Profiles of the package, read with what a user and a city set over them.

Keys of settings (``--set`` and the overrides of ``city.toml``):

========================================  ==================================================================
``take_up_case``                          low, mid or high
``walk_measure``                          metres or minutes
``limits.<name>``                         on or off; the names are those of ``LIMITS``
``<parameter>[.<service>[.<band>]]``      a number (y or n for ``grade_<m>_kitchen``)
``compatibility.<service>.<service>``     shareable, allowed, separate_entrance or forbidden
``cost.<item>[.<channel>]``               a number, major units of the profile's currency
``rate.<CUR>``                            units of that currency for one of the profile's
``raise.<rule id>``                       ``hard``; only in an override, with document and date
========================================  ==================================================================
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from doorstep.city.model import AGE_BANDS, CHANNELS, SERVICES, Override
from doorstep.errors import DoorstepError
from doorstep.standards.matrices import RELATIONS, floor_use, period
from doorstep.standards.profile import FloorUse, Force, Grade, Parameter, Profile, Rule, RuleKind, Service

__all__ = ["CASES", "LIMITS", "MEASURES", "load_profile", "profile_names"]

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


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles in the package, sorted.

    Examples
    --------
    >>> profile_names()
    ('cn-2023', 'generic-gb')
    """
    names = (entry.name for entry in files("doorstep.standards").joinpath("profiles").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_profile(
    name: str, *, settings: Mapping[str, str] | None = None, overrides: Sequence[Override] = ()
) -> Profile:
    """Return a profile with the city's overrides and, over these, the user's settings.

    Parameters
    ----------
    name
        One of :func:`profile_names`.
    settings
        Key -> value as text; the keys are listed at the head of this module.
    overrides
        Figures and raised rules of the city, with document and date.

    Raises
    ------
    DoorstepError
        ``profile-unknown``, ``setting-unknown`` (with the ``nearest`` key), ``setting-value`` (with what was
        ``expected``), ``raise-needs-document``.

    Examples
    --------
    >>> profile = load_profile("cn-2023", settings={"walk_limit_m.meals": "400"})
    >>> profile.service("meals").walk_limit_mm, profile.complex_min_area_m2
    (400000, 600)
    """
    if name not in profile_names():
        raise DoorstepError("profile-unknown", name=name, known=", ".join(profile_names()))
    draft = _Draft(_document(name))
    for override in sorted(overrides, key=lambda one: one.key):
        draft.set(override.key, override.value, override)
    for key, value in sorted((settings or {}).items()):
        draft.set(key, value, None)
    return draft.profile()


@cache
def _document(name: str) -> dict[str, Any]:
    path = files("doorstep.standards").joinpath("profiles", f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


class _Draft:
    """The rows of a profile while settings are laid over them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.id: str = document["id"]
        self.currency: str = document["currency"]
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
        self.rules = {row["id"]: _rule(row) for row in document["rules"]}
        self.take_up_case = self.codes["take_up_default_case", "any", "all"]
        self.walk_measure = self.codes["walk_measure", "any", "all"]
        self.limits_on = set(LIMITS) if self.number("complex_min_area_m2") > 0 else set(LIMITS) - {"complex_area"}
        self.settings: dict[str, str] = {}

    def number(self, name: str, service: str = "any", band: str = "all") -> float:
        """The mid value of the service's row, else of ``any``."""
        row = self.parameters.get((name, service, band)) or self.parameters[name, "any", band]
        return row.mid

    # -- settings ---------------------------------------------------------------------------------------------------

    def set(self, key: str, value: str, override: Override | None) -> None:
        head, _, rest = key.partition(".")
        if key == "take_up_case":
            self.take_up_case = _one_of(key, value, CASES)
        elif key == "walk_measure":
            self.walk_measure = _one_of(key, value, MEASURES)
        elif head == "limits" and rest in LIMITS:
            (self.limits_on.add if _one_of(key, value, ("on", "off")) == "on" else self.limits_on.discard)(rest)
        elif head == "compatibility":
            self._set_relation(key, rest, value)
        elif head == "cost":
            self._set_cost(key, rest, value, override)
        elif head == "rate" and re.fullmatch("[A-Z]{3}", rest):
            _number(key, value, _positive, "> 0")
        elif head == "raise" and rest in self.rules:
            self._raise(key, rest, value, override)
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
            allowed, expected = _allowed(name, old.unit)
            text = str(YES_NO[value]) if old.unit == "y/n" and value in YES_NO else value
            self.parameters[row] = _stated(old, _number(key, text, allowed, expected), override)

    def _set_relation(self, key: str, rest: str, value: str) -> None:
        pair = _pair(*rest.split(".")) if rest.count(".") == 1 else ("", "")
        if pair not in self.relation:
            raise DoorstepError("setting-unknown", key=key, nearest=self._nearest(key))
        self.relation[pair] = _one_of(key, value, RELATIONS)

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
            allowed, expected = _allowed(item, self.costs[row].unit)
            self.costs[row] = _stated(self.costs[row], _number(key, value, allowed, expected), override)

    def _raise(self, key: str, rule_id: str, value: str, override: Override | None) -> None:
        _one_of(key, value, ("hard",))
        if override is None or not override.document or not override.date:
            raise DoorstepError("raise-needs-document", key=key)
        self.rules[rule_id] = dataclasses.replace(
            self.rules[rule_id], force=Force.HARD, raised_by=f"{override.document}, {override.date}"
        )

    def _nearest(self, key: str) -> str:
        known = {
            "take_up_case",
            "walk_measure",
            *(f"limits.{limit}" for limit in LIMITS),
            *(f"raise.{rule}" for rule in self.rules),
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


def _rule(row: Mapping[str, str]) -> Rule:
    plain = {key: row[key] for key in row if key not in ("service", "force", "kind")}
    return Rule(
        **plain,
        services=tuple(row["service"].split(";")),
        force=Force(row["force"]),
        kind=RuleKind(row["kind"]),
    )


def _stated(old: Parameter, value: float, override: Override | None) -> Parameter:
    """A figure that somebody set has no range any more; a city's figure carries its document."""
    source = f"{override.document}, {override.date}".strip(", ") if override else ""
    return Parameter(value, value, value, old.unit, source, "city" if override else "assumption")


def _one_of(key: str, value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise DoorstepError("setting-value", key=key, value=value, expected=" | ".join(choices))
    return value


def _number(key: str, value: str, allowed: Callable[[float], bool], expected: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not allowed(number):
        raise DoorstepError("setting-value", key=key, value=value, expected=expected)
    return number


def _allowed(name: str, unit: str) -> tuple[Callable[[float], bool], str]:
    """What a figure may be: its bounds as a test and as text, from its name and unit."""
    if unit == "y/n":
        return (lambda x: x in (0.0, 1.0)), "y | n"
    if name.startswith(("storey_", "lift_needed")):
        return (lambda x: x == int(x)), "…, -1, 0, 1, 2, …"
    if re.fullmatch(r"grade_\d_.*|complex_min_.*|small_hub_m2", name):
        return (lambda x: x >= 0 and x == int(x)), "0, 1, 2, …"
    if name == "step_penalty":
        return (lambda x: x >= 1), "≥ 1"
    if name in ("crossing_wait_s", "lift_wait_s"):  # whole seconds: a walk's waiting is counted in units they share
        return (lambda x: x >= 0 and x == int(x)), "0, 1, 2, …"
    if name in POSITIVE or name.startswith(("staff_ratio:", "life_", "aid_speed:")):
        return _positive, "> 0"
    if name in SHARES or unit.startswith("share of") or "_share" in name:
        return (lambda x: 0 <= x <= 1), "0 … 1"
    return (lambda x: x >= 0), "≥ 0"


def _positive(x: float) -> bool:
    return x > 0


# Figures by which something is divided, and shares whose unit does not begin with the word.
POSITIVE = (
    "walk_speed",
    "units_per_user",
    "peak_share",
    "walk_limit_m",
    "walk_limit_min",
    "open_days_year",
    "occupancy_cap",
)
SHARES = ("take_up", "need_rate", "decay_end_value")
