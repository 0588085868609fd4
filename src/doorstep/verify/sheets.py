"""The one-page sheets of hubs and communities: the figures that must stand in each, found in the text of its page."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from doorstep.city import City
from doorstep.plan_file import Hub, PlanFile
from doorstep.standards import Profile
from doorstep.verify.money import major
from doorstep.verify.tables import Rows
from doorstep.verify.verdict import Violation, found

__all__ = ["check_sheets", "shown_texts"]

STREAM = re.compile(rb"<<((?:(?!>>).)*)>>\s*stream\r?\n(.*?)endstream", re.DOTALL)
SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)\s*Tj", re.DOTALL)
ESCAPED = re.compile(rb"\\(?:[0-7]{1,3}|.)", re.DOTALL)
NOISE = 1e-6
OTHER = "?"  # for a character that the font numbers in its own way; before a figure it is the minus
CASES = ("low", "mid", "high")
OF_COMMUNITY = (
    *("in_need", "reached_before", "reached_after", "served_before", "served_after"),
    *("users_before", "users_after"),
)


def check_sheets(folder: Path, city: City, profile: Profile, plan: PlanFile, coverage: Rows) -> Iterator[Violation]:
    """Yield which sheets are missing, damaged or lack a row of figures of their hub or community.

    A sheet is found by its name, which is the id; under an id that no file can be called by, any sheet will do that is
    not called by another id.
    """
    hubs = {hub.space: _of_hub(hub, plan) for hub in plan.hubs}
    yield from _checked(folder, "hub", hubs)
    communities = {
        str(one): [
            [_whole(float(str(coverage[one, service.id][name]))) for name in OF_COMMUNITY]
            for service in profile.services
            if (one, service.id) in coverage
        ]
        for one in (city.communities["id"] if len(city.communities) else ())
    }
    yield from _checked(folder, "community", communities)


def shown_texts(data: bytes) -> list[str] | None:
    """Return the pieces of text on the pages of a PDF in the order of drawing, None if it is no whole PDF.

    Figures and plain Latin letters are read, everything else is ``?``.
    """
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-200:]:
        return None
    texts = []
    for head, body in STREAM.findall(data):
        if b"/Length1" in head or b"/FlateDecode" not in head:
            continue  # a font's own data, an image
        try:
            packed = base64.a85decode(b"<~" + body.strip(), adobe=True) if b"ASCII85" in head else body
            page = zlib.decompressobj().decompress(packed)
        except (ValueError, zlib.error):
            return None
        texts += [ESCAPED.sub(OTHER.encode(), piece).decode("latin-1") for piece in SHOWN.findall(page)]
    return texts


def _checked(folder: Path, prefix: str, wanted: dict[str, list[list[set[str]]]]) -> Iterator[Violation]:
    sheets = {path.stem: path for path in sorted((folder / "sheets").glob(f"{prefix}-*.pdf")) if path.stat().st_size}
    if len(sheets) != len(wanted):
        yield found("file-missing", f"sheets/{prefix}-*.pdf", len(sheets), len(wanted), "files")
    shown = {}
    for name, path in sheets.items():
        texts = shown_texts(path.read_bytes())
        if texts is None:
            yield found("file-differs", f"sheets/{path.name}", "damaged", "whole")
        else:
            shown[name] = texts
    named = {f"{prefix}-{one}" for one in wanted}
    for one, rows in wanted.items():
        name = f"{prefix}-{one}"
        candidates = [name] if name in sheets else sorted(set(shown) - named)
        lacking = [
            [" ".join(min(cell) for cell in row) for row in rows if not _has(shown[some], row)]
            for some in candidates
            if some in shown
        ]
        best = min(lacking, key=len, default=[])
        if best:
            yield found("file-differs", f"sheets/{name}.pdf", None, "; ".join(best))


def _has(texts: Sequence[str], row: Sequence[set[str]]) -> bool:
    """Tell whether the cells of a row stand in a text one after another."""
    return any(
        all(_shows(text, cell) for text, cell in zip(texts[at : at + len(row)], row, strict=True))
        for at in range(len(texts) - len(row) + 1)
    )


def _shows(text: str, cell: set[str]) -> bool:
    """Tell whether a text is a figure, or its beginning and an ellipsis: a column may be too narrow for an amount."""
    return text in cell or (text.endswith(OTHER) and any(one.startswith(text[:-1]) for one in cell) and len(text) > 3)


def _of_hub(hub: Hub, plan: PlanFile) -> list[list[set[str]]]:
    """Return the rows of figures of a hub: people, users, floor; each service; the lines of the accounts."""
    rows = [[_whole(figure)] for figure in (hub.people, hub.users, hub.area_m2)]
    for one in hub.services:
        rows.append([{str(one.grade)}, *map(_whole, (one.area_m2, one.capacity, one.people, one.users))])
    years = {one.case: one for one in hub.accounts}
    if all(case in years for case in CASES):
        for head in ("revenue", "running_cost", "subsidy", "result", "support"):
            rows.append([_money(getattr(years[case], f"{head}_money"), plan.currency) for case in CASES])
        rows.append([{f"{years[case].jobs:,.1f}"} for case in CASES])
    return rows


def _whole(figure: float) -> set[str]:
    """Return a figure in whole numbers with its thousands apart; halves may go either way.

    Sums of the same shares in another order differ in the last digits: what is a half but for these is a half.
    """
    return {f"{figure + off:,.0f}" for off in (0.0, -NOISE, NOISE)} | {f"{int(figure + 0.5):,}"}


def _money(money: int, currency: str) -> set[str]:
    amount = major(money, currency)
    written = f"{abs(amount.quantize(Decimal(1))):,}"
    return {f"{OTHER}{written}" if amount < 0 else written}
