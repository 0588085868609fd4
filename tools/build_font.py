"""Build the fonts that reports carry: Latin in two weights and Chinese, cut down and renamed.

Reports must look the same on a machine without Chinese fonts and without a network, so the package brings its own.
Sources are Debian's ``fonts-open-sans`` and ``fonts-droid-fallback``, both Apache-2.0 and drawn to go together. Run
``python tools/build_font.py`` after ``apt install fonts-open-sans fonts-droid-fallback``; the result is committed.
"""

from __future__ import annotations

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ASSETS = Path(__file__).resolve().parents[1] / "src" / "doorstep" / "report" / "assets"
OPEN_SANS = Path("/usr/share/fonts/truetype/open-sans")
DROID = Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")

# Latin with all of Europe's letters, Greek, Cyrillic, punctuation, currency, arrows, mathematical signs, shapes.
LATIN_RANGES = ((0x20, 0x24F), (0x2B0, 0x2DD), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EF9), (0x2000, 0x206F))
SIGN_RANGES = (
    (0x2070, 0x209F),
    (0x20A0, 0x20BF),
    (0x2100, 0x2214),
    (0x2215, 0x22FF),
    (0x2460, 0x24FF),
    (0x25A0, 0x25FF),
)
# CJK punctuation, kana, the unified ideographs (all of GB 2312, GBK and Big5 lie in them), full-width forms.
CHINESE_RANGES = (
    (0x3000, 0x303F),
    (0x3040, 0x30FF),
    (0x3220, 0x33FF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
)

NOTICE = """doorstep-sans.ttf, doorstep-sans-bold.ttf: parts of Open Sans Regular and Semibold, renamed.
Digitized data copyright (c) 2010-2011, Google Corporation.
doorstep-cjk.ttf: a part of Droid Sans Fallback, renamed.
Copyright (c) 2006-2010 Google Corp. Droid is a trademark of Google Corp.
Both under the Apache License, Version 2.0:

"""


def build(source: Path, target: Path, family: str, weight: str, ranges: tuple[tuple[int, int], ...]) -> None:
    """Write the part of ``source`` inside ``ranges`` to ``target`` under another name."""
    font = TTFont(source, lazy=False)
    options = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "FFTM", "GSUB", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in ranges for code in range(first, last + 1)])
    cutter.subset(font)
    names = {
        1: family,
        2: weight,
        3: f"{family} {weight}",
        4: f"{family} {weight}",
        6: f"{family}-{weight}".replace(" ", ""),
    }
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID not in (0, 5, 13, 14):
            font["name"].removeNames(nameID=record.nameID)
    font["head"].modified = font["head"].created  # the same bytes whenever it is built
    font.recalcTimestamp = False
    font.save(target)
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Build the three fonts and copy their licences."""
    latin = LATIN_RANGES + SIGN_RANGES
    build(OPEN_SANS / "OpenSans-Regular.ttf", ASSETS / "doorstep-sans.ttf", "Doorstep Sans", "Regular", latin)
    build(OPEN_SANS / "OpenSans-Semibold.ttf", ASSETS / "doorstep-sans-bold.ttf", "Doorstep Sans", "Bold", latin)
    build(DROID, ASSETS / "doorstep-cjk.ttf", "Doorstep CJK", "Regular", CHINESE_RANGES)
    licence = Path("/usr/share/common-licenses/Apache-2.0").read_text(encoding="utf-8")
    (ASSETS / "doorstep-fonts.LICENSE.txt").write_text(NOTICE + licence, encoding="utf-8")


if __name__ == "__main__":
    main()
