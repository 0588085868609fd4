"""What may be known of a hub, a community or a city: the names that rules ask for, from ``facts.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from doorstep.city.model import SERVICES

__all__ = ["SUBJECTS", "Fact", "asked_of", "fact", "facts", "inputs_of"]

SUBJECTS = ("hub", "community", "city")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that may be known.

    Parameters
    ----------
    name
        As rules write it; ``capacity:meals`` for a fact that is there once for each of several.
    of
        Of whom it is known: ``hub``, ``community``, ``city``.
    holds
        ``number`` (0 or more), ``storey`` (ground is 1, basement -1), ``yes_no``, ``word``, ``words`` (several).
    unit
        Of a number.
    words
        What a word may be.
    is_of_plan
        A city folder has a column for it, or it is known before rooms are drawn.
    ratio
        (a, b, factor): it is a / b · factor and not asked for; empty otherwise.
    comes_from
        Facts that it is worked out from in another way; not asked for.
    hub_each
        Of a fact that is there once for each: those that a hub is asked for; the hub's others are taken from it.
    """

    name: str
    of: tuple[str, ...]
    holds: str
    unit: str = ""
    words: tuple[str, ...] = ()
    is_of_plan: bool = False
    ratio: tuple[str, str, float] | tuple[()] = ()
    comes_from: tuple[str, ...] = ()
    hub_each: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """The name without what it is of: ``capacity`` of ``capacity:meals``."""
        return self.name.partition(":")[0]

    @property
    def each(self) -> str:
        """What it is of: ``meals`` of ``capacity:meals``; empty for a fact that is there once."""
        return self.name.partition(":")[2]


@cache
def facts() -> dict[str, Fact]:
    """Return every fact by its name, in the order of ``facts.toml``.

    Examples
    --------
    >>> facts()["capacity:meals"].unit, facts()["outdoor_m2_per_child"].ratio
    ('of the service', ('outdoor_m2', 'capacity:infant_care', 1))
    """
    found = {}
    rows = tomllib.loads(files("doorstep.standards").joinpath("facts.toml").read_text(encoding="utf-8"))
    for base, row in rows.items():
        each = row.get("each", [""])
        for one in SERVICES if each == ["service"] else each:
            name = f"{base}:{one}" if one else base
            found[name] = Fact(
                name=name,
                of=tuple(row["of"]),
                holds=row["holds"],
                unit=row.get("unit", ""),
                words=tuple(row.get("words", ())),
                is_of_plan=row.get("plan", False),
                ratio=tuple(row.get("ratio", ())),
                comes_from=tuple(row.get("from", ())),
                hub_each=tuple(row.get("hub_each", ())),
            )
    return found


def fact(name: str) -> Fact:
    """Return one fact; KeyError if there is none of that name."""
    return facts()[name]


def asked_of(subject: str) -> tuple[Fact, ...]:
    """Return the facts that can be told of a hub, a community or a city: those that are not worked out from others."""
    return tuple(
        one
        for one in facts().values()
        if subject in one.of and not one.ratio and not one.comes_from and not (subject == "hub" and _taken(one))
    )


def inputs_of(name: str, subject: str) -> tuple[str, ...]:
    """Return what must be told so that a fact is known, the fact itself if it is asked for.

    Examples
    --------
    >>> inputs_of("outdoor_m2_per_child", "hub"), inputs_of("walk_m:meals", "hub")
    (('outdoor_m2', 'capacity:infant_care'), ('walk_m:longest',))
    """
    one = facts()[name]
    if one.ratio:
        return one.ratio[0], one.ratio[1]
    if subject == "hub" and _taken(one):
        return (f"{one.base}:{one.hub_each[0]}",)
    return one.comes_from or (name,)


def _taken(one: Fact) -> bool:
    """Whether a hub's fact is taken from another of the same kind."""
    return bool(one.hub_each) and one.each not in one.hub_each
