"""Numbers, money and codes as people read them, in the language of the report."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from doorstep.messages import catalogue, text
from doorstep.plan_file import HubService

__all__ = ["Wording", "major", "minor_digits"]

# Digits of the minor unit where they are not two (ISO 4217).
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3, "TND": 3}

# A name in Chinese: its brackets hold Chinese or a year, its figures are followed by more of it.
_CHINESE = re.compile(
    r"[\u3400-\u9fff《](?:[\u3400-\u9fff《》〔〕（）、·]|\([\u3400-\u9fff]+\)|\d+(?=[〕\u3400-\u9fff]))*"
)
# "city's document, date (document of the rule that it raised)"
_RAISED = re.compile(r"(.*, \d{4}-\d{2}-\d{2}) \((.+)\)")
_STANDARD_NUMBER = re.compile(r"[A-Z]{2,3}(?:/T)? [\d.]+-\d{4}")


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has.

    Examples
    --------
    >>> minor_digits("GBP"), minor_digits("JPY")
    (2, 0)
    """
    return _MINOR_DIGITS.get(currency, 2)


def major(money: int, currency: str) -> Decimal:
    """Return whole minor units as exact major units.

    Examples
    --------
    >>> major(123450, "GBP")
    Decimal('1234.50')
    """
    return Decimal(int(money)).scaleb(-minor_digits(currency))


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one report: a language and a currency.

    Examples
    --------
    >>> Wording("en", "GBP").money(123_456_789)
    '£1.23 million'
    """

    language: str
    currency: str

    def __call__(self, key: str, **values: object) -> str:
        """Return the text ``report.<key>``."""
        return text(self.language, f"report.{key}", **{"currency": self.currency, **values})

    def named(self, group: str, code: str) -> str:
        """Return the text of a code; the code itself if the catalogue has none (a profile may bring its own)."""
        return catalogue(self.language, "report").get(f"{group}_{code.replace(' ', '_')}", code.replace("_", " "))

    def unit(self, unit: str) -> str:
        """Return a unit of the standard; the unit itself if the catalogue has none.

        Examples
        --------
        >>> Wording("zh", "CNY").unit("CNY per m2"), Wording("en", "GBP").unit("GBP per m2")
        ('元/平方米', 'GBP per m²')
        """
        money = re.match(r"([A-Z]{3})(?= )", unit)
        code = f"money{unit[3:]}" if money else unit
        told = self._told("unit", code, unit)
        return told.replace("{currency}", self.currency_name(money[1])) if money else told

    def clause(self, clause: str) -> str:
        """Return a clause of a document; as it stands if the catalogue has no words for it."""
        return self._told("clause", clause, clause)

    def _told(self, group: str, words: str, otherwise: str) -> str:
        """Return the text whose key is made of words."""
        key = f"{group}_" + re.sub(r"[^0-9A-Za-z]+", "_", words).strip("_")
        return catalogue(self.language, "report").get(key, otherwise)

    def currency_name(self, currency: str) -> str:
        """Return a currency as it stands before "per": its ISO code, 元 for the yuan in Chinese."""
        return catalogue(self.language, "report").get(f"currency_{currency}", currency)

    def document(self, name: str) -> str:
        """Return the name of a document (or of the standard, by its id), in one language if it is given in two.

        Examples
        --------
        >>> both = "Guideline for community facilities (trial) 社区设施建设导则(试行), NDRC, 2024-01"
        >>> Wording("zh", "CNY").document(both)
        '社区设施建设导则(试行)'
        >>> Wording("en", "CNY").document(both)
        'Guideline for community facilities (trial), NDRC, 2024-01'
        >>> Wording("en", "CNY").document("Standards (trial) 托育机构设置标准(试行), 国卫人口发〔2019〕58号")
        'Standards (trial)'
        >>> Wording("zh", "CNY").document("GB 50180-2018 城市居住区规划设计标准")
        'GB 50180-2018 城市居住区规划设计标准'
        """
        raised = _RAISED.fullmatch(name)
        if raised:
            return f"{raised[1]} ({self.document(raised[2])})"
        named = self._told("document", name, self.profile(name))
        chinese = _CHINESE.search(named)
        if chinese is None or chinese.start() == 0:
            return named
        if self.language == "zh":
            number = _STANDARD_NUMBER.match(named)
            return (f"{number[0]} " if number else "") + chinese[0]
        english = re.sub(r"\s+(?=[,;:]|$)", "", re.sub(r"  +", " ", _CHINESE.sub("", named)))
        return re.sub(r",(?=[,;]|$)", "", english).strip()  # a Chinese number of the document left its comma

    def source(self, source: str) -> str:
        """Return a source of several documents, each in one language; clause numbers and marks in brackets stay."""
        return "; ".join(self._one_source(one) for one in source.split("; "))

    def _one_source(self, source: str) -> str:
        chinese = _CHINESE.search(source)
        if self.language != "zh" or chinese is None or chinese.start() == 0:
            return self.document(source)
        clauses = re.findall(r", (\d+(?:\.\d+)*)(?=[ ,]|$)", source[chinese.end() :])
        marks = re.findall(r"\[[^\]]+\]", source[chinese.end() :])
        return " ".join([", ".join([self.document(source), *clauses]), *marks])

    def service(self, service: str) -> str:
        """Return the name of a service; its id if the catalogue lacks it."""
        return catalogue(self.language, "services").get(service, service)

    def profile(self, profile: str) -> str:
        """Return the name of a standard; its id if the catalogue lacks it."""
        return catalogue(self.language, "standards").get(f"profile_{profile}", profile)

    def account_line(self, line: str) -> str:
        """Return the name of a line of an account (``costs.<line>``)."""
        return catalogue(self.language, "costs").get(line, line.replace("_", " "))

    def count(self, value: float) -> str:
        """Return a whole number with thousands apart."""
        return "–" if math.isnan(value) else f"{value + 0.0:,.0f}"

    def decimal(self, value: float, digits: int = 1) -> str:
        """Return a number with a fixed number of decimals."""
        return "–" if math.isnan(value) else f"{value:,.{digits}f}"

    def percent(self, part: float, whole: float, digits: int = 0) -> str:
        """Return a share in per cent, a dash where there is nothing to share."""
        return "–" if not whole or math.isnan(part) else f"{100 * part / whole:.{digits}f}%"

    def money(self, money: int) -> str:
        """Return an amount short enough for a headline: in millions, or ten thousands (万) in Chinese."""
        return self.money_in(money, self.currency)

    def money_in(self, money: int, currency: str) -> str:
        """Return an amount of another currency than the report's, short enough for a headline."""
        amount = major(money, currency)
        steps = [("money_million", 10**6)]
        if self.language == "zh":
            steps = [("money_yi", 10**8), ("money_wan", 10**4)]
        written = self("money_plain", amount=f"{amount:,.0f}")
        for key, size in steps:
            if abs(amount) >= size:
                value = amount / size
                digits = 2 if abs(value) < 100 else 1 if abs(value) < 1000 else 0
                written = self(key, amount=f"{value:,.{digits}f}")
                break
        known = catalogue(self.language, "report")
        pattern = known.get(f"amount_{currency}", known["amount_other"])
        return (
            pattern.format(amount=written.replace("-", "−"), currency=currency).replace("£−", "−£").replace("€−", "−€")
        )

    def money_whole(self, money: int) -> str:
        """Return an amount in whole major units, for tables."""
        return f"{major(money, self.currency).quantize(Decimal(1)):,}".replace("-", "−")

    def signed(self, value: float) -> str:
        """Return a difference in whole numbers with its sign."""
        whole = round(value)
        return f"+{whole:,}" if whole > 0 else f"−{-whole:,}" if whole < 0 else "0"

    def grades(self, services: Iterable[HubService]) -> str:
        """Return services with their size grades, as a list."""
        return self("list_separator").join(f"{self.service(one.service)} {one.grade}" for one in services)
