"""Every folder of the shared data with city data, imported: accepted, rejected, reported, known faults told."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rows import Row, judged

__all__ = ["FOLDERS", "folder_rows"]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder: its files that are lists, what is beside them in the city, and its known faults.

    ``known``: what the folder's README says is wrong -> how the import tells it, a test of the result.
    """

    files: tuple[str, ...]
    beside: tuple[str, ...] = ()
    known: Mapping[str, Callable[[object], bool]] = field(default_factory=dict)


def _says(code: str, file: str = "", least: int = 1) -> Callable[[object], bool]:
    def found(result: object) -> bool:
        some = [one for one in result.outcome.findings if one.code == code and file in one.file]  # type: ignore[attr-defined]
        counted = sum(
            int(one.values["count"].replace(",", "")) if one.values.get("count", "").replace(",", "").isdigit() else 1
            for one in some
        )
        return counted >= least

    return found


def _accepted(result: object, table: str) -> int:
    counts = result.outcome.counts  # type: ignore[attr-defined]
    return int(counts.loc[counts["table"] == table, "accepted"].sum()) if len(counts) else 0


def _lacks_services(*services: str) -> Callable[[object], bool]:
    def found(result: object) -> bool:
        told = [one.values["found"] for one in result.outcome.findings if one.code == "services"]  # type: ignore[attr-defined]
        return bool(told) and not any(service in line for service in services for line in told)

    return found


FOLDERS: Mapping[str, Folder] = {
    "made-city-cn": Folder(
        ("offices/*.xlsx", "offices/*.xls", "offices/*.csv", "offices/*.shp", "offices/*.kml", "offices/*.dxf"),
        ("clean/city.toml", "clean/communities.geojson", "clean/streets.osm.pbf"),
    ),
    "taipei": Folder(
        (
            "villages_age5_sex_2024-12.geojson",
            "elderly_homes_beds.csv",
            "day_care_centres.csv",
            "community_care_sites.csv",
            "community_level_C_sites.csv",
            "social_welfare_organisations.geojson",
            "clinics_points.csv",
            "hospitals.csv",
            "pharmacies_points.csv",
            "idle_city_buildings_2018.geojson",
        ),
        known={
            "21 of 58 idle rooms have no geometry": _says("unplaced", "idle_city_buildings", 1),
            "several rooms share a point": _says("points-shared", "idle_city_buildings"),
        },
    ),
    "singapore": Folder(
        ("hdb_property_information.csv", "subzone_population_2018_2020.geojson", "parks_osm.geojson"),
        known={
            "HDB blocks cannot be placed without geocoding": _says("unplaced", "hdb_property"),
            "1.8 % of the subzone polygons are invalid": _says("outline-invalid", "subzone"),
            "no ages": _says("ages-none", "subzone"),
        },
    ),
    "newport-gb-osm": Folder(("newport-2023-06-13.osm.pbf",), known={"most houses lack levels": _says("osm-floor")}),
    "monaco-osm": Folder(
        ("monaco.osm.pbf", "monaco_boundary.geojson"),
        known={"the boundary is an invalid ring": _says("outline-invalid", "monaco_boundary")},
    ),
    "porto-pt-osm": Folder(
        ("porto_portugal.osm.pbf",),
        known={"buildings were stripped": lambda result: _accepted(result, "residences") <= 14},
    ),
    "shanghai-lujiazui-osm": Folder(
        ("pois.geojson", "roads.geojson"),
        known={"no elderly care or childcare": _lacks_services("elderly_care", "infant_care")},
    ),
    "cn-census-2020": Folder(
        ("census_county_2020_v1.xlsx", "cities_2020_derived.csv"),
        known={"ages 0 to 3 are not given: 0 and 1 to 4 only": _says("ages-split", "census_county")},
    ),
    "cn-boundaries": Folder(("city.geojson.gz",), known={"one city polygon is invalid": _says("outline-invalid")}),
}


def folder_rows(data: Path, work: Path) -> Iterator[Row]:
    """Yield per folder the rows accepted, rejected and reported, and how many known faults go untold."""
    from doorstep.city.importing import import_files
    from doorstep.errors import DoorstepError

    untold: list[str] = []
    for name, folder in FOLDERS.items():
        files = []
        for pattern in folder.files:
            files += sorted((data / name).glob(pattern))
        city = work / f"folder_{name}"
        for other in folder.beside:
            city.mkdir(exist_ok=True)
            shutil.copyfile(data / name / other, city / Path(other).name)
        files = [_unpacked(path, work) for path in files]
        try:
            result = import_files(
                files, city, "en", confirm=True, coordinates="WGS84" if name != "made-city-cn" else ""
            )
        except DoorstepError as fault:
            untold.append(f"{name}: {fault}")
            continue
        counts = result.outcome.counts
        accepted, rejected, reported = (
            (int(counts[column].sum()) if column in counts else 0) for column in ("accepted", "rejected", "reported")
        )
        tables = (
            ", ".join(f"{table} {int(part['accepted'].sum())}" for table, part in counts.groupby("table"))
            if len(counts)
            else "none"
        )
        entries = [one.entry.columns for one in result.lists if one.entry.columns]
        known = sum(bool(field) for columns in entries for field, _ in columns.values())
        missing = [fault for fault, test in folder.known.items() if not test(result)]
        untold += [f"{name}: {fault}" for fault in missing]
        on = {
            "rejected": rejected,
            "rows reported": reported,
            "tables": tables,
            "columns known": f"{known} of {sum(map(len, entries))}",
            "known faults told": f"{len(folder.known) - len(missing)} of {len(folder.known)}",
        }
        yield judged("register", (f"folders_{name}_accepted", float(accepted), "rows"), on)
    yield judged(
        "register",
        ("folders_known_faults_untold", float(len(untold)), "faults"),
        {"which": "; ".join(untold)[:300] or "none"},
    )


def _unpacked(path: Path, work: Path) -> Path:
    if path.suffix != ".gz":
        return path
    target = work / path.stem
    with gzip.open(path) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    return target
