"""What a column of an office's list is: from its header, its unit and, for ages, the numbers in it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

from doorstep.city.importing.quantity import unit_factor
from doorstep.city.vocabulary import simplified

__all__ = ["Field", "Heading", "field", "fields", "heading_of", "headings_of", "plain_heading"]

_BRACKETS = re.compile(r"[(\[{【〔（<《](.*?)[)\]}】〕）>》]")
_NUMBERING = re.compile(r"^(?:[（(]?\d{1,3}[)）]|\d{1,3}[、.．](?!\d)|[一二三四五六七八九十]{1,3}[、.])")
_UNIT_SAID = re.compile(r"\s*([,，;；]?)\s*单位\s*([:：]?)\s*(.*)$")
_AGE = r"(?:周?岁|years?|yrs?)?"
_BAND = re.compile(
    rf"^(?:p_?|pop_?|age_?|ages_?|人口)?(\d{{1,3}}){_AGE}(?:-|~|–|—|至|到|_|to)(\d{{1,3}})(?:{_AGE})(?:[(（]?含.*)?(人口|人数|人)?(男|女|m|f)?$"
)
_STATISTICAL = re.compile(r"^a(\d{1,3})(?:a(\d{1,3})|up_?\d*)(?:_(m|f))?(?:_cnt)?$")  # as Taiwan's statistics name ages
_OPEN = re.compile(
    rf"^(?:p_?|pop_?|age_?|ages_?|人口)?(\d{{1,3}})(?:{_AGE})(?:\+|p|plus|_plus|及?以上|以上|岁\+|andover|andolder)(?:人口|人数|人|老年人|老人|的?老年人口)?(男|女)?$"
)
_SINGLE = re.compile(r"^(?:p_?|pop_?|age_?|ages_?|人口)(\d{1,3})$|^(\d{1,3})周?岁(?:人口|人数|人)?$")
_UNDER = re.compile(r"^(\d{1,3})周?岁?(及)?以下(?:人口|人数|儿童|婴幼儿|人)?$")
_RATE = re.compile(
    r"(万?元|圆|yuan|rmb|cny)?[/每per]*(㎡|m2|m²|平方米|平米|平方|平|间|套|处)?[/·.*×每]?(年|月|日|天|day|month|year|a)?$"
)


@dataclass(frozen=True, slots=True)
class Field:
    """A row of ``fields.toml``: what a column may be."""

    id: str
    names: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    kind: str = "text"
    measured: str = ""
    tables: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a list.

    Parameters
    ----------
    place
        Position of the column, from 0.
    text
        The header as it stands, levels parted by " / ".
    field
        Id of the field, ``band``, ``men``, ``women`` or "" if it is not known.
    unit
        As the header writes it, "" if it does not.
    band
        First and last age of a ``band`` (last 120: and older).
    """

    place: int
    text: str
    field: str
    unit: str = ""
    band: tuple[int, int] | None = None


@cache
def fields() -> Mapping[str, Field]:
    """Return all fields by id."""
    page = tomllib.loads(files("doorstep.city.importing").joinpath("fields.toml").read_text(encoding="utf-8"))
    return {
        name: Field(
            name,
            tuple(row.get("names", ())),
            tuple(row.get("parts", ())),
            row.get("kind", "text"),
            row.get("measured", ""),
            row.get("tables"),
        )
        for name, row in page.items()
    }


def field(name: str) -> Field:
    """Return a field; ages count persons."""
    if name in ("band", "men", "women"):
        return Field(name, kind="number", measured="persons")
    return fields()[name]


@lru_cache(maxsize=65_536)
def plain_heading(text: str) -> str:
    """Return a header as it is compared: without brackets, numbering, blanks and marks.

    Examples
    --------
    >>> plain_heading("1、 建築面積 （㎡）*"), plain_heading("Floor Area (m2)"), plain_heading("（填写）")
    ('建筑面积', 'floorarea', '填写')
    """
    bare = simplified(unicodedata.normalize("NFKC", text)).casefold()
    without = _BRACKETS.sub("", bare)
    if not re.search(r"\w", without):
        without = re.sub(r"[()\[\]{}<>【】《》]", "", bare)
    without = _NUMBERING.sub("", without.strip())
    without = _UNIT_SAID.sub(_no_unit, without)
    return re.sub(r"[\s*※:：?？]+", "", without) or without.strip()


def _no_unit(said: re.Match[str]) -> str:
    """面积 单位：㎡ and 面积,单位㎡ are 面积; but 产权单位, 能力单位 and 单位名称 say no unit."""
    comma, colon, unit = said.groups()
    return "" if unit and (comma or colon or unit_factor(unit)) else said.group()


@cache
def _by_name() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for one in fields().values():
        for name in one.names:
            found.setdefault(_bare(plain_heading(name)) or name, one.id)
    return found


_ATTRIBUTES = {
    "名称|全称|简称|名": "name",
    "编号|编码|代码|代号|号码|id|标识码?": "id",
    "地址|坐落|座落|位置|地点|住所": "address",
    "类型|类别|性质|分类|种类": "category",
    "状态|状况": "state",
    "面积": "area_m2",
}
_COMPOSED = re.compile(
    r"^(?:房产|房屋|房源|物业|资产|用房|空间|场地|场所|场馆|机构|设施|单位|站点|点位|网点|据点|中心|项目|门店|商铺|店铺|服务点|服务机构"
    r"|服务设施|服务场所|公共设施|公共服务设施|养老|托育|医疗|文化|体育|卫生|教育|便民|社区服务|闲置|存量|可用|标的|不动产){1,3}"
    rf"({'|'.join(_ATTRIBUTES)})$"
)
"""Headers made of what is listed and what is said of it: 公共服务设施名称, 存量房产编码."""


_TWO_LANGUAGES = re.compile(r"([\u3400-\u9fff]{2,12})[\s/|_\-]+([A-Za-z][A-Za-z .'\-]{2,40})")


_PRICED = re.compile(r"(.{1,10}?)(万?元(?:[/每].+)?)")


def _bare(plain: str) -> str:
    return re.sub(r"[\s_\-.]+", "", plain)


@lru_cache(maxsize=65_536)
def _field_of(text: str) -> str:
    plain = _bare(plain_heading(text))
    if plain in _by_name():
        return _by_name()[plain]
    whole = re.sub(r"[\s_\-.()（）]+", "", unicodedata.normalize("NFKC", text).casefold())
    if whole in _by_name():
        return _by_name()[whole]
    for one in fields().values():
        if any(re.search(part, plain) for part in one.parts):
            return one.id
    # 楼栋总户数(户), 2025年末常住人口, 现有床位数: what stands before or behind does not change what is counted
    bare = re.sub(
        r"^(?:\d{4}年?(?:末|底|度)?|年末|现有|现状|目前|当前|实际|本[社小]区|所在地?|所属|属地|被[^名]{0,3}|该)|(?:情况|信息|一览|合计|总计)$",
        "",
        plain,
    )
    if bare != plain and bare:
        return _field_of(bare)
    # 建筑面积㎡, 户数(套), 租金元/㎡·月 written without brackets
    for end in range(1, min(6, len(plain))):
        if unit_factor(plain[-end:]) and plain[:-end] in _by_name():
            return _by_name()[plain[:-end]]
    priced = _PRICED.fullmatch(plain)
    if priced and is_rate(priced.group(2)) and priced.group(1) in _by_name():
        return _by_name()[priced.group(1)]
    # 托位数 Places, 地址/Address: one header in two languages
    apart = _TWO_LANGUAGES.fullmatch(_BRACKETS.sub("", simplified(unicodedata.normalize("NFKC", text))).strip())
    for part in apart.groups() if apart else ():
        if found := _field_of(part):
            return found
    composed = _COMPOSED.match(plain)
    return next((name for part, name in _ATTRIBUTES.items() if composed and re.fullmatch(part, composed.group(1))), "")


def _unit_of(text: str) -> str:
    """The unit in brackets, behind a comma, or at the end of a header."""
    flat = unicodedata.normalize("NFKC", text)
    inner = [found.strip() for found in _BRACKETS.findall(flat)]
    inner += re.findall(r"单位[::]?\s*([^\s,;)]+)", flat)
    priced = _PRICED.fullmatch(re.sub(r"\s+", "", flat))
    if priced and not inner and is_rate(priced.group(2)) and _field_of(priced.group(1)):
        return priced.group(2)
    tail = re.split(r"[,/_]", flat)[-1].strip() if re.search(r"[,/_]", flat) else ""
    for candidate in [*reversed(inner), tail]:
        bare = re.sub(r"^单位[::]?", "", candidate).strip()
        if bare and (unit_factor(bare) or is_rate(bare)):
            return bare
    plain = re.sub(r"\s+", "", flat)
    for end in (5, 4, 3, 2, 1):
        measured, factor = unit_factor(plain[-end:]) or ("", 0.0)
        if len(plain) <= end or not measured:
            continue
        # 用地亩 is a field as a whole, 用地 is none; 人口 is no number of 口
        counted = _field_of(plain[:-end]) or (_field_of(plain) if factor != 1.0 else "")
        if counted and field(counted).kind in ("number", "rate", "storeys"):  # 建成年份 is no year of 份
            return plain[-end:]
        if measured == "persons" and _band_of(plain[:-end], False):
            return plain[-end:]
    return ""


def is_rate(unit: str) -> bool:
    """Whether a unit is money for an area or a time: 元/㎡·月, 元/月, 万元/年."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", unit).casefold())
    return bool(re.search(r"元|圆|yuan|rmb|cny", plain) and _RATE.search(plain))


def heading_of(place: int, levels: Sequence[str], *, bands_expected: bool = False) -> Heading:
    """Return what a column is.

    Parameters
    ----------
    place
        Position of the column.
    levels
        Header texts from the top down, none twice.
    bands_expected
        True if other columns of the list are ages, so that a bare "0-2" is one, too.

    Examples
    --------
    >>> heading_of(4, ["人口", "常住人口(万人)"])
    Heading(place=4, text='人口 / 常住人口(万人)', field='people', unit='万人', band=None)
    >>> heading_of(5, ["人口", "80岁及以上(人)"]).band
    (80, 120)
    """
    shown = " / ".join(level.strip() for level in levels)
    unit = next((found for level in reversed(levels) if (found := _unit_of(level))), "")
    for level in reversed(levels):
        band = _band_of(
            level, bands_expected or any("人口" in one or "年龄" in one or "age" in one.casefold() for one in levels)
        )
        if band is not None:
            return Heading(place, shown, "band", unit, band)
    last = plain_heading(levels[-1]) if levels else ""
    if last in ("男", "男性", "male", "men", "男性人口", "女", "女性", "female", "women", "女性人口"):
        return Heading(place, shown, "men" if last.startswith(("男", "male", "men")) else "women", unit)
    joined = "/".join(plain_heading(level) for level in levels)
    for text in (joined, *reversed(levels)):
        found = _field_of(text)
        if (found or len(re.split(_OR, text)) > 1) and (found := _of_alternatives(text, found)):
            return Heading(place, shown, found, unit)
    return Heading(place, shown, "", unit)


_CAPACITIES = ("capacity", "beds", "nursery_places", "meals_day", "seats")


_OR = "[/或、]"


def _of_alternatives(text: str, found: str) -> str:
    """A column of "places/visits a day" (or 床位/托位) counts what the row's service counts."""
    parts = {_field_of(part.strip()) for part in re.split(_OR, text)}
    several = len(parts & set(_CAPACITIES)) > 1
    return "capacity" if several and (found in _CAPACITIES or (not found and parts <= set(_CAPACITIES))) else found


def _band_of(text: str, expected: bool) -> tuple[int, int] | None:
    bare = re.sub(r"[\s()]+", "", simplified(unicodedata.normalize("NFKC", text)).casefold())
    bare = (
        re.sub(
            r"(?:人|人口|万人|persons?)$",
            "",
            re.sub(
                r"\(.*?\)", "", _BRACKETS.sub("", simplified(unicodedata.normalize("NFKC", text)).casefold())
            ).strip(),
        )
        or bare
    )
    bare = re.sub(r"\s+", "", bare)
    bare = re.sub(r"^(?:其中|含|#)[:：]?", "", bare)
    bare = re.sub(r"^(?:男性?|女性?|合计|小计)[_/\-]|[_/\-](?:男性?|女性?|合计|小计|计)$", "", bare)
    says = bool(re.search(r"岁|age|^p_?\d|years", bare)) or expected
    statistical = _STATISTICAL.match(bare)
    if statistical:
        return int(statistical.group(1)), int(statistical.group(2) or 120)
    found = _BAND.match(bare)
    if found and says and int(found.group(1)) <= int(found.group(2)) <= 120:
        return int(found.group(1)), int(found.group(2))
    single = _SINGLE.match(bare)
    if single and ("岁" in bare or says):
        year = int(single.group(1) or single.group(2))
        return (year, year) if year <= 120 else None
    older = _OPEN.match(bare)
    if older and says and int(older.group(1)) <= 110:
        return int(older.group(1)), 120
    under = _UNDER.match(bare)
    if under and "岁" in bare:
        return 0, int(under.group(1)) - (0 if under.group(2) else 1)
    return None


def headings_of(columns: Sequence[Sequence[str]]) -> tuple[Heading, ...]:
    """Return what the columns of a list are; each item holds the header texts of one column, [] where there is none."""
    expected = sum(bool(levels) and _BAND.match(plain_heading(levels[-1])) is not None for levels in columns) >= 3
    found = [heading_of(place, levels, bands_expected=expected) for place, levels in enumerate(columns) if levels]
    offices = {one.place for one in found if one.field == "name" and _OFFICE.fullmatch(_last(one))}
    if any(one.field == "name" and one.place not in offices for one in found):
        found = [replace(one, field="owner") if one.place in offices else one for one in found]
    return tuple(found)


_OFFICE = re.compile(r"(?:机关|单位)(?:名称|全称)")
"""Whoever holds what is listed, where the list names that itself in another column: 機關名稱 beside 房舍名稱."""


def _last(heading: Heading) -> str:
    return plain_heading(heading.text.rpartition(" / ")[2])
