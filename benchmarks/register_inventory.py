"""Measure made cities, candidates for spaces and matching: the part of ``benchmarks.register`` about inventories.

The honest test of candidates: of Newport's map the 208 tags ``shop=vacant`` are taken away, and what is proposed from
the rest is held against them. A proposal counts as right only if it is the same object as a hidden one, or one of the
two lies in the other. Whoever surveyed Newport mapped nearly every shop of the centre, so a unit without a tenant says
much there; where few shops are mapped it says little.
"""

from __future__ import annotations

import csv
import dataclasses
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.rows import REPOSITORY, Row, judged
from doorstep.inventory.candidates import Mapped, Proposal, find_spaces, read_mapped
from doorstep.made_city import make_city
from doorstep.matching import Record, match, read_records
from doorstep.matching.match import score

__all__ = ["rows"]

SHARED = REPOSITORY.parent / "shared" / "data"
NEWPORT = SHARED / "newport-gb-osm" / "newport-2023-06-13.osm.pbf"
DRAWN = 50
SEED = 1
INFERRED = ("ground_floor", "address_without_tenant")
"""Evidence that claims an empty shop without a tag that says so."""
SIZES = (60_000, 300_000, 1_000_000, 10_000_000)


def rows(only: str | None = None, *, quick: bool = False) -> list[Row]:
    """Return the rows about inventories; with ``only`` those whose name begins with it."""
    parts = (("newport_vacant", candidate_rows), ("matching", matching_rows), ("made_city", made_city_rows))
    found = [row for name, part in parts if _wanted(only, name) for row in part(quick=quick)]
    return [row for row in found if only is None or row.name.startswith(only)]


def _wanted(only: str | None, part: str) -> bool:
    return only is None or only.startswith(part) or part.startswith(only)


def candidate_rows(*, quick: bool = False) -> list[Row]:
    """Hide the vacant tags of Newport and count what is found again."""
    del quick
    mapped = read_mapped(NEWPORT, "EPSG:27700")
    hidden = np.array([place for place, tags in enumerate(mapped.tags) if tags.get("shop") == "vacant"])
    bare = tuple(
        {key: value for key, value in tags.items() if (key, value) != ("shop", "vacant")} for tags in mapped.tags
    )
    proposals = find_spaces(dataclasses.replace(mapped, tags=bare))
    claims = [one for one in proposals if one.evidence in INFERRED]
    right = np.array([bool(_hit(one, mapped, hidden).any()) for one in claims])
    drawn = np.random.default_rng(SEED).permutation(len(claims))[:DRAWN]
    again = np.zeros(len(hidden), dtype=np.bool_)
    for one in (one for one in proposals if one.evidence in (*INFERRED, "vacant_tag")):
        again |= _hit(one, mapped, hidden)
    on = {"hidden": len(hidden), "proposals": len(proposals), "of them empty shops inferred": len(claims)}
    by_lot = {**on, "drawn": len(drawn), "seed": SEED}
    return [
        judged("register", ("newport_vacant_precision_50", float(right[drawn].mean()), "share"), by_lot),
        judged("register", ("newport_vacant_precision_all", float(right.mean()), "share"), on),
        judged("register", ("newport_vacant_recall", float(again.mean()), "share"), on),
    ]


def _hit(proposal: Proposal, mapped: Mapped, hidden: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell which hidden objects a proposal is: the same, or one in the other."""
    same = np.array([mapped.ids[place] == proposal.id for place in hidden])
    shapes = mapped.shapes[hidden]
    inner = shapely.point_on_surface(proposal.shape)
    inside = shapely.intersects(shapely.point_on_surface(shapes), proposal.shape)
    return np.asarray(same | inside | shapely.intersects(shapes, inner), dtype=np.bool_)


def matching_rows(*, quick: bool = False) -> list[Row]:
    """Match lists whose truth is known: the shared made district, fresh made cities, labelled pairs of Taipei."""
    found = []
    district = SHARED / "made-city-cn"
    if district.is_dir():
        found += _linked("made_district", district, district / "clean" / "spaces.csv")
    with tempfile.TemporaryDirectory() as work:
        for seed in (21,) if quick else (21, 22, 23):
            city = Path(work) / str(seed)
            make_city(city, 100_000, seed=seed, faults=True)
            found += _linked(f"made_city_seed_{seed}", city, city / "spaces.csv")
    with (REPOSITORY / "tests" / "data" / "taipei_care_pairs" / "pairs.csv").open(encoding="utf-8") as stream:
        pairs = list(csv.DictReader(stream))
    said = np.array([score(_record(pair, "left"), _record(pair, "right")).suggestion == "same" for pair in pairs])
    same = np.array([pair["same"] == "yes" for pair in pairs])
    on = {"pairs": len(pairs), "the same": int(same.sum()), "suggested": int(said.sum())}
    found.append(judged("register", ("matching_taipei_precision", float(same[said].mean()), "share"), on))
    found.append(judged("register", ("matching_taipei_recall", float(said[same].mean()), "share"), on))
    return found


def _linked(name: str, city: Path, spaces: Path) -> list[Row]:
    left, right = read_records(spaces), read_records(city / "offices" / "国资_可盘活资产.xlsx")
    with (city / "truth" / "linkage_pairs.csv").open(encoding="utf-8") as stream:
        truth = {int(row["row"]): row["space"] for row in csv.DictReader(stream)}
    start = time.perf_counter()
    pairs = [(one.right.row, one.left.id) for one in match(left, right) if one.suggestion == "same"]
    on = {
        "rows": f"{len(left)} and {len(right)}",
        "linked": len(truth),
        "suggested": len(pairs),
        "s": round(time.perf_counter() - start, 2),
    }
    right_ones = sum(truth.get(row) == space for row, space in pairs)
    return [
        judged("register", (f"matching_{name}_precision", right_ones / max(1, len(pairs)), "share"), on),
        judged("register", (f"matching_{name}_recall", right_ones / len(truth), "share"), on),
    ]


def _record(pair: dict[str, str], side: str) -> Record:
    place = (float(pair[f"{side}_{axis}"]) for axis in ("lon", "lat"))
    return Record(int(pair[f"{side}_row"]), "", pair[f"{side}_name"], pair[f"{side}_address"], "", (), None, *place)


def made_city_rows(*, quick: bool = False) -> list[Row]:
    """Make cities by the command, each in a process of its own: seconds and most memory."""
    found = []
    with tempfile.TemporaryDirectory() as work:
        for people in SIZES[:1] if quick else SIZES:
            seconds, gigabytes = _made(people, Path(work) / str(people))
            on = {"people": people, "with offices' files and planted faults": "yes"}
            found.append(judged("register", (f"made_city_seconds_{people}", seconds, "s"), on))
            found.append(judged("register", (f"made_city_memory_{people}", gigabytes, "GB"), on))
    return found


def _made(people: int, to: Path) -> tuple[float, float]:
    code = f"""
from pathlib import Path
from doorstep.made_city import make_city
make_city(Path({str(to)!r}), {people}, faults=True)
# getrusage would count what the process that started this one had in memory, too
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unit = 1024**2  # kilobytes on Linux
    return time.perf_counter() - start, int(done.stdout) / unit
