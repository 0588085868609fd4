"""Cells of an office's list into values: whole columns at once, and word by word only what is not plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from doorstep.city.importing.day_order import DAY_FIRST, MONTH_FIRST, is_british, order_of_days
from doorstep.city.importing.findings import Finding, is_habit, rows_told
from doorstep.city.importing.headings import Field, Heading
from doorstep.city.importing.quantity import Quantity, is_nothing, quantity_of, tidy, unit_factor
from doorstep.city.importing.storeys import day_of, storey_of, year_of
from doorstep.city.long_text import TextColumn
from doorstep.city.tables import as_text
from doorstep.city.vocabulary import simplified

__all__ = ["Read", "Reader"]

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
_PHONE = re.compile(
    r"(?:(?:联系)?电话|手机|tel\.?|联系方式)?[:：]?\s*(?<!\d)(?:1\d{10}|0\d{2,3}[-—]?\d{7,8}|\d{3,4}-\d{7,8})(?!\d)",
    re.IGNORECASE,
)
_TITLE = "某某?|先生|女士|师傅|主任|书记|经理"
_PERSON = re.compile(
    rf"(?:(?:联系人|负责人|经办人|业主代表)(?:[:：为是]\s*|\s*)[\u4e00-\u9fff]{{1,3}}?(?:{_TITLE})?"
    rf"|(?:房主|租户)(?:(?:[:：为是]\s*|\s+)[\u4e00-\u9fff]{{1,3}}?(?:{_TITLE})?|[\u4e00-\u9fff]{{1,3}}?(?:{_TITLE})))"
    r"(?=[,，;；。、\s\d]|电话|手机|$)"
)
"""租户张某 names a person, 租户清退 does not."""
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_PRIVATE = re.compile(r"\d{7}|\d-\d{4}|联系|负责人|经办人|业主代表|房主|租户")
"""What a text must hold to be looked at for names and telephones."""
_MYRIAD, _TEN_THOUSAND = ("万", "萬"), 10_000
_SIGNS = frozenset({"-", "/", "—", "\\", "无", "(空)", "(跳过)"})
_MARKS = re.compile(r"[①-⑳⒈-⒛†‡*＊¹²³]+$|(?:[\[〔【(（]注?\d?[\]〕】)）])+$")
"""Marks of a footnote behind a name."""
_LOOSE = re.compile("[ \u3000①-⑳⒈-⒛†‡*＊¹²³]|[\\[〔【(（]注?\\d?[\\]〕】)）]")  # arrow reads no escapes of characters
_FLATS = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u3000]+(?=[\u4e00-\u9fff])")


@dataclass(slots=True, eq=False)
class Reader:
    """Reads the columns of one list and gathers what it finds.

    Parameters
    ----------
    file, sheet
        Named in what is found.
    rows
        Rows as a spreadsheet shows them.
    typed
        True for a workbook: numbers are numbers there, and a text among them is worth a word.
    findings
        All so far.
    words_of
        Place of a row -> word that stands there instead of a number, where the office writes it again and again (在建).
    british
        The list is for a city with a British profile or grid.
    """

    file: str
    sheet: str
    rows: npt.NDArray[np.int64]
    typed: bool
    findings: list[Finding] = field(default_factory=list)
    words_of: dict[int, str] = field(default_factory=dict)
    british: bool = False

    def fault(self, place: int | None, heading: str, code: str, **values: object) -> None:
        """Note what is wrong with a row."""
        row = None if place is None else int(self.rows[place])
        self.findings.append(Finding("fault", self.file, self.sheet, row, heading, code, _shown(values)))

    def faults(self, heading: Heading, code: str, told: Sequence[tuple[int, str, str]]) -> None:
        """Note the same of several rows, each with what was found and taken; in one line if it is so throughout."""
        if is_habit(code, len(told), len(self.rows)):
            _, found, taken = told[0]
            rows = rows_told((text, int(self.rows[place])) for place, text, _ in told)
            self.layout(heading.text, f"many-{code}", count=f"{len(told):,}", found=found, taken=taken, rows=rows)
            return
        for place, found, taken in told:
            self.fault(place, heading.text, code, found=found, taken=taken)

    def layout(self, heading: str, code: str, **values: object) -> None:
        """Note how a column or the sheet was read."""
        self.findings.append(Finding("layout", self.file, self.sheet, None, heading, code, _shown(values)))

    def question(self, heading: str, code: str, **values: object) -> None:
        """Note what only a person can say."""
        self.findings.append(Finding("question", self.file, self.sheet, None, heading, code, _shown(values)))

    def texts(
        self, cells: Sequence[Any], heading: Heading, *, private: bool = True, name: bool = False, word: bool = False
    ) -> Texts:
        """Return texts; what names a person or a telephone is masked; blanks inside Chinese names are taken out."""
        # of a long column each text is looked at once
        words: Sequence[Any] = cells
        codes: npt.NDArray[np.integer[Any]] = np.arange(len(cells))
        if isinstance(cells, TextColumn):
            codes, texts = cells.coded()
            if _is_tidy(texts, private=private, name=name):
                return texts[codes]
            words = texts.tolist()
        found = [cell.strip() if isinstance(cell, str) else as_text(cell) for cell in words]
        told: dict[str, dict[int, tuple[str, str]]] = {"private": {}, "name-blank": {}, "name-mark": {}}
        if private:
            for at in [at for at, text in enumerate(found) if len(text) > 3 and _PRIVATE.search(text)]:
                masked = _masked(found[at])
                if masked != found[at]:
                    found[at] = masked
                    told["private"][at] = ("", masked)
        for at in [at for at, text in enumerate(found) if text in _SIGNS or text[:1] == "#"]:
            says_no = word and found[at] == "无"  # a lift, a title: there is none, which is not "unknown"
            found[at] = "" if is_nothing(found[at]) and not says_no else found[at]
        if name:
            for at in [at for at, text in enumerate(found) if _LOOSE.search(text)]:
                whole = _FLATS.sub("", found[at])
                if whole != found[at]:
                    told["name-blank"][at] = (found[at], whole)
                    found[at] = whole
                bare = _MARKS.sub("", whole)
                if bare and bare != whole:
                    told["name-mark"][at] = (whole, bare)
                    found[at] = bare
        for code, of_word in told.items():
            places = np.flatnonzero(np.isin(codes, list(of_word))).tolist() if of_word else []
            self.faults(heading, code, [(place, *of_word[int(codes[place])]) for place in places])
        cleaned: Texts = _objects(found)[codes]
        return cleaned

    def numbers(self, cells: Sequence[Any], heading: Heading, about: Field, unit: str) -> Floats:
        """Return numbers in base units; what needs words to be read is noted, what cannot be read is NaN and noted."""
        values, odd = _plain_numbers(cells, self.typed)
        known = unit_factor(unit, about.measured) if unit else None
        factor = 1.0
        if known is not None and (known[0] == about.measured or not about.measured or known[0] == "count"):
            factor = known[1]
        if factor != 1.0:
            values *= factor
            self.layout(heading.text, "unit", unit=unit, factor=f"{factor:.10g}")
        often = _repeated_words(cells, odd)
        for word, places in often.items():
            self.layout(heading.text, "word-instead", found=word, count=len(places))
        of_word = {place: word for word, places in often.items() for place in places}
        self.words_of.update(of_word)
        told: dict[str, list[tuple[int, str, str]]] = {}
        for place in odd:
            if place in of_word:
                continue
            text = as_text(cells[place])
            read = quantity_of(str(cells[place]))
            fits = read is not None and (not read.unit or _fits(read, about))
            if read is None or not fits:
                told.setdefault("error-cell" if text.startswith("#") else "unreadable", []).append((place, text, ""))
                continue
            own = read.unit and (unit_factor(read.unit, about.measured) or ("", 1.0))[0] == about.measured
            value = read.value if own or (read.unit and about.measured == "count") else read.value * factor
            if not read.unit and unit.startswith(_MYRIAD) and any(one in text for one in _MYRIAD):
                value /= _TEN_THOUSAND  # 0.39万 below 万人: said twice, meant once
            values[place] = value
            code = _code(read, self.typed)
            if code:
                shown = "" if np.isnan(value) else f"{value:,.10g}"
                told.setdefault(code, []).append((place, text, shown))
        for code, some in told.items():
            self.faults(heading, code, some)
        return values

    def storeys(self, cells: Sequence[Any], heading: Heading) -> Floats:
        """Return the storey of each room, 1 is the ground; the lowest of several."""
        values = np.full(len(cells), np.nan)
        british: list[str] = []
        unnumbered: list[tuple[str, int]] = []
        for place, text in self._unlike(cells):
            read = storey_of(text)
            if read is None:
                if not is_nothing(text):
                    self.fault(place, heading.text, "unreadable", found=text)
                continue
            if read.low is None:
                unnumbered.append((text, int(self.rows[place])))
                continue
            values[place] = read.low
            code = next((one for one in ("range", "half", "whole", "words") if one in read.notes), "")
            if code and not (code == "whole" and read.high is not None):
                self.fault(place, heading.text, f"storey-{code}", found=text, taken=f"{read.low}")
            if "british" in read.notes:
                british.append(f"{text} = {read.low}")
        if unnumbered:
            self.layout(heading.text, "storey-unnumbered", count=len(unnumbered), rows=rows_told(unnumbered))
        if british:
            count = len(british)
            self.layout(heading.text, "storey-british", count=count, found=", ".join(dict.fromkeys(british))[:80])
        return values

    def building_storeys(self, cells: Sequence[Any], heading: Heading) -> Floats:
        """Return how many storeys buildings have: a number, perhaps with words; 6+1 counts 6."""
        values, odd = _plain_numbers(cells, self.typed)
        told: dict[str, list[tuple[int, str, str]]] = {}
        for place in odd:
            text = as_text(cells[place])
            bare = re.sub(r"[(（].*[)）]$", "", tidy(text))
            extra = re.match(
                r"^(\d{1,3})(?:(?:\+|/[-–]?|-?半|＋)\d*(?:层)?|[f层](?:半|[/,+](?:[db地负-].*|\d+[dbf层]?))?)$",
                bare,
                re.IGNORECASE,
            )
            read = quantity_of(text)
            number = float(extra.group(1)) if extra else None if read is None else read.value
            if number is None:
                below = re.match(
                    r"^(?:地上)?(\d{1,3}|[一二三四五六七八九十]{1,3})层?(?:[,，;；/]?(?:地下|-).*)?$", bare
                )
                again = quantity_of(below.group(1)) if below else None
                number = None if again is None else again.value
            if number is None:
                told.setdefault("unreadable", []).append((place, text, ""))
                continue
            if read is not None and read.high == read.high:
                number = read.high
            values[place] = number
            code, shown = ("nothing", "") if number != number else ("storey-words", f"{number:g}")
            told.setdefault(code, []).append((place, text, shown))
        for code, some in told.items():
            self.faults(heading, code, some)
        return values

    def years(self, cells: Sequence[Any], heading: Heading) -> Floats:
        """Return years; those of the Republic of China are turned."""
        roc = bool(re.search(r"民[国國]|roc", heading.text, re.IGNORECASE))
        values, odd = _plain_numbers(cells, self.typed)
        # where some years say so, a bare 98 among them is one of the Republic, too
        roc = roc or any(re.match(r"\s*民[国國]", str(cells[place])) for place in odd[:1000])
        # 73.12.05 under a header in traditional characters: Taiwan's offices count from 1912
        roc = roc or (
            simplified(heading.text) != heading.text
            and any(re.match(r"\s*\d{2,3}[./]\d{1,2}[./]\d{1,2}\s*$", str(cells[place])) for place in odd[:1000])
        )
        values[~((values >= 1500) & (values <= 2100) & (values == np.floor(values)))] = np.nan
        n_roc = 0
        told: dict[str, list[tuple[int, str, str]]] = {"unreadable": [], "year-words": []}
        odd = np.flatnonzero(np.isnan(values)).tolist()
        for at, text in self._unlike([cells[place] for place in odd]):
            place = odd[at]
            read = year_of(text, roc=roc)
            if read is None:
                number = quantity_of(text)
                if number is None or (not is_nothing(text) and number.value != 0):
                    told["unreadable"].append((place, text, ""))
                continue
            values[place] = read[0]
            n_roc += "roc" in read[1]
            if "words" in read[1]:
                told["year-words"].append((place, text, str(read[0])))
        for code, some in told.items():
            self.faults(heading, code, some)
        if n_roc:
            self.layout(heading.text, "roc", count=n_roc)
        return values

    def dates(self, cells: Sequence[Any], heading: Heading, headers: Sequence[str] = ()) -> Texts:
        """Return days as year-month-day, "" where there is none; ``headers`` are those of the whole list."""
        roc = bool(re.search(r"民[国國]|roc", heading.text, re.IGNORECASE))
        day_first = self._day_first(cells, heading, headers)
        found = np.full(len(cells), "", dtype=object)
        for place, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, date | datetime):
                found[place] = (cell.date() if isinstance(cell, datetime) else cell).isoformat()
                continue
            text = as_text(cell)
            if isinstance(cell, int | float) and not isinstance(cell, bool) and 20_000 < cell < 80_000:
                # a date whose format was lost is the number of days since 1899-12-30
                found[place] = (pd.Timestamp("1899-12-30") + pd.Timedelta(days=float(cell))).date().isoformat()
                continue
            read = day_of(text, roc=roc, day_first=day_first)
            if read is not None:
                found[place] = read.day.isoformat()
                if "words" in read.notes:
                    self.fault(place, heading.text, "date-words", found=text, taken=read.day.isoformat())
            elif text.strip():
                self.fault(
                    place,
                    heading.text,
                    "date-none" if is_nothing(text) or not re.search(r"\d", text) else "unreadable",
                    found=text,
                )
        return found

    def _day_first(self, cells: Sequence[Any], heading: Heading, headers: Sequence[str]) -> bool:
        """Whether 01/04/2026 is in April; how that is known is noted, and asked where nothing tells."""
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        british = is_british(headers, city=self.british)
        order, basis, unclear = order_of_days(texts, headers, british=british)
        if heading.unit in (DAY_FIRST, MONTH_FIRST):
            return heading.unit == DAY_FIRST
        if unclear:
            read = day_of(texts[unclear[0]], day_first=order == DAY_FIRST)
            shown = read.day.isoformat() if read else ""
            other = MONTH_FIRST if order == DAY_FIRST else DAY_FIRST
            told = {"count": f"{len(unclear):,}", "found": texts[unclear[0]], "taken": shown, "other": other}
            note = self.layout if basis in ("cells", "british") else self.question
            note(heading.text, f"days-{basis}", **told)
        return order == DAY_FIRST

    def _unlike(self, cells: Sequence[Any]) -> list[tuple[int, str]]:
        return [
            (place, as_text(cell))
            for place, cell in enumerate(cells)
            if cell is not None and cell != "" and as_text(cell).strip()
        ]


Read = Callable[[Sequence[Any], Heading], Any]


def _shown(values: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _objects(values: Sequence[Any]) -> Texts:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _plain_numbers(cells: Sequence[Any], typed: bool) -> tuple[Floats, list[int]]:
    """Numbers of the cells that are plain, and the places of all that are neither plain nor empty."""
    if isinstance(cells, TextColumn):
        return cells.numbers()
    try:
        # nearly every big column is plain throughout: one call for all of it
        mixed = typed and any(isinstance(one, str | bool) for one in cells)
        quick = None if mixed else np.array(cells, dtype=np.float64)
        if quick is not None and np.isfinite(quick).all() and (typed or not _strange(cells)):
            return quick, []
    except (ValueError, TypeError, OverflowError):
        pass
    series = pd.Series(list(cells), dtype=object)
    is_text = series.map(lambda one: isinstance(one, str)).to_numpy(dtype=bool)
    blank = np.fromiter(
        (one is None or (isinstance(one, str) and not one.strip()) for one in cells), dtype=bool, count=len(cells)
    )
    values = pd.to_numeric(
        series.where(~series.map(lambda one: isinstance(one, bool | date)), None), errors="coerce"
    ).to_numpy(dtype=np.float64, copy=True)
    plain = np.isfinite(values)
    numeric = int((~is_text & ~blank).sum())
    mixed = typed and numeric > int((is_text & ~blank).sum())
    for place in np.flatnonzero(is_text & plain).tolist():
        if mixed or not str(cells[place]).strip().isascii():
            plain[place] = False
    values[~plain] = np.nan
    odd = np.flatnonzero(~plain & ~blank)
    return values, [int(place) for place in odd]


def _repeated_words(cells: Sequence[Any], odd: list[int]) -> dict[str, set[int]]:
    """Words that stand in at least three cells of a column of numbers: so the office says what the number cannot."""
    found: dict[str, set[int]] = {}
    for place in odd:
        text = as_text(cells[place])
        if (
            text
            and not text.startswith("#")
            and not is_nothing(text)
            and not re.search(r"\d", tidy(text))
            and quantity_of(text) is None
        ):
            found.setdefault(text, set()).add(place)
    return {word: places for word, places in found.items() if len(places) >= 3}


def _is_tidy(words: Texts, *, private: bool, name: bool) -> bool:
    """Whether nothing needs to be done to the texts of a long column, as in most of them."""
    texts = pa.array(words, type=pa.string())
    odd = pc.is_in(texts, pa.array(sorted(_SIGNS)))
    marks = [r"^\s|\s$|^#", *([_PRIVATE.pattern] if private else []), *([_LOOSE.pattern] if name else [])]
    odd = pc.or_(odd, pc.match_substring_regex(texts, "|".join(marks)))
    return not pc.any(odd).as_py()


def _strange(cells: Sequence[Any]) -> bool:
    """Whether texts of numbers hold more than ASCII digits: full-width ones are read, too, but told."""
    whole = "".join([one for one in cells if isinstance(one, str)])
    return not whole.isascii() or "_" in whole


def _fits(read: Quantity, about: Field) -> bool:
    known = unit_factor(read.unit, about.measured)
    return known is not None and (
        not about.measured or known[0] in (about.measured, "count") or about.measured == "count"
    )


def _code(read: Quantity, typed: bool) -> str:
    """The one thing to say of a number that was not plain; "" if it is not worth a word."""
    order = ("nothing", "range", "rough", "full_width", "chinese", "words", "thousands", "blanks")
    for note in order:
        if note in read.notes and (typed or note != "blanks"):
            return note
    return "text" if typed else ""


def _masked(text: str) -> str:
    """Take out what names a person: telephone, identity number, the name behind 联系人."""
    masked = _IDENTITY.sub("", _PERSON.sub("", _PHONE.sub("", text)))
    if masked == text:
        return text
    return re.sub(
        r"(?:[,，;；、\s]*(?:电话|手机|联系方式)?[:：]?)+$", "", re.sub(r"([;；,，])[;；,，\s]+", r"\1", masked)
    ).strip(" ,，;；、")
