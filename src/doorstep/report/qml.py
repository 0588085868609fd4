"""Styles of map layers as QGIS reads them (QML 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

__all__ = [
    "SHARE_COLOURS",
    "SHARE_LIMITS",
    "category_style",
    "class_style",
    "line_style",
    "point_style",
    "polygon_style",
    "share_style",
]

SHARE_LIMITS = (0.005, 0.25, 0.5, 0.75)
"""Upper ends of the classes "nobody", "under a quarter", "under half", "under three quarters"; the last is open."""

SHARE_COLOURS = ("#a63603", "#e6853e", "#ecc98b", "#86b2cc", "#2166ac")
"""Nobody given a place (rust) to nearly all (blue): told apart with every common colour blindness."""


def _document(body: str) -> str:
    opening = '<qgis version="3.22" styleCategories="Symbology|Labeling">'
    return f'<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">{opening}{body}</qgis>'


def _option(name: str, value: str) -> str:
    return f'<Option type="QString" name="{name}" value={quoteattr(value)}/>'


def _colour(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _marker(name: str, colour: str, shape: str, size_mm: float, outline: str = "#ffffff") -> str:
    options = "".join(
        [
            _option("name", shape),
            _option("color", _colour(colour)),
            _option("outline_color", _colour(outline)),
            _option("outline_width", "0.2"),
            _option("size", str(size_mm)),
            _option("size_unit", "MM"),
        ]
    )
    layer = f'<layer class="SimpleMarker" enabled="1" pass="0" locked="0"><Option type="Map">{options}</Option></layer>'
    return f'<symbol type="marker" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">{layer}</symbol>'


def point_style(colour: str, shape: str, size_mm: float) -> str:
    """Return the style of points that all look alike."""
    symbol = _marker("0", colour, shape, size_mm)
    return _document(f'<renderer-v2 type="singleSymbol" symbollevels="0"><symbols>{symbol}</symbols></renderer-v2>')


def line_style(colour: str, width_mm: float) -> str:
    """Return the style of lines."""
    options = (
        _option("line_color", _colour(colour)) + _option("line_width", str(width_mm)) + _option("line_width_unit", "MM")
    )
    layer = f'<layer class="SimpleLine" enabled="1" pass="0" locked="0"><Option type="Map">{options}</Option></layer>'
    symbol = f'<symbol type="line" name="0" alpha="1" clip_to_extent="1" force_rhr="0">{layer}</symbol>'
    return _document(f'<renderer-v2 type="singleSymbol" symbollevels="0"><symbols>{symbol}</symbols></renderer-v2>')


def polygon_style(colour: str) -> str:
    """Return the style of outlines without filling."""
    options = _option("style", "no") + _option("outline_color", _colour(colour)) + _option("outline_width", "0.4")
    layer = f'<layer class="SimpleFill" enabled="1" pass="0" locked="0"><Option type="Map">{options}</Option></layer>'
    symbol = f'<symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0">{layer}</symbol>'
    return _document(f'<renderer-v2 type="singleSymbol" symbollevels="0"><symbols>{symbol}</symbols></renderer-v2>')


def share_style(column: str) -> str:
    """Return the style of homes coloured by the share of people in need who are given a place."""
    ends = (0.0, *SHARE_LIMITS, 1.0)
    ranges = "".join(
        f'<range symbol="{number}" lower="{ends[number]}" upper="{ends[number + 1]}" render="true"'
        f' label="{100 * ends[number]:.0f} – {100 * ends[number + 1]:.0f} %"/>'
        for number in range(len(SHARE_COLOURS))
    )
    symbols = "".join(_marker(str(number), colour, "circle", 1.4) for number, colour in enumerate(SHARE_COLOURS))
    return _document(
        f'<renderer-v2 type="graduatedSymbol" attr="{column}" graduatedMethod="GraduatedColor" symbollevels="0">'
        f"<ranges>{ranges}</ranges><symbols>{symbols}</symbols></renderer-v2>"
    )


def class_style(column: str, limits: Sequence[float], colours: Sequence[str]) -> str:
    """Return the style of points coloured by the class of a figure; one limit more than colours."""
    ranges = "".join(
        f'<range symbol="{number}" lower="{limits[number]}" upper="{limits[number + 1]}" render="true"'
        f' label="{limits[number]:g} – {limits[number + 1]:g}"/>'
        for number in range(len(colours))
    )
    symbols = "".join(_marker(str(number), colour, "circle", 1.8) for number, colour in enumerate(colours))
    return _document(
        f'<renderer-v2 type="graduatedSymbol" attr="{column}" graduatedMethod="GraduatedColor" symbollevels="0">'
        f"<ranges>{ranges}</ranges><symbols>{symbols}</symbols></renderer-v2>"
    )


def category_style(column: str, colours: Mapping[str, str], label: str, labels: Mapping[str, str]) -> str:
    """Return the style of points coloured by a code and labelled by a column."""
    categories = "".join(
        f'<category symbol="{number}" value="{code}" label={quoteattr(labels[code])} render="true"/>'
        for number, code in enumerate(colours)
    )
    symbols = "".join(_marker(str(number), colour, "circle", 4.0) for number, colour in enumerate(colours.values()))
    halo = '<text-buffer bufferDraw="1" bufferSize="0.8"/>'
    text = f'<text-style fieldName="{label}" fontSize="8" textColor="40,40,40,255">{halo}</text-style>'
    place = '<placement placement="0" dist="2"/>'
    labeling = f'<labeling type="simple"><settings calloutType="simple">{text}{place}</settings></labeling>'
    return _document(
        f'<renderer-v2 type="categorizedSymbol" attr="{column}" symbollevels="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>{labeling}"
    )
