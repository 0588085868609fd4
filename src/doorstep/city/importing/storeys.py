"""Storeys, years and dates as offices write them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from doorstep.city.importing.quantity import chinese_number, is_nothing, tidy

__all__ = ["SHORT_DAY", "Day", "Storey", "day_of", "storey_of", "year_of"]

_ROC = 1911
"""Year 1 of the Republic of China is 1912."""
_USES = "车库|停车库|停车场|商铺|商业|门面|店面|库房|仓库|储藏室|储藏间|设备用房|设备间|用房|办公室|会议室|大厅"
"""What lies on a storey, said behind its number: 地下一层车库."""
_BELOW = re.compile(r"(?:地下室?|负|負|b|-|basement|lower)")


@dataclass(frozen=True, slots=True)
class Storey:
    """Where a room lies in its building: ``low`` and ``high`` storey, the ground is 1, a basement -1.

    ``notes``: ``range``, ``half`` (a mezzanine counts to the storey below), ``roof``, ``whole``, ``words`` (架空层),
    ``british`` (first floor, 2/F: the ground floor is not counted).
    """

    low: int | None
    high: int | None
    notes: tuple[str, ...] = ()


def storey_of(text: str) -> Storey | None:
    """Return the storey that a text names; None if it names none; ``low`` is None for a roof or a top storey.

    Examples
    --------
    >>> [storey_of(text).low for text in ("地下一层", "B1", "负一楼", "3F", "首层", "十二层", "半地下", "2")]
    [-1, -1, -1, 3, 1, 12, -1, 2]
    >>> storey_of("地下一层车库").low, storey_of("地下负2层").low, storey_of("夹层").notes
    (-1, -2, ('half',))
    >>> storey_of("1-3层"), storey_of("一层半").notes, storey_of("屋顶").notes
    (Storey(low=1, high=3, notes=('range',)), ('half',), ('roof',))
    >>> [storey_of(text).low for text in ("First floor", "2/F", "G/F", "LG", "一楼东侧", "裙楼1层", "架空层")]
    [2, 3, 1, -1, 1, 1, 1]
    """
    plain = tidy(text).casefold().strip("第。.;").replace("層", "层").replace("樓", "楼")
    if not plain or is_nothing(plain) or plain in ("阁楼", "閣楼", "attic", "loft"):
        return None
    if plain in ("架空层", "底层架空", "首层架空层"):
        return Storey(1, 1, ("words",))
    if re.search(r"^(?:楼顶|屋顶|屋面|天台|顶楼|roof)", plain) or plain in ("楼顶露台", "露台"):
        return Storey(None, None, ("roof",))
    if plain in ("顶层", "top"):
        return Storey(None, None, ("top",))
    plain = re.sub(r"[(（].*?[)）]", "", plain)
    whole = bool(re.search(r"整栋|整幢|整楼|全栋|独栋|全部|whole", plain))
    bare = re.sub(r"整栋|整幢|整楼|全栋|独栋|全部|whole|地上|局部|临街|沿街", "", plain)
    bare = re.sub(r"^(?:裙楼|裙房|主楼|附楼|副楼|塔楼|配楼|辅楼|[东西南北]楼)(?=.)", "", bare)
    bare = re.sub(r"(?<=[层楼])[东西南北中前后左右]{1,2}(?:侧|边|面|端|部|半部|区|头)?$", "", bare)
    bare = re.sub(rf"(?<=[层楼])(?:{_USES})$", "", bare)
    bare = re.sub(r"(?:及|和|带|含|加|\+)(?:夹层|阁楼)$", "半", bare)
    bare = re.sub(
        r"层?(?:夹层|阁楼|mezzanine)", "层半" if re.search(r"[\d一二三四五六七八九十首底]", bare) else "一层半", bare
    )
    if whole and not bare:
        return Storey(1, None, ("whole",))
    bare = re.sub(r"\b(lg|ug|g|\d{1,2})/f(?:l|loor)?\b", r"\1/f", bare).replace("/f", "／f")
    half = "半" in bare and "半地下" not in bare
    parts = re.split(
        r"(?<=[\d一二三四五六七八九十层楼fl])(?:-|–|—|~|至|到|to)|[、,，/和及&+]|(?<=[a-z])and(?=[a-z\d])", bare
    )
    levels = [_level(part) for part in parts if part]
    if not levels or any(level is None for level in levels):
        return None
    known = [level for level in levels if level is not None]
    if min(known) < 0 < max(known) and not _BELOW.search(parts[0]):
        return None
    if len(parts) > 1 and _BELOW.match(parts[0]) and max(known) > 0 and "地上" not in plain and "至" not in plain:
        known = [
            known[0],
            *(
                -abs(level)
                if _BELOW.match(parts[0]) and level > 0 and "-" in bare[1:] and "b" not in bare and "地下" in parts[0]
                else level
                for level in known[1:]
            ),
        ]
    notes = (("range",) if len(set(known)) > 1 else ()) + (("half",) if half else ()) + (("whole",) if whole else ())
    notes += ("british",) if any(_british(part) is not None for part in parts if part) else ()
    return Storey(min(known), max(known), notes)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def _british(part: str) -> int | None:
    """A storey counted above the ground floor, as in Britain and Hong Kong (first floor, 2nd, 3/F), else None."""
    bare = re.sub(r"(?:floor|storey)$", "", part)
    if bare in _ORDINALS:
        return _ORDINALS.index(bare) + 2
    counted = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|／f)", bare)
    return int(counted.group(1)) + 1 if counted else None


def _level(part: str) -> int | None:
    """One storey: 一层, 3F, F3, B2, 地下二层, -1, 首层, 底商, ground floor, first floor, G/F."""
    above = _british(part)
    if above is not None:
        return above
    part = part.replace("／f", "")
    bare = re.sub(r"(?:层|層|楼|樓|级|floor|storey|层楼)?半?$", "", part.replace("第", ""))
    if bare in ("首", "底", "底商", "地面", "门厅", "gf", "g", "ground", "groundfloor", "ug", "upperground"):
        return 1
    if bare in ("半地下", "半地下室", "地下", "地下室", "basement", "负", "lg", "lowerground"):
        return -1
    below = _BELOW.match(bare)
    rest = re.sub("^[负負]", "", bare[below.end() :].removeprefix("层")) if below else bare  # 地下负2层: said twice
    if re.match(r"-\d", bare):
        below, rest = re.match("-", bare), bare[1:]
    number = re.fullmatch(r"[fl]?(\d{1,3})(?:\.0+)?[fl]?", rest)
    value = float(number.group(1)) if number else chinese_number(rest) if rest else None
    if value is None or not 1 <= value <= 150 or not float(value).is_integer():
        return None
    return -int(value) if below else int(value)


def year_of(text: str, *, roc: bool = False) -> tuple[int, tuple[str, ...]] | None:
    """Return a year and notes (``words``, ``roc``, ``range``); None if there is none.

    Parameters
    ----------
    text
        The cell.
    roc
        True if the header says that years are those of the Republic of China.

    Examples
    --------
    >>> year_of("2008年底"), year_of("民国98年3月5日"), year_of("98", roc=True), year_of("80年代")
    ((2008, ('words',)), (2009, ('roc',)), (2009, ('roc',)), (1980, ('words',)))
    """
    plain = tidy(text).casefold()
    found = re.fullmatch(
        r"(?:民国|民國|roc)?(\d{2,3})(?:年度?)?(?:[./\-]\d.*|[01]\d[0-3]\d|\d{1,2}月(?:\d{1,2}日?)?)?", plain
    )
    if found and (roc or plain.startswith(("民国", "民國", "roc"))):
        return int(found.group(1)) + _ROC, ("roc",)
    spelled_roc = re.fullmatch(r"民[国國]([一二三四五六七八九十百零〇元]{1,5})年?(?:度|建|间|[初中底末])?", plain)
    counted = chinese_number(spelled_roc.group(1).replace("元", "一")) if spelled_roc else None
    if counted is not None and counted <= 200:
        return int(counted) + _ROC, ("roc",)
    whole = re.search(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)", plain)
    if whole:
        year = int(whole.group())
        rest = plain.replace(whole.group(), "", 1)
        exact = not rest or re.fullmatch(
            r"年|年建|年度|-\d{1,2}(-\d{1,2})?|[./年]\d{1,2}([./月]\d{1,2}日?|月)?(\d\d:.*)?|\.0+", rest
        )
        return year, () if exact else ("words",)
    compact = re.fullmatch(r"(1[89]\d\d|20\d\d)(\d\d)(\d\d)?", plain)
    if compact:
        return int(compact.group(1)), ()
    decade = re.search(r"([5-9]0|[0-2]0)年代", plain)
    if decade:
        return (1900 if int(decade.group(1)) >= 50 else 2000) + int(decade.group(1)), ("words",)
    spelled = re.search(r"([一二三四五六七八九〇零○]{4})年?", plain)
    number = chinese_number(spelled.group(1)) if spelled else None
    if number is not None and 1800 <= number <= 2100:
        return int(number), ("words",)
    return None


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and what a person ought to know of it: ``roc``, ``month`` (the day was not given), ``words``."""

    day: date
    notes: tuple[str, ...] = ()


SHORT_DAY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[ T]\d{1,2}:\d\d.*)?")
"""A day with its year behind: which of the two numbers is the month hangs on who wrote it."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_NAMED = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-/ ]?(?:of)?)?{_MONTH}[-/,]?(?P<year>\d{{4}})"
    rf"|{_MONTH.replace('month', 'month2')}(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,(?P<year2>\d{{4}})"
)
"""1 April 2026, 1st Apr 2026, Apr-2026, April 1, 2026; blanks are out."""


def day_of(text: str, *, roc: bool = False, day_first: bool = False) -> Day | None:
    """Return the day that a text names.

    Parameters
    ----------
    text
        The cell.
    roc
        True if the header says that years are those of the Republic of China.
    day_first
        True if 01/04/2026 is in April; where only one of the two can be the month, it is.

    Examples
    --------
    >>> [day_of("01/04/2026", day_first=first).day.isoformat() for first in (True, False)]
    ['2026-04-01', '2026-01-04']
    >>> [day_of(text).day.isoformat() for text in ("1st April 2026", "Apr-2026", "April 1, 2026")]
    ['2026-04-01', '2026-04-01', '2026-04-01']
    >>> day_of("民國一百一十五年底").day.isoformat(), day_of("二〇二六年三月五日").day.isoformat()
    ('2026-12-31', '2026-03-05')
    >>> day_of("2026年2月").day.isoformat(), day_of("20260315").day.isoformat(), day_of("113.05.01", roc=True).day.year
    ('2026-02-01', '2026-03-15', 2024)
    """
    plain = re.sub(r"(?<=\d)[ T]\d{1,2}:\d\d.*$", "", text.strip())
    plain = tidy(plain).casefold()
    is_roc = roc or plain.startswith(("民国", "民國", "roc"))
    plain = re.sub(r"^(民国|民國|roc)", "", plain)
    plain = _SPELLED.sub(_in_digits, plain)
    found = re.fullmatch(r"(\d{2,4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月份?)?(.*)", plain) or re.fullmatch(
        r"(\d{3,4})(\d{2})(\d{2})()", plain
    )
    quarter = re.fullmatch(r"(\d{2,4})年?(?:第?([一二三四1-4])季度|q([1-4])|(上|下)半年|(初|中|底|末)|年)?", plain)
    short, named = SHORT_DAY.fullmatch(plain), _NAMED.fullmatch(plain)
    try:
        if short:
            one, other, year = (int(short.group(place)) for place in (1, 3, 4))
            is_day = one > 12 or (day_first and other <= 12)
            return Day(date(year, other, one) if is_day else date(year, one, other), ("short",))
        if named:
            month = _MONTHS.index(named["month"] or named["month2"]) + 1
            own_day, year = named["day"] or named["day2"], int(named["year"] or named["year2"])
            return Day(date(year, month, int(own_day or 1)), () if own_day else ("month",))
        if found:
            year, is_roc = _counted(found.group(1), roc=is_roc)
            rest = found.group(4) or ""
            if not 1800 <= year <= 2200:
                return None
            notes = ("roc",) * is_roc + (() if found.group(3) else ("month",)) + (("words",) if rest else ())
            month = int(found.group(2))
            # a month's end, or a day before which: the room may be had for sure only after it
            late = not found.group(3) and re.match(r"月?份?(?:底|末)", rest)
            return Day(date(year, month, monthrange(year, month)[1] if late else int(found.group(3) or 1)), notes)
        if quarter:
            first = quarter.group(2) or quarter.group(3)
            month = 1 if first is None else 3 * int(chinese_number(first) or first) - 2
            month = {"下": 7, "上": 1, None: month}[quarter.group(4)]
            month = {"初": 1, "中": 6, "底": 12, "末": 12, None: month}[quarter.group(5)]
            year, is_roc = _counted(quarter.group(1), roc=is_roc)
            last = 31 if quarter.group(5) in ("底", "末") else 1
            return Day(date(year, month, last), ("roc",) * is_roc + ("month",)) if 1800 <= year <= 2200 else None
    except ValueError:
        return None
    return None


_SPELLED = re.compile(r"[元〇零○一二三四五六七八九十百]+(?=[年月日])")


def _in_digits(found: re.Match[str]) -> str:
    number = chinese_number(found.group().replace("元", "一"))
    return found.group() if number is None else f"{number:.0f}"


def _counted(text: str, *, roc: bool) -> tuple[int, bool]:
    """A year of the common era, and whether it was one of the Republic: so said, or three digits that are no other."""
    year = int(text)
    if year < 1000 and (roc or (80 <= year <= 150 and len(text) == 3)):
        return year + _ROC, True
    return year, roc
