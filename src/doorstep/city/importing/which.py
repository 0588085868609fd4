"""Which table of the city a list belongs to, by its columns and the words of its titles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from doorstep.city.importing.forms import Form
from doorstep.city.importing.headings import fields
from doorstep.city.importing.templates import table_of_template
from doorstep.city.vocabulary import simplified

__all__ = ["TABLES", "is_survey", "table_of"]

TABLES = ("communities", "compounds", "residences", "facilities", "spaces", "control_points", "survey")
"""What a list may be; the last two are no tables of a city."""
_WORDS = {
    "spaces": r"闲置|盘活|用房|空间|资产|腾退|低效|存量|空置|可利用|idle|vacant|spaces?\b|unused",
    "facilities": r"设施|机构|场地|服务|poi|点位|食堂|助餐|养老|托育|医疗|卫生|体育|文化|据点|图书"
    r"|clinic|facilit|care|pharmac|hospital|welfare|nurser|school",
    "residences": r"楼栋|住宅(?!小?区)|房屋台账|楼盘表|楼幢|residence|buildings?\b|dwelling|hdb|housing",
    "communities": r"社区(?:人口|情况|基本|名录|一览|统计)|人口(?:情况|统计|信息|台账|数据)"
    r"|villages?\b|communit|subzone|population",
    "compounds": r"小区(?:情况|名录|一览|用地|信息|台账|基本)|住宅小区|院落|compounds?\b|estates?\b",
}
_SURVEY = re.compile(r"您|满意度|^sat_|_uuid|_submission_time|答卷|_parent_index|^need/|单选题|多选题")


def is_survey(headers: Sequence[str]) -> bool:
    """Whether headers are the questions of a questionnaire, or of a group that repeats within one."""
    return sum(bool(_SURVEY.search(header)) for header in headers) >= 2 or "_parent_index" in headers


def _lowest(form: Form) -> list[list[object]]:
    """The lowest row of the header, none for a layer."""
    return list(form.grid.lines[form.header_rows[1] - 1 : form.header_rows[1]])


def table_of(form: Form) -> tuple[str, float, str]:
    """Return the table a list belongs to, how much more speaks for it than for the next, and the next.

    "" if nothing speaks for any.
    """
    headers = [one.text for one in form.headings]
    if is_survey(headers):
        return "survey", 9.0, ""
    heads = [str(cell).strip() for line in _lowest(form) for cell in line if cell not in (None, "")]
    own_form = table_of_template(form.grid.sheet, heads)
    if own_form:
        return own_form, 9.0, ""
    known = Counter(one.field for one in form.headings)
    scores: defaultdict[str, float] = defaultdict(float)
    for name in known:
        for table, weight in (fields()[name].tables or {}).items() if name in fields() else ():
            scores[table] += weight
    said = simplified(" ".join([form.grid.sheet, form.grid.file.rpartition(".")[0], *form.titles])).casefold()
    for table, words in _WORDS.items():
        scores[table] += min(1.5, len(re.findall(words, said)))
    own = form.grid.file.rpartition(".")[0].casefold()
    if own in _WORDS:
        scores[own] += 4
    bands = known["band"] >= 3
    if bands:
        scores["communities"] += 1.5 if known["community"] or known["community_code"] else 0.5
        scores["residences"] += 0.5
    places = known["lon"] + known["point"] + known["x"] + known["geometry"]
    if known["category"] and (known["address"] or places):
        scores["facilities"] += 1
    if known["name"] and known["address"]:
        scores["facilities"] += 0.5
    if known["storeys"] and known["dwellings"]:
        scores["residences"] += 1
    if (
        known["building"] == 0
        and known["compound"] == 0
        and not known["storeys"]
        and not known["dwellings"]
        and not known["people"]
        and not bands
    ):
        scores["residences"] -= 3
    if known["building"] and known["area_m2"] + known["floor_area_m2"] and (known["storey"] or known["present_use"]):
        scores["spaces"] += 1
    if not (known["community"] or known["community_code"]) and not (bands or known["people"]):
        scores["communities"] -= 3
    if known["name"] or known["building"] or (known["address"] and not bands):
        scores["communities"] -= 2
    if not known["compound"] and not known["compound_code"]:
        scores["compounds"] -= 3
    if known["building"] or known["storey"] or known["storeys"] or known["name"]:
        scores["compounds"] -= 2
    ranked = [(table, score) for table, score in sorted(scores.items(), key=lambda pair: -pair[1]) if score > 0]
    if not ranked or ranked[0][1] < 1.5:
        return "", 0.0, ranked[0][0] if ranked else ""
    second = ranked[1] if len(ranked) > 1 else ("", 0.0)
    return ranked[0][0], ranked[0][1] - second[1], second[0]
