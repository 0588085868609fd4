"""The bundled fonts: which of them has a character, and only the needed part of them for a page.

Pictures and pages must not show boxes on a machine without Chinese fonts. ``doorstep-sans`` (Open Sans) has the Latin,
Greek and Cyrillic letters, ``doorstep-cjk`` (Droid Sans Fallback) all Chinese ones of GB 2312, GBK and Big5.
"""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

__all__ = ["FONTS", "MISSING", "font_faces", "font_path", "missing_characters", "runs", "without_boxes"]

FONTS = {"sans": "doorstep-sans.ttf", "bold": "doorstep-sans-bold.ttf", "cjk": "doorstep-cjk.ttf"}
MISSING = "〓"
"""The printers' sign for a character that the fount lacks."""

_FACES = (("sans", "Doorstep Sans", 400), ("bold", "Doorstep Sans", 600), ("cjk", "Doorstep CJK", 400))


def font_path(name: str) -> Path:
    """Return where a bundled font lies: ``sans``, ``bold`` or ``cjk``."""
    return Path(str(files("doorstep.report").joinpath("assets", FONTS[name])))


@cache
def _characters(name: str) -> frozenset[int]:
    with TTFont(font_path(name), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _font_of(letter: str) -> str:
    code = ord(letter)
    if code in _characters("sans"):
        return "sans"
    return "cjk" if code in _characters("cjk") else ""


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Split a text where the font must change: pairs of font (sans, cjk, or "" where no font has it) and text.

    Examples
    --------
    >>> list(runs("养老 60 m²"))
    [('cjk', '养老'), ('sans', ' 60 m²')]
    """
    for font, letters in itertools.groupby(text, key=_font_of):
        yield font, "".join(letters)


def missing_characters(text: str) -> str:
    """Return the characters that no bundled font has, each once, in order of code."""
    return "".join(sorted({letter for letter in text if not letter.isspace() and not _font_of(letter)}))


def without_boxes(text: str) -> str:
    """Return the text with 〓 for what no bundled font has.

    Examples
    --------
    >>> without_boxes("Sub-district 𠮷")
    'Sub-district 〓'
    """
    plain = "".join(letter if not letter.isspace() else " " for letter in text)
    return "".join(letter if _font_of(letter) else MISSING for letter in plain)


def font_faces(text: str) -> str:
    """Return ``@font-face`` rules that carry just the characters of a page, as WOFF inside the style sheet.

    Parameters
    ----------
    text
        All text that the page can show. What no bundled font has is left to the system's fonts.
    """
    letters = {ord(letter) for letter in text} | set(range(0x20, 0x7F))
    rules = []
    for name, family, weight in _FACES:
        wanted = letters & _characters(name)
        if name == "cjk":
            wanted -= _characters("sans")
            if not wanted:
                continue
        data = base64.b64encode(_woff(font_path(name), wanted)).decode("ascii")
        rules.append(
            f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:normal;font-display:block;"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return "\n".join(rules)


def _woff(path: Path, codes: set[int]) -> bytes:
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        options = subset.Options()
        options.hinting = False
        options.layout_features = ["kern"]
        options.notdef_outline = True
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=sorted(codes))
        cutter.subset(font)
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()
