"""Whether 01/04/2026 is the first of April or the fourth of January: what the column, the list and the city tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from doorstep.city.importing.storeys import SHORT_DAY

__all__ = ["DAY_FIRST", "MONTH_FIRST", "is_british", "order_of_days"]

DAY_FIRST, MONTH_FIRST = "day first", "month first"
"""As a person writes it in the mapping, as the unit of a column of dates."""
_CJK = re.compile("[\u3400-\u9fff]")
_BRITISH = re.compile(
    r"\bpost ?code\b|\buprn\b|\busrn\b|\beastings?\b|\bnorthings?\b|\bcouncil|\bward\b|\bcentre\b|\blandlord\b"
    r"|\bfreehold|\bstoreys?\b|\bgross internal|\bnet internal|\bneighbourhood\b|\bGP\b|\bborough\b|\bflats?\b",
    re.IGNORECASE,
)
"""Words by which a list in English is one of a British office."""


def is_british(headers: Sequence[str], *, city: bool) -> bool:
    """Tell whether a list is a British one: in English, with a British word in its header or in a British city.

    Parameters
    ----------
    headers
        Headers of the list.
    city
        The city has a British profile or grid.

    Examples
    --------
    >>> is_british(["Property", "Postcode"], city=False), is_british(["Name", "Date"], city=True)
    (True, True)
    >>> is_british(["名称", "可用日期"], city=True), is_british(["Name", "ZIP"], city=False)
    (False, False)
    """
    return not _is_chinese(headers) and (city or any(_BRITISH.search(one) for one in headers))


def order_of_days(texts: Iterable[str], headers: Sequence[str], *, british: bool) -> tuple[str, str, list[int]]:
    """Return which of two numbers is the day, how that is known, and the places of the cells that are not clear alone.

    Parameters
    ----------
    texts
        Cells of the column.
    headers
        Headers of the list.
    british
        It is a list of a British office.

    Returns
    -------
    tuple
        :data:`DAY_FIRST` or :data:`MONTH_FIRST`; ``cells`` (a number above 12 in another cell of the column tells),
        ``british``, ``both`` (cells tell both ways; the more frequent is taken) or ``none`` (nobody tells: in a Chinese
        list the month comes first, as Excel writes it, else the day); places of cells where both numbers may be months.

    Examples
    --------
    >>> order_of_days(["01/04/2026", "13/04/2026"], [], british=False)
    ('day first', 'cells', [0])
    >>> order_of_days(["01/04/2026"], ["可用日期"], british=False)
    ('month first', 'none', [0])
    """
    day, month, unclear = 0, 0, []
    for place, text in enumerate(texts):
        found = SHORT_DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if found is None:
            continue
        first, second = int(found.group(1)), int(found.group(3))
        if first > 12:
            day += 1
        elif second > 12:
            month += 1
        elif first != second:
            unclear.append(place)
    if day and month:
        return DAY_FIRST if day >= month else MONTH_FIRST, "both", unclear
    if day or month:
        return DAY_FIRST if day else MONTH_FIRST, "cells", unclear
    if british:
        return DAY_FIRST, "british", unclear
    return MONTH_FIRST if _is_chinese(headers) else DAY_FIRST, "none", unclear


def _is_chinese(headers: Sequence[str]) -> bool:
    return any(_CJK.search(one) for one in headers)
