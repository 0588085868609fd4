"""Indices equal PySAL access (tools/peer_indices.py wrote its inputs and results down) to 1e-9."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doorstep.assess import cumulative, e2sfca, exponential, floating_catchment, gaussian, gravity, power, within

PEER: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "peer_indices.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", PEER["cases"], ids=lambda case: f"seed {case['seed']}")
def test_indices_equal_the_peer(case: dict[str, Any]) -> None:
    limit, end = PEER["limit_mm"], PEER["end_value"]
    first, home = np.array(case["first_of_place"]), np.array(case["home"], dtype=np.int32)
    walk_mm = np.array(case["walk_mm"], dtype=np.int32)
    people, capacity = np.array(case["people"]), np.array(case["capacity"])
    around: dict[str, Any] = {"capacity": capacity, "n_homes": len(people)}
    shared: dict[str, Any] = {"people": people, "capacity": capacity}
    ours = {
        "cumulative": cumulative(first, home, walk_mm, limit_mm=limit, **around),
        "power": gravity(first, home, power(walk_mm, PEER["exponent"], PEER["flat_mm"]), **around),
        "exponential": gravity(first, home, exponential(walk_mm, PEER["half_mm"]), **around),
        "gaussian": gravity(first, home, gaussian(walk_mm, limit, end), **around),
        "2sfca": floating_catchment(first, home, within(walk_mm, limit), **shared),
        "e2sfca": e2sfca(first, home, walk_mm, limit_mm=limit, end_value=end, **shared),
    }
    for name, found in ours.items():
        np.testing.assert_allclose(found, case[name], rtol=1e-9, atol=1e-12, err_msg=name)
        assert found.max() > 0, name
