"""How a register's words are understood: class of owner and kind, state and title of a space."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from doorstep.city.rooms import room_class

__all__ = ["RULES", "Classes", "classes_of"]

RULES: dict[str, Any] = tomllib.loads(files("doorstep.inventory").joinpath("rules.toml").read_text(encoding="utf-8"))
"""The tables of ``rules.toml``."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of one space, "" where the register's words do not tell.

    ``owner``: common, reserve, developer, collective, state_firm, public, private. ``kind``: plot, unbuilt, below,
    roof, estate_room, shop, office, school, plant, other_building. ``state``: idle, stored, underused, let, unbuilt,
    in_use. ``title``: unclear, none, unbuilt, collective, registered.
    """

    owner: str
    kind: str
    state: str
    title: str


def classes_of(space: Mapping[str, Any]) -> Classes:
    """Return the classes of a row of ``City.spaces``.

    Examples
    --------
    >>> classes_of({"owner": "市城投集团", "kind": "soe_office", "present_use": "空置", "title": "已登记"})
    Classes(owner='state_firm', kind='office', state='idle', title='registered')
    """
    kind = next((found for name in ("kind", "place") if (found := room_class("kind", str(space.get(name) or "")))), "")
    state = _class("state", space.get("present_use", "")) or _class("state", space.get("kind", ""))
    title = _class("title", space.get("title", ""))
    return Classes(room_class("owner", str(space.get("owner") or "")), kind, state, title)


def _class(subject: str, text: object) -> str:
    plain = str(text or "").casefold()
    if not plain:
        return ""
    if plain in RULES[subject]:
        return plain
    return next((name for name, words in RULES[subject].items() if any(one in plain for one in words)), "")
