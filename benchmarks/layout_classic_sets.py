"""Published location sets as files give them, and networks made the way of the OR-Library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import shortest_path

__all__ = ["FORTY", "Instance", "instances", "made_network", "made_packing"]

Floats = npt.NDArray[np.float64]

# Beasley (1985): vertices and sites of pmed1 to pmed40
FORTY = [
    (n, p)
    for n in range(100, 1000, 100)
    for p in [5, 10, n // 10, n // 5, round(n / 3)][: 5 if n < 700 else 4 if n == 700 else 3]
]
# radius and p of the covering sets are ours: few and many sites, little and much overlap
COVERED = [(2.0, 10), (3.5, 5), (3.5, 10), (5.0, 5)]


@dataclass(frozen=True, slots=True)
class Instance:
    """One problem: the set's name, costs (n_demands, n_sites) and what its model needs besides."""

    kind: str
    name: str
    cost: Floats
    p: int = 0
    radius: float = 0.0
    weight: Floats = field(default_factory=lambda: np.empty(0))
    capacity: Floats = field(default_factory=lambda: np.empty(0))
    fixed: Floats = field(default_factory=lambda: np.empty(0))


def made_network(n: int, p: int, seed: int) -> Instance:
    """Return a network of ``n`` vertices and about n²/50 edges of 1 to 100, all on one path, as Beasley made his."""
    chance = np.random.default_rng(seed)
    length = np.zeros((n, n))
    u = np.arange(n - 1)
    length[u, u + 1] = length[u + 1, u] = chance.integers(1, 101, n - 1)
    more = n * n // 50 - (n - 1)
    ends, cost = chance.integers(0, n, (more, 2)), chance.integers(1, 101, more)
    for (i, j), edge in zip(ends, cost, strict=True):
        if i != j:
            length[i, j] = length[j, i] = edge
    return Instance("pmed", f"made {n} {p}", shortest_path(length, directed=False), p)


def made_packing(kind: str, seed: int) -> Instance:
    """Return 40 random points with little room to spare: small, but not proven at the root."""
    chance = np.random.default_rng(seed)
    demand = chance.integers(1, 20, 40).astype(float)
    capacity = np.full(40, np.ceil(demand.sum() / 4 / 0.95))
    distance = np.floor(_apart(chance.integers(1, 101, (40, 2)).astype(float)))
    return Instance(kind, "made", distance, 4, weight=demand, capacity=capacity, fixed=np.full(40, 150.0))


def instances(folder: Path) -> Iterator[Instance]:
    """Yield every problem of the folders pmed, cpmp, cap, holmberg and mclp below a folder, by name.

    Raises
    ------
    SystemExit
        If there is none.
    """
    n = 0
    for kind, read in (("pmed", _pmed), ("cpmp", _cpmp), ("cap", _cap), ("holmberg", _holmberg), ("mclp", _mclp)):
        for path in sorted((folder / kind).glob("*.*")):
            for instance in read(path):
                n += 1
                yield instance
    if not n:
        raise SystemExit(f"{folder} has no set in the folders pmed, cpmp, cap, holmberg, mclp")


def _numbers(path: Path, capacity: float = 0.0) -> Floats:
    words = path.read_text(encoding="latin-1").replace("\0", " ").split()  # some files end in zero bytes
    return np.array([capacity if word.lower() == "capacity" else float(word) for word in words])


def _pmed(path: Path) -> Iterator[Instance]:
    given = _numbers(path)
    n, p = int(given[0]), int(given[2])
    length = np.zeros((n, n))
    for i, j, cost in given[3:].reshape(-1, 3):  # the last of repeated edges counts
        length[int(i) - 1, int(j) - 1] = length[int(j) - 1, int(i) - 1] = cost
    yield Instance("pmed", path.stem, shortest_path(length, directed=False), p)


def _cpmp(path: Path) -> Iterator[Instance]:
    given = _numbers(path)
    n, p = int(given[0]), int(given[1])
    columns = given[2:].reshape(n, -1)[:, -4:]  # some begin with a number of the point
    apart = _apart(columns[:, :2])
    distance = np.floor(apart) if path.stem.startswith("cpmp") else apart
    yield Instance("cpmp", path.stem, distance, p, weight=columns[:, 3], capacity=columns[:, 2])


def _cap(path: Path) -> Iterator[Instance]:
    # capa, capb, capc leave the capacity open; these are the published ones
    of_file = {"capa": (8000, 10000, 12000, 14000), "capb": (5000, 6000, 7000, 8000), "capc": (5000, 5750, 6500, 7250)}
    for capacity in of_file.get(path.stem, (0,)):
        given = _numbers(path, float(capacity))
        m, n = int(given[0]), int(given[1])
        site, demand = given[2 : 2 + 2 * m].reshape(m, 2), given[2 + 2 * m :].reshape(n, m + 1)
        name = path.stem if not capacity else f"{path.stem} {capacity}"
        yield Instance("cap", name, demand[:, 1:], weight=demand[:, 0], capacity=site[:, 0], fixed=site[:, 1])


def _holmberg(path: Path) -> Iterator[Instance]:
    given = _numbers(path)
    m, n = int(given[0]), int(given[1])
    site, demand = given[2 : 2 + 2 * m].reshape(m, 2), given[2 + 2 * m : 2 + 2 * m + n]
    cost = given[2 + 2 * m + n :][: m * n].reshape(m, n).T
    yield Instance("holmberg", path.stem, cost, weight=demand, capacity=site[:, 0], fixed=site[:, 1])


def _mclp(path: Path) -> Iterator[Instance]:
    given = _numbers(path)
    points = given[1:].reshape(int(given[0]), 5)
    for radius, p in COVERED:
        yield Instance("mclp", f"{path.stem} {radius:g} {p}", _apart(points[:, 1:3]), p, radius, points[:, 4])


def _apart(points: Floats) -> Floats:
    """Return straight distances of all pairs."""
    gap = points[:, None] - points[None]
    found: Floats = np.hypot(gap[..., 0], gap[..., 1])
    return found
