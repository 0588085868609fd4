"""What the page on walks says is what was measured, and Monaco is measured again here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tools.walk_places import PLACES, counts, measured, read, worth

from doorstep.city import AGE_BANDS
from doorstep.standards import load_profile
from doorstep.walk import walkers

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "docs" / "explain" / f"how-we-measure-a-walk{end}.md" for end in ("", ".zh")]
FIGURES: dict[str, Any] = json.loads((REPOSITORY / "docs/reference/walk-places.json").read_text(encoding="utf-8"))


def rows(page: Path) -> list[list[str]]:
    lines = page.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def told(figure: int | None, unit: int, digits: int) -> str:
    return "" if figure is None else f"{figure / unit:,.{digits}f}"


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_monaco_is_as_the_figures_say() -> None:
    city = read("monaco")
    places = [measured(city, place) for place in PLACES if place.city == "monaco"]
    assert places == [place for place in FIGURES["places"] if place["id"].startswith("monaco")]
    assert counts(city) == FIGURES["counts"]["monaco"]
    assert worth(city) == FIGURES["worth"]["monaco"]


def test_the_page_has_the_ten_walks(page: Path) -> None:
    listed = [row[3:] for row in rows(page) if re.fullmatch(r"[NM]\d", row[0])]
    figures = [
        [
            *(told(place[f"{when}_mm"], 1000, 0) for when in ("before", "after")),
            *(told(place[f"{when}_ms"], 60_000, 1) for when in ("before", "after")),
        ]
        for place in FIGURES["places"]
    ]
    assert [[cell if re.match(r"\d", cell) else "" for cell in row] for row in listed] == figures


def test_the_page_counts_what_was_counted(page: Path) -> None:
    listed = [tuple(row[1:]) for row in rows(page) if len(row) == 3 and re.match(r"[\d,]", row[1])]
    assert listed == [
        tuple(f"{FIGURES[part][name][kind]:,}" for name in ("newport", "monaco"))
        for part in ("counts", "worth")
        for kind in FIGURES[part]["monaco"]
    ]


def test_the_page_has_the_paces_of_the_profiles(page: Path) -> None:
    listed = [tuple(float(cell) for cell in row[1:4]) for row in rows(page) if len(row) == 5 and row[1][:1].isdigit()]
    for name in ("cn-2023", "generic-gb"):
        cases = [walkers(load_profile(name), case=case) for case in ("low", "mid", "high")]
        assert listed == [
            tuple(case[who].speed_m_s for case in cases) for who in (*AGE_BANDS, "wheelchair", "walking_frame")
        ]


def test_the_page_tells_the_gate_and_the_pram(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    for walk in (FIGURES["gate"], FIGURES["pram"]):
        for when in ("before", "after"):
            assert re.search(rf"(?<![\d,]){told(walk[f'{when}_mm'], 1000, 0)} (m|米)", words)
    for when in ("before", "after"):
        assert told(FIGURES["pram"][f"{when}_ms"], 60_000, 1) in words


def test_every_picture_is_there_with_words_and_maps_name_their_source(page: Path) -> None:
    pictures = re.findall(r"!\[(.+)\]\((\.\./images/walk/.+\.svg)\)", page.read_text(encoding="utf-8"))
    assert len(pictures) == 15
    for words, target in pictures:
        drawn = (page.parent / target).read_text(encoding="utf-8")
        assert words
        assert "<title>" in drawn
        if Path(target).stem not in ("snapping", "slope", "gate"):
            assert "© OpenStreetMap contributors, ODbL" in drawn
