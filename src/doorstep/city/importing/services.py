"""Which service a facility of an office's list gives, by the words of its category, its name and its list."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from doorstep.city.vocabulary import simplified, word

__all__ = ["is_closed", "service_of"]

_CLOSED = re.compile(
    r"已?(?:停业|停办|歇业|关闭|关停|搬迁|注销|停止运营|撤销|拆除|倒闭)|暂停(?:营业|服务|运营)|不再运营|\b(?:closed|defunct|disused)\b",
    re.IGNORECASE,
)


@cache
def _patterns() -> Mapping[str, Mapping[str, re.Pattern[str] | None]]:
    page = tomllib.loads(files("doorstep.city.importing").joinpath("services.toml").read_text(encoding="utf-8"))
    return {
        service: {
            where: re.compile("|".join(simplified(one) for one in row[where]), re.IGNORECASE) if row[where] else None
            for where in ("names", "kinds", "lists")
        }
        for service, row in page.items()
    }


@lru_cache(maxsize=65_536)
def service_of(name: str, category: str = "", of_list: str = "") -> str:
    """Return the service of a facility, "" if it gives none that is known.

    Parameters
    ----------
    name
        Its name.
    category
        Its category; of a map export the parts from coarse to fine, parted by semicolons.
    of_list
        Title, name or heading of the list it stands in.

    Examples
    --------
    >>> service_of("长者饭堂", "餐饮服务;快餐厅;快餐厅"), service_of("五里手机维修", "生活服务;生活服务场所")
    ('meals', '')
    >>> service_of("", "托育服务机构"), service_of("某某中心", "", "养老机构名录")
    ('infant_care', 'elderly_care')
    """
    exact = word("service", category) if category else None
    if exact:
        return exact
    parts = [simplified(part.strip()) for part in re.split(r"[;；|]", category) if part.strip()]
    plain = simplified(name)
    tries = [("names", plain), *(("kinds", part) for part in reversed(parts))]
    none = _patterns()["none"]
    if (none["names"] is not None and none["names"].search(plain)) or any(
        none["kinds"] is not None and none["kinds"].search(part) for part in parts
    ):
        return ""
    # a category that names one service outright goes before a name: 养老院 called "老年大学旁"
    fine = [service for service in _patterns() if parts and _fits(service, "kinds", parts[-1])]
    named = [service for service in _patterns() if plain and _fits(service, "names", plain)]
    both = [service for service in named if service in fine]
    for found in (both, named, fine):
        if found:
            return "" if found[0] == "none" else found[0]
    for where, text in tries:
        for service in _patterns():
            if text and _fits(service, where, text):
                return "" if service == "none" else service
    if not parts:
        lists = [service for service in _patterns() if of_list and _fits(service, "lists", simplified(of_list))]
        return lists[0] if len(lists) == 1 else ""
    return ""


def _fits(service: str, where: str, text: str) -> bool:
    pattern = _patterns()[service][where]
    return pattern is not None and pattern.search(text) is not None


def is_closed(*texts: str) -> bool:
    """Whether a name or a state says that a place is open no more.

    Examples
    --------
    >>> is_closed("景明诊所(已停业)"), is_closed("停业路诊所")
    (True, False)
    """
    for text in texts:
        found = _CLOSED.search(text)
        # 停业路 is a street: the word ends a name, stands in brackets, or is the whole state
        if found and (
            found.end() == len(text.rstrip(")）】] ")) or (found.start() == 0 and len(text) <= found.end() + 2)
        ):
            return True
    return False
