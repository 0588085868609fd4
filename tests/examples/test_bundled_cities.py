"""The bundled cities: the README says what the files hold, the rules hold row by row, the licences are there."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from doorstep.city import PEOPLE_COLUMNS, SERVICES, check_city, read_city
from doorstep.errors import Problem
from doorstep.standards import load_profile
from doorstep.walk_questions import joining_notes

REPOSITORY = Path(__file__).resolve().parents[2]
NEWPORT = REPOSITORY / "examples" / "newport"
MADE_CITY = REPOSITORY / "examples" / "made-city"
MONACO = REPOSITORY / "tests" / "data" / "monaco"
FROM_OSM = [NEWPORT, MONACO]
ALL = [*FROM_OSM, MADE_CITY]
WHOLE = {"Coedkernew", "Gaer", "Liswerry", "Pillgwenlly", "Stow Hill", "Tredegar Park", "Victoria"}
UNITS = {
    "elderly_care": "day_place",
    "infant_care": "place",
    "after_school": "place",
    "meals": "meal_day",
    "health": "visit_week",
    "sport": "visit_week",
    "culture": "visit_week",
    "play": "visit_week",
}

each_city = pytest.mark.parametrize("folder", ALL, ids=lambda path: path.name)
each_osm_city = pytest.mark.parametrize("folder", FROM_OSM, ids=lambda path: path.name)


@cache
def table(folder: Path, name: str) -> pd.DataFrame:
    """Read a csv table with ids as text."""
    return pd.read_csv(folder / f"{name}.csv", dtype={"id": str, "community": str}, encoding="utf-8-sig")


@cache
def problems_of(folder: Path) -> tuple[Problem, ...]:
    return tuple(check_city(folder).problems)


@cache
def ids_of_communities(folder: Path) -> gpd.GeoDataFrame:
    communities = gpd.read_file(folder / "communities.geojson")
    return communities.set_index(communities["id"].astype(str))


def readme_table(folder: Path, heading: str) -> list[list[str]]:
    """Return the rows of the first table under a heading of the README."""
    _, _, rest = (folder / "README.md").read_text(encoding="utf-8").partition(f"# {heading}\n")
    lines = rest.strip().splitlines()
    rows = lines[: next(n for n, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def fact(folder: Path, what: str) -> float:
    (found,) = [row[-1] for row in readme_table(folder, "Counts") if row[0] == what]
    return float(found.replace(",", ""))


@each_osm_city
def test_readme_counts_what_the_files_hold(folder: Path) -> None:
    residences, facilities, spaces = (table(folder, name) for name in ("residences", "facilities", "spaces"))
    people = residences[list(PEOPLE_COLUMNS)].to_numpy().sum()
    assert people == pytest.approx(fact(folder, "people"), abs=1.0)
    assert residences["dwellings"].sum() == fact(folder, "dwellings")
    assert len(residences) == fact(folder, "residential buildings")
    assert len(facilities) == fact(folder, "rows of facilities")
    assert len(spaces) == fact(folder, "spaces")


@each_osm_city
def test_readme_splits_spaces_and_facilities_as_the_files_do(folder: Path) -> None:
    spaces, facilities = table(folder, "spaces"), table(folder, "facilities")
    said = {(row[0], row[1]): int(row[2]) for row in readme_table(folder, "Spaces by channel and kind")}
    assert said == Counter(zip(spaces["channel"], spaces["kind"], strict=True))
    said_rules = {row[0]: int(row[1]) for row in readme_table(folder, "Where the area of a space comes from")}
    assert said_rules == Counter(spaces["area_rule"])
    said_services = {(row[0], row[1]): int(row[2]) for row in readme_table(folder, "Facilities by service and kind")}
    assert said_services == Counter(zip(facilities["service"], facilities["kind"], strict=True))


@each_osm_city
def test_readme_gives_each_community_its_people(folder: Path) -> None:
    residences = table(folder, "residences")
    people = residences[list(PEOPLE_COLUMNS)].sum(axis=1).groupby(residences["community"]).sum()
    rows = readme_table(folder, "Communities")
    assert {row[0] for row in rows} == set(ids_of_communities(folder).index)
    for community, name, *_, said in rows:
        assert float(said.replace(",", "")) == pytest.approx(people.get(community, 0.0), abs=1.0), name


def test_people_of_newport_follow_the_stated_share() -> None:
    dwellings = table(NEWPORT, "residences")["dwellings"].sum()
    people = table(NEWPORT, "residences")[list(PEOPLE_COLUMNS)].to_numpy().sum()
    assert people == pytest.approx(159_587 * min(1.0, dwellings / 65_300), abs=1.0)


def test_people_of_monaco_follow_the_floor() -> None:
    residences = table(MONACO, "residences")
    here = residences[list(PEOPLE_COLUMNS)].sum(axis=1)
    assert (here - residences["floor_area_m2"] / 42).abs().max() < 0.01


@each_city
def test_ids_are_unique_and_known(folder: Path) -> None:
    communities = set(ids_of_communities(folder).index)
    for name in ("residences", "facilities", "spaces"):
        rows = table(folder, name)
        assert rows["id"].is_unique, name
        assert set(rows["community"].dropna()) <= communities, name


@each_osm_city
def test_homes_and_spaces_lie_in_the_community_that_their_row_names(folder: Path) -> None:
    communities = ids_of_communities(folder)
    for name in ("residences", "spaces"):
        rows = table(folder, name)
        points = gpd.GeoSeries(gpd.points_from_xy(rows["lon"], rows["lat"]), crs=communities.crs)
        homes = communities.geometry.reindex(rows["community"]).reset_index(drop=True)
        # A pavilion may stand on the very border; 7 decimals are about a centimetre.
        assert (points.to_crs("EPSG:32630").distance(homes.to_crs("EPSG:32630")) < 0.05).all(), name


@each_city
def test_check_finds_nothing_that_stops_a_plan(folder: Path) -> None:
    problems = problems_of(folder)
    assert [one for one in problems if one.severity == "error"] == []
    codes = {one.code for one in problems}
    assert codes == set()


def islands_of(folder: Path) -> list[Problem]:
    city = read_city(folder)
    return [one for one in joining_notes(city, load_profile(city.profile)) if one.code == "on-island"]


@each_osm_city
def test_spaces_on_an_island_are_left_out_by_the_builder(folder: Path) -> None:
    assert "spaces.csv" not in {one.file for one in islands_of(folder)}


def test_readme_names_the_homes_that_reach_nothing() -> None:
    on_island = islands_of(NEWPORT)
    residences = table(NEWPORT, "residences")
    rogerstone = [one for one in on_island if residences.loc[(one.row or 0) - 2, "community"] == "8208447"]
    assert f"{len(rogerstone)} homes in the north of Rogerstone" in (NEWPORT / "README.md").read_text(encoding="utf-8")


def test_communities_of_newport_cut_by_the_edge_are_marked() -> None:
    communities = ids_of_communities(NEWPORT)
    assert len(communities) == 21
    assert set(communities.loc[~communities["cut"], "name"]) == WHOLE
    assert communities.geometry.is_valid.all()


def test_communities_do_not_overlap() -> None:
    for folder in FROM_OSM:
        areas = ids_of_communities(folder).to_crs("EPSG:32630").geometry
        assert areas.union_all().area == pytest.approx(areas.area.sum(), rel=1e-5)


@each_osm_city
def test_capacities_are_assumed_with_a_range(folder: Path) -> None:
    rows = table(folder, "facilities")
    assert set(rows["capacity_basis"]) == {"assumed"}
    assert (rows["capacity_low"] <= rows["capacity"]).all()
    assert (rows["capacity"] <= rows["capacity_high"]).all()
    assert (rows["capacity_high"] > 0).all()
    assert set(rows["service"]) <= set(SERVICES)
    assert (rows["capacity_unit"] == rows["service"].map(UNITS)).all()
    assert not rows["access"].isin(["private", "no"]).any()
    assert (rows["id"] == rows["id"].str.split("-").str[0] + "-" + rows["service"]).all()


@each_osm_city
def test_spaces_follow_the_rules_of_area_and_channel(folder: Path) -> None:
    rows = table(folder, "spaces")
    assert (rows["area_basis"] == "estimated").all()
    assert (rows["area_m2"] > 0).all()
    plots = rows[rows["kind"] == "landuse=brownfield"]
    assert (plots["area_m2"] <= 800).all()
    assert (plots["area_m2"] <= 0.4 * (plots["area_m2"] + plots["outdoor_m2"]) + 0.5).all()
    assert set(plots["channel"]) <= {"newbuild"}
    assert rows.loc[rows["kind"] != "landuse=brownfield", "outdoor_m2"].isna().all()
    assert (rows.loc[rows["kind"] == "shop=vacant", "channel"] == "rent").all()
    assert not rows.duplicated(["lon", "lat"]).any()
    assert rows["available_from"].isna().all()


def test_newport_has_about_260_candidates_less_those_left_out() -> None:
    left_out = sum(int(row[1]) for row in readme_table(NEWPORT, "Spaces left out"))
    assert 245 <= len(table(NEWPORT, "spaces")) + left_out <= 270
    assert (table(NEWPORT, "spaces")["kind"] == "shop=vacant").sum() == 208


@each_osm_city
def test_licences_lie_beside_the_data_and_the_contributors_are_named(folder: Path) -> None:
    assert "Open Database License" in (folder / "LICENSE-ODbL.txt").read_text(encoding="utf-8")
    assert "Open Government Licence" in (folder / "LICENSE-OGL.txt").read_text(encoding="utf-8")
    sources = tomllib.loads((folder / "city.toml").read_text(encoding="utf-8"))["sources"]
    assert sources[0]["licence"] == "ODbL-1.0"
    assert sources[0]["attribution"] == "© OpenStreetMap contributors"
    assert sources[1]["licence"] == "OGL-UK-3.0"


def test_the_made_up_city_says_so_everywhere() -> None:
    head = tomllib.loads((MADE_CITY / "city.toml").read_text(encoding="utf-8"))
    assert head["made_up"] is True
    assert "虚构" in head["name"]
    readme = (MADE_CITY / "README.md").read_text(encoding="utf-8")
    assert "MADE UP" in readme
    assert "均为虚构" in readme
    assert "CC0" in (MADE_CITY / "LICENSE-CC0.txt").read_text(encoding="utf-8")


def test_readme_of_the_made_up_city_counts_its_files() -> None:
    said = {row[1]: int(row[2].replace(",", "")) for row in readme_table(MADE_CITY, "数量 / Counts")}
    assert said["people"] == table(MADE_CITY, "residences")["people"].sum()
    for what, name in (("residential buildings", "residences"), ("facilities", "facilities"), ("spaces", "spaces")):
        assert said[what] == len(table(MADE_CITY, name))
    channels = Counter(table(MADE_CITY, "spaces")["channel"])
    assert {what[8:]: count for what, count in said.items() if what.startswith("spaces: ")} == channels


@pytest.mark.parametrize("name", ["residences", "facilities", "spaces"])
def test_tables_open_in_excel_with_their_names_right(name: str) -> None:
    for folder in FROM_OSM:
        assert (folder / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_folders_are_small() -> None:
    files = [file for root in (REPOSITORY / "examples", REPOSITORY / "tests" / "data") for file in root.rglob("*")]
    assert sum(file.stat().st_size for file in files if file.is_file()) < 12_000_000
    assert (NEWPORT / "streets.osm.pbf").stat().st_size < 2_000_000


def test_page_of_the_examples_is_up_to_date() -> None:
    page = (REPOSITORY / "docs" / "reference" / "examples.md").read_text(encoding="utf-8")
    for folder in ALL:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{folder.relative_to(REPOSITORY)}`"))
        rows = {name: len(table(folder, name)) for name in ("residences", "facilities", "spaces")}
        people = table(folder, "residences")[list(PEOPLE_COLUMNS)].to_numpy().sum()
        figures = [len(ids_of_communities(folder)), round(people), *rows.values()]
        assert re.findall(r"[\d,]+", row.partition("` |")[2]) == [f"{figure:,}" for figure in figures]
