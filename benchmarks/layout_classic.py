"""Measure the classical location models on published sets, beside spopt with HiGHS.

Seconds are from the cost matrix in memory to the proven answer, after one small run of each model that compiles it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.layout_classic_known import KNOWN
from benchmarks.layout_classic_sets import FORTY, Instance, instances, made_network, made_packing
from benchmarks.peers.make import asked
from benchmarks.rows import REPOSITORY, Row, judged
from doorstep.layout.classic import Located, capacitated_facility_location, capacitated_p_median, mclp, p_median

__all__ = ["KINDS", "SETS", "classic_rows", "is_right", "solved"]

SETS = Path(os.environ.get("DOORSTEP_SHARED", REPOSITORY.parent / "shared")) / "benchmarks"
KINDS = ("pmed", "cpmp", "cap", "holmberg", "mclp")
PEER_MODELS = ("pmed", "cpmp", "mclp")
PEER_SECONDS = 120.0
"""HiGHS of spopt is stopped after this; its time until then counts."""


def solved(instance: Instance) -> Located:
    """Return the answer of the model of a set."""
    one = instance
    if one.kind == "pmed":
        return p_median(one.cost, one.p)
    if one.kind == "cpmp":
        return capacitated_p_median(one.cost, one.p, one.weight, one.capacity)
    if one.kind == "mclp":
        return mclp(one.cost, one.radius, one.p, one.weight)
    whole = one.kind == "holmberg"
    return capacitated_facility_location(one.cost, one.fixed, one.weight, one.capacity, single_source=whole)


def compile_loops(first: Instance) -> None:
    """Solve a problem of the kind that has to branch, and the first one itself."""
    if first.kind in ("cpmp", "holmberg"):
        solved(made_packing(first.kind, 2))
    solved(first)


def is_right(instance: Instance, answer: Located) -> bool:
    """Return whether it is proven, and the published optimum where one is known (given with its decimals)."""
    known = KNOWN.get(instance.name)
    return answer.status == "optimal" and (known is None or abs(answer.objective - known) < 0.01)


def timed(every: Sequence[Instance]) -> tuple[int, float, list[tuple[Instance, Located, float]]]:
    """Solve all; return how many are right, the seconds together, and each answer."""
    done = []
    for instance in every:
        start = time.perf_counter()
        answer = solved(instance)
        done.append((instance, answer, time.perf_counter() - start))
        value = f"{answer.objective:14.3f} bound {answer.bound:14.3f}"
        print(f"    {instance.kind:9}{instance.name:20}{value} {answer.nodes:7} nodes {done[-1][2]:8.2f} s", flush=True)
    right = sum(is_right(instance, answer) for instance, answer, _ in done)
    return right, sum(seconds for _, _, seconds in done), done


def peer_rows(kind: str, done: Sequence[tuple[Instance, Located, float]], work: Path) -> Iterator[Row]:
    """Yield how many times longer spopt takes; where HiGHS was stopped, the seconds until then count."""
    ours, theirs, finished, version, differ = 0.0, 0.0, 0, "", 0
    for instance, answer, seconds in done:
        file = work / "problem.npz"
        np.savez(file, kind=kind, cost=instance.cost, p=instance.p, radius=instance.radius, weight=instance.weight,
                 capacity=instance.capacity)  # fmt: skip
        found = asked("location_spopt", file, PEER_SECONDS)
        version = found["version"]
        ours, theirs = ours + seconds, theirs + found["seconds"]
        finished += bool(found["finished"])
        differ += bool(found["finished"] and abs(found["value"] - answer.objective) > 1e-4 * abs(answer.objective))
        print(f"    {kind:9}{instance.name:20} spopt {found['seconds']:8.2f} s, ours {seconds:8.3f} s", flush=True)
    on: dict[str, float | str] = {
        "with": f"spopt {version} and HiGHS, one thread",
        "problems": len(done),
        "it finished": finished,
        "finished with another value": differ,
        "stopped after s": PEER_SECONDS,
        "its seconds": round(theirs, 2),
        "our seconds": round(ours, 3),
    }
    yield judged("layout", (f"{kind}_times_spopt", theirs / ours, "times"), on)


def classic_rows(folder: Path, *, peers: bool, only: str | None) -> Iterator[Row]:
    """Yield the rows of every set of a folder, or of the set of one row; without peers none of spopt."""
    with tempfile.TemporaryDirectory() as work:
        yield from _rows(folder, peers=peers, only=only, work=Path(work))


def _rows(folder: Path, *, peers: bool, only: str | None, work: Path) -> Iterator[Row]:
    sets: dict[str, list[Instance]] = {}
    for instance in instances(folder):
        sets.setdefault(instance.kind, []).append(instance)
    part = (only or "").split("_")[0]
    for kind, every in sets.items():
        if part not in ("", kind) or only == "pmed_forty_seconds":
            continue
        compile_loops(every[0])
        right, seconds, done = timed(every)
        share = right / len(every)
        yield judged(
            "layout", (f"{kind}_proven", share, "share"), {"problems": len(every), "seconds": round(seconds, 2)}
        )
        yield judged("layout", (f"{kind}_seconds", seconds, "s"), {"problems": len(every)})
        if peers and kind in PEER_MODELS:
            yield from peer_rows(kind, done, work)
    if part in ("", "pmed"):
        made = [made_network(n, p, 1) for n, p in FORTY]
        compile_loops(made[0])
        right, seconds, _ = timed(made)
        on: dict[str, float | str] = {"networks": len(made), "made as": "Beasley's forty, not they themselves"}
        yield judged("layout", ("pmed_forty_proven", right / len(made), "share"), on)
        yield judged("layout", ("pmed_forty_seconds", seconds, "s"), on)
