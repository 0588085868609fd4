"""Names and addresses as they are compared: one form for one meaning, numbers apart."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["RULES", "Address", "address_of", "name_of", "numbers_of", "storey_of"]

RULES: dict[str, Any] = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))

_DIGITS = {"零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_TRADITIONAL = str.maketrans(
    "臺號樓區裡層門牌縣鄉鎮東應華龍萬興國園廣豐錦長義樂農協會團",
    "台号楼区里层门牌县乡镇东应华龙万兴国园广丰锦长义乐农协会团",
)
_ROAD = re.compile(r"([^\d,;、()市区县镇乡]*?(?:大道|路|街(?!道|办)|巷(?![\d])|段))")
_NUMBER = re.compile(r"(\d+(?:[-之]\d+)?)号")
_FLOOR = re.compile(r"(?:(?<=号)|(?<=[、,.;]))(-?\d+|[一二三四五六七八九十]+|b\d)(?:楼|层|f)")
_AREA = re.compile(
    r"^(?:.{2,4}?市)?(?:[^省市区]{1,6}?区)?(?:[^省市区]{1,6}?(?:街道|街办|镇|乡))?(?:[^省市区路街巷]{1,6}?(?:社区|里|村))?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Parts of an address: roads with lane and alley, house numbers on them, floors; "" and empty where it has none."""

    road: str
    numbers: frozenset[str]
    floors: frozenset[str]
    whole: str


def plain(text: object) -> str:
    """Return a text in one form: full-width and traditional forms made plain, no blanks, small letters."""
    told = unicodedata.normalize("NFKC", str(text or "")).translate(_TRADITIONAL)
    return "".join(told.casefold().split())


@lru_cache(maxsize=200_000)
def name_of(name: str) -> tuple[str, str]:
    """Return a name without legal forms and prefixes, and the kind of room that it names ("" if none is known).

    Examples
    --------
    >>> name_of("原安宁东雅苑物业房3号"), name_of("安宁东雅苑物业管理用房3号")
    (('安宁东雅苑3', '物业管理用房'), ('安宁东雅苑3', '物业管理用房'))
    """
    told = plain(name)
    for word in RULES["dropped"]["name"]:
        told = told.replace(plain(word), "")
    for word in RULES["dropped"]["prefix"]:
        if told.startswith(word) and len(told) > 4:
            told = told.removeprefix(word)
    kind = ""
    for group in RULES["same"]:
        first = plain(group["words"][0])
        for word in group["words"]:
            if plain(word) in told:
                told = told.replace(plain(word), "" if len(group["words"]) > 2 else first)
                kind = kind or first
                break
    return re.sub(r"[号()・.,]", "", told), kind


def numbers_of(name: str) -> tuple[str, ...]:
    """Return the numbers in a name, which tell one room of a house from another; Chinese digits before 部 and 期 count.

    Examples
    --------
    >>> numbers_of("映月佳苑物业房2号"), numbers_of("望江图书分馆(二部)")
    (('2',), ('2',))
    """
    told = plain(name)
    chinese = [str(_DIGITS[one]) for one in re.findall(r"([二三四五六七八九十])(?=[部期])", told)]
    return (*re.findall(r"\d+", told), *chinese)


@lru_cache(maxsize=200_000)
def address_of(address: str) -> Address:
    """Return the parts of an address.

    Examples
    --------
    >>> one = address_of("澄川市云桥区兰亭街道枫林社区星火街90号")
    >>> one.road, sorted(one.numbers)
    ('星火街', ['90'])
    >>> address_of("云桥区石桥街办景明和顺巷194号").road
    '景明和顺巷'
    """
    told = plain(address)
    street = _AREA.sub("", told)
    first = _NUMBER.search(street)
    head = street[: first.start()] if first else re.split(r"[,;、(]", street)[0]
    road = re.sub(r"[旁号]+$", "", head)
    numbers = {one.replace("之", "-") for one in _NUMBER.findall(street)}
    numbers |= {one for part in re.findall(r"((?:\d+[、.&,])+)\d+号", street) for one in re.findall(r"\d+", part)}
    floors = {_floor(one) for one in _FLOOR.findall(street)}
    return Address(road, frozenset(numbers), frozenset(floors), street)


def _floor(text: str) -> str:
    return str(_DIGITS.get(text, text))


def storey_of(text: object) -> int | None:
    """Return a storey as offices write it, None if it says none or a range.

    Examples
    --------
    >>> [storey_of(one) for one in ("1F", "二层", "负一层", "B1", "地下一层", 3, "1-3层", "屋顶")]
    [1, 2, -1, -1, -1, 3, None, None]
    """
    told = plain(text).removesuffix(".0")
    found = re.fullmatch(r"(负|地下|b|-)?(\d+|[一二三四五六七八九十])(?:层|楼|f)?", told)
    if not found:
        return None
    number = _DIGITS[found[2]] if found[2] in _DIGITS else int(found[2])
    return -number if found[1] else number
