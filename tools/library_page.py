"""The page of the library's functions for walking, indices and layout, from their own docstrings."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import doorstep.assess
import doorstep.layout
import doorstep.walk

__all__ = ["library_page"]

ROOMS: dict[str, tuple[ModuleType, str]] = {
    "doorstep.walk": (doorstep.walk, "Networks, walks, nearest places, places moved about. Arrays in, arrays out."),
    "doorstep.assess": (doorstep.assess, "Indices of access, inequality, people helped, the city's own tables."),
    "doorstep.layout": (
        doorstep.layout,
        "Which spaces become which hubs: problem, plan, bound, questions. Arrays in, arrays out.",
    ),
}

EXAMPLES = {"doorstep.layout": Path(__file__).with_name("library_layout.md")}
"""What stands before the names of a room."""


def library_page() -> str:
    """Return the page: every public name of the rooms with its first line and its signature."""
    lines = [
        "# Library: walking, indices, layout",
        "",
        "Made by `tools/reference_pages.py` from the docstrings. `help(doorstep.walk.walk_pairs)` tells parameters",
        "with shapes and units, what is returned, errors, sources, and mostly an example.",
        "[How to ask about walks](../howto/ask-about-walks.md) shows them at work.",
        "The examples of `doorstep.layout` run as tests, in the city of [plan your city](../howto/plan-your-city.md).",
    ]
    for name, (room, what) in ROOMS.items():
        lines += ["", f"## {name}", "", what]
        if name in EXAMPLES:
            lines += ["", EXAMPLES[name].read_text(encoding="utf-8").strip(), "", "### All names"]
        lines += ["", "| | |", "|---|---|"]
        for public in sorted(room.__all__, key=str.lower):
            one = getattr(room, public)
            first = (inspect.getdoc(one) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
            lines.append(f"| `{_call(public, one)}` | {first} |")
    return "\n".join(lines) + "\n"


def _call(name: str, one: object) -> str:
    if not inspect.isfunction(one):
        return name
    parameters = inspect.signature(one).parameters.values()
    must = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    by_name = [p.name for p in must if p.kind is p.KEYWORD_ONLY]
    told = [p.name for p in must if p.kind is not p.KEYWORD_ONLY] + (["*", *by_name] if by_name else [])
    may = [p.name for p in parameters if p.default is not p.empty]
    return f"{name}({', '.join(told)}{', …' if may else ''})"
