"""The words of lists of rooms: whose they are, of what kind, which channels are open to them and which is suggested."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from doorstep.city.vocabulary import simplified

__all__ = ["channel_rule", "kind_word", "room_class", "suggested_channel"]


@cache
def _page() -> Mapping[str, Any]:
    return tomllib.loads(files("doorstep.city").joinpath("rooms.toml").read_text(encoding="utf-8"))


@cache
def _patterns(subject: str) -> Mapping[str, re.Pattern[str]]:
    def pattern(word: str) -> str:
        if word.startswith("/"):
            return word.strip("/")
        return rf"(?<![a-z]){re.escape(word)}(?:e?s)?(?![a-z])" if word.isascii() else re.escape(word)

    return {name: re.compile("|".join(map(pattern, words)), re.IGNORECASE) for name, words in _page()[subject].items()}


@lru_cache(maxsize=65_536)
def room_class(subject: str, text: str) -> str:
    """Return the class of an ``owner`` or a ``kind`` by the words of a list, "" if they do not tell.

    Examples
    --------
    >>> room_class("owner", "友谊物业公司"), room_class("owner", "江景房地产开发有限公司"), room_class("owner", "不详")
    ('common', 'developer', '')
    >>> room_class("kind", "友谊花园会所"), room_class("kind", "滨湖苑地下室"), room_class("kind", "Fire brigade")
    ('estate_room', 'below', '')
    """
    plain = simplified(text).casefold().strip()
    if plain in _page()[subject]:
        return plain
    return next((name for name, words in _patterns(subject).items() if plain and words.search(plain)), "")


def kind_word(name: str) -> str:
    """Return the word of a room's name that tells its kind, "" if none does.

    Examples
    --------
    >>> kind_word("前进小区原锅炉房"), kind_word("三道4号")
    ('锅炉房', '')
    """
    known = room_class("kind", name)
    found = _patterns("kind")[known].search(simplified(name).casefold()) if known else None
    return found.group() if found else ""


def channel_rule(channel: str) -> Mapping[str, list[str]]:
    """Return the ``kinds`` and ``owners`` that a channel is open to."""
    rule: Mapping[str, list[str]] = _page()["channel"][channel]
    return rule


def suggested_channel(owner: str, kind: str = "") -> str:
    """Return the channel that owner and kind of a room suggest, "" if the owner does not tell or none is open.

    Rooms that are built with housing come as such, whoever holds them.

    Examples
    --------
    >>> suggested_channel("江景房地产开发有限公司", "配建用房"), suggested_channel("街道办事处", "老年活动室")
    ('newbuild', 'transfer')
    >>> suggested_channel("全体业主", "锅炉房"), suggested_channel("某某有限公司"), suggested_channel("", "锅炉房")
    ('supplement', 'convert', '')
    """
    owner_class, kind_class = room_class("owner", owner), room_class("kind", kind)
    for channel in _page()["suggested"].get(owner_class, ()):
        rule = channel_rule(channel)
        if owner_class in rule["owners"] and (not kind_class or kind_class in rule["kinds"]):
            return str(channel)
    return ""
