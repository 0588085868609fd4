"""Reckon indices with PySAL access (BSD-3-Clause) and write tests/data/peer_indices.json, which the tests compare with.

    python -m venv .venv-peers
    .venv-peers/bin/pip install access==1.1.10.post3
    .venv-peers/bin/python tools/peer_indices.py

It runs in an environment of its own: the product neither needs nor locks the peer. Inputs come from seeds and are
written beside the results, so that the tests need neither the peer nor the same random numbers.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from access import weights as decay
from access.fca import two_stage_fca, weighted_catchment

TARGET = Path(__file__).resolve().parent.parent / "tests" / "data" / "peer_indices.json"
LIMIT_MM, FLAT_MM, EXPONENT, HALF_MM, END_VALUE = 800_000, 100_000, 1.5, 300_000, 0.01
N_HOMES, N_PLACES, SEEDS = 60, 9, (11, 12, 13)


def case(seed: int) -> dict[str, object]:
    """Return the pairs of a made-up city and what the peer says of them."""
    random = np.random.default_rng(seed)
    near = random.random((N_PLACES, N_HOMES)) < 0.4
    near[0] = False  # a place that nobody reaches
    near[:, 0] = False  # a home that reaches none
    place, home = np.nonzero(near)
    walk_mm = random.integers(0, 1_200_000, len(place))
    walk_mm[0] = LIMIT_MM
    people = random.integers(1, 90, N_HOMES) + random.random(N_HOMES).round(3)
    people[1] = 0.0
    capacity = random.integers(5, 200, N_PLACES).astype(float)
    capacity[1] = 0.0

    pairs = pd.DataFrame({"origin": home, "dest": place, "cost": walk_mm})
    homes = pd.DataFrame({"demand": people}, index=pd.RangeIndex(N_HOMES, name="geoid"))
    places = pd.DataFrame({"supply": capacity}, index=pd.RangeIndex(N_PLACES, name="geoid"))
    gaussian = decay.gaussian(LIMIT_MM / np.sqrt(-2 * np.log(END_VALUE)))
    power = decay.gravity(scale=FLAT_MM, alpha=-EXPONENT, min_dist=FLAT_MM)

    def summed(weight: object, limit: int | None) -> list[float]:
        """Sum capacities around each home."""
        found = weighted_catchment(
            places,
            pairs,
            limit,
            cost_source="dest",
            cost_dest="origin",
            loc_index=True,
            loc_value="supply",
            weight_fn=weight,
        )
        return found.reindex(range(N_HOMES), fill_value=0.0).tolist()

    def shared(weight: object) -> list[float]:
        found = two_stage_fca(homes, places, pairs, max_cost=LIMIT_MM, demand_index=True, weight_fn=weight)
        return found.reindex(range(N_HOMES), fill_value=0.0).tolist()

    return {
        "seed": seed,
        "first_of_place": np.searchsorted(place, np.arange(N_PLACES + 1)).tolist(),
        "home": home.tolist(),
        "walk_mm": walk_mm.tolist(),
        "people": people.tolist(),
        "capacity": capacity.tolist(),
        "cumulative": summed(None, LIMIT_MM),
        "power": summed(power, None),
        "exponential": summed(lambda mm: 0.5 ** (mm / HALF_MM), None),
        "gaussian": summed(gaussian, LIMIT_MM),
        "2sfca": shared(None),
        "e2sfca": shared(gaussian),
    }


if __name__ == "__main__":
    written = {
        "peer": f"access {version('access')}",
        "limit_mm": LIMIT_MM,
        "flat_mm": FLAT_MM,
        "exponent": EXPONENT,
        "half_mm": HALF_MM,
        "end_value": END_VALUE,
        "cases": [case(seed) for seed in SEEDS],
    }
    TARGET.write_text(json.dumps(written, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(SEEDS)} cases, {written['peer']}")
