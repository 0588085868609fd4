"""Text on an A4 page in the bundled fonts: lines, wrapped text, small tables, and never a box for a character."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from doorstep.report.fonts import font_path, missing_characters, runs, without_boxes

__all__ = ["INK", "MM", "SOFT", "Paper"]

MM = 72.0 / 25.4
INK, SOFT, LINE = "#1c2b33", "#52605f", "#cfc9bb"
_NAMES = {"sans": "DoorstepSans", "bold": "DoorstepSansBold", "cjk": "DoorstepCJK"}
# Chinese breaks anywhere but before closing marks; other writing breaks at spaces.
_PIECES = re.compile(
    r"（[^）]{1,12}）|[\u2e80-\u9fff\uff00-\uffef][，。、；：）》」』】！？]*|[^\s\u2e80-\u9fff\uff00-\uffef]+|\s+"
)


def _register() -> None:
    for font, name in _NAMES.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(font_path(font))))


@dataclass(slots=True)
class Paper:
    """One PDF page that remembers which characters it could not draw.

    Lengths are millimetres from the upper left corner.
    """

    canvas: Canvas
    width_mm: float = 210.0
    height_mm: float = 297.0
    missing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        _register()

    def text_width_mm(self, text: str, size_pt: float, *, bold: bool = False) -> float:
        """Return how wide a text is."""
        pieces = runs(without_boxes(text))
        width_pt: float = sum(pdfmetrics.stringWidth(piece, self._name(font, bold), size_pt) for font, piece in pieces)
        return width_pt / MM

    def text(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        size_pt: float = 9,
        *,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
    ) -> None:
        """Draw one line; ``y_mm`` is its base line; ``align`` is left, right or centre."""
        self.missing.update(missing_characters(text))
        plain = without_boxes(text)
        if align != "left":
            x_mm -= self.text_width_mm(plain, size_pt, bold=bold) * (1.0 if align == "right" else 0.5)
        out = self.canvas.beginText(x_mm * MM, (self.height_mm - y_mm) * MM)
        out.setFillColor(HexColor(colour))
        out.setStrokeColor(HexColor(colour))
        for font, piece in runs(plain):
            out.setFont(self._name(font, bold), size_pt)
            if bold and font == "cjk":  # the Chinese font has one weight: a thin outline makes the other
                self.canvas.setLineWidth(0.028 * size_pt)
                out.setTextRenderMode(2)
            out.textOut(piece)
            out.setTextRenderMode(0)
        self.canvas.drawText(out)

    def lines_of(self, text: str, width_mm: float, size_pt: float, *, bold: bool = False) -> list[str]:
        """Break a text into lines that fit."""
        lines, line, used = [], "", 0.0
        for piece in _PIECES.findall(text):
            wide = self.text_width_mm(piece, size_pt, bold=bold)
            if line and used + wide > width_mm:
                lines.append(line.rstrip())
                line, used = "", 0.0
                if piece.isspace():
                    continue
            line, used = line + piece, used + wide
        return [*lines, line.rstrip()] if line.strip() else lines or [""]

    def wrapped(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        width_mm: float,
        size_pt: float = 9,
        *,
        bold: bool = False,
        colour: str = INK,
        most: int = 9,
    ) -> float:
        """Draw a text in lines, at most so many, and return the base line below the last."""
        lines = self.lines_of(text, width_mm, size_pt, bold=bold)
        if len(lines) > most:
            lines = [*lines[: most - 1], self.clipped(" ".join(lines[most - 1 :]), width_mm, size_pt, bold=bold)]
        for line in lines:
            self.text(x_mm, y_mm, line, size_pt, bold=bold, colour=colour)
            y_mm += size_pt * 0.49
        return y_mm

    def clipped(self, text: str, width_mm: float, size_pt: float, *, bold: bool = False) -> str:
        """Return a text cut to one line, with dots where it was cut."""
        if self.text_width_mm(text, size_pt, bold=bold) <= width_mm:
            return text
        kept = text
        while kept and self.text_width_mm(kept + "…", size_pt, bold=bold) > width_mm:
            kept = kept[:-1]
        return kept.rstrip() + "…"

    def rule(self, x_mm: float, y_mm: float, width_mm: float, colour: str = LINE, pt: float = 0.5) -> None:
        """Draw a line across."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(pt)
        y = (self.height_mm - y_mm) * MM
        self.canvas.line(x_mm * MM, y, (x_mm + width_mm) * MM, y)

    def heading(self, x_mm: float, y_mm: float, text: str, width_mm: float) -> float:
        """Draw a heading with a rule above and return the base line of what follows."""
        self.rule(x_mm, y_mm, width_mm, INK, 0.9)
        self.text(x_mm, y_mm + 5.2, text, 10.5, bold=True)
        return y_mm + 10.6

    def table(
        self,
        x_mm: float,
        y_mm: float,
        widths_mm: Sequence[float],
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        size_pt: float = 8,
        text_columns: int = 1,
    ) -> float:
        """Draw a table whose first columns are text and the others figures; return the base line below it."""
        step = size_pt * 0.61
        head_lines = [
            self.lines_of(word, width - 1.5, size_pt - 0.7) for word, width in zip(head, widths_mm, strict=True)
        ]
        deepest = max(len(lines) for lines in head_lines)
        for number, lines in enumerate(head_lines):
            for depth, line in enumerate(lines):
                row_y = y_mm + (depth + deepest - len(lines)) * (size_pt * 0.43)
                self._cell(x_mm, row_y, widths_mm, number, line, size_pt - 0.7, number < text_columns, SOFT)
        y_mm += (deepest - 1) * (size_pt * 0.43) + 1.6
        self.rule(x_mm, y_mm, sum(widths_mm), INK, 0.6)
        for row in rows:
            y_mm += step
            for number, cell in enumerate(row):
                self._cell(x_mm, y_mm, widths_mm, number, cell, size_pt, number < text_columns, INK)
            self.rule(x_mm, y_mm + 1.5, sum(widths_mm))
        return y_mm + step + 1.2

    def _cell(
        self,
        x_mm: float,
        y_mm: float,
        widths_mm: Sequence[float],
        number: int,
        text: str,
        size_pt: float,
        left: bool,
        colour: str,
    ) -> None:
        start = x_mm + sum(widths_mm[:number])
        shown = self.clipped(text, widths_mm[number] - 1.2, size_pt)
        if left:
            self.text(start, y_mm, shown, size_pt, colour=colour)
        else:
            self.text(start + widths_mm[number] - 0.4, y_mm, shown, size_pt, colour=colour, align="right")

    @staticmethod
    def _name(font: str, bold: bool) -> str:
        return _NAMES["bold" if bold and font != "cjk" else font or "cjk"]
