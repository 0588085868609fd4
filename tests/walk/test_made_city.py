"""Gates of a whole district: shutting one lengthens walks or cuts them, and never shortens any."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from street_drawings import at_pace

from doorstep.city import Streets, read_city
from doorstep.walk import build_network, connect, walk_pairs
from doorstep.walk.walls import compound_walls

MADE_CITY = Path(__file__).resolve().parents[2] / "examples" / "made-city"


def test_shutting_a_gate_lengthens_or_cuts_walks() -> None:
    city = read_city(MADE_CITY)
    homes_xy = [city.residences.geometry.x.to_numpy(), city.residences.geometry.y.to_numpy()]
    places_xy = [city.facilities.geometry.x.to_numpy(), city.facilities.geometry.y.to_numpy()]

    def walks(streets: Streets) -> dict[tuple[int, int], int]:
        network = build_network(streets, at_pace(2.0, 20_000))
        homes = connect(network, *homes_xy, snap_limit_mm=200_000)
        places = connect(network, *places_xy, snap_limit_mm=200_000)
        found = walk_pairs(network, homes, places, limit_mm=np.full(len(places.edge), 1_000_000), workers=2)
        place = np.repeat(np.arange(len(places.edge)), np.diff(found.first_of_place))
        return dict(zip(zip(found.home.tolist(), place.tolist(), strict=True), found.walk_mm.tolist(), strict=True))

    network = build_network(city.streets, at_pace(2.0, 20_000))
    gates = [
        node
        for node, tags in sorted(city.streets.node_tags.items())
        if tags.get("barrier") == "gate" and not network.is_closed[node] and network.component[node] == 0
    ]
    assert len(compound_walls(network.streets)) > 20
    assert len(gates) > 50
    before = walks(city.streets)
    assert len(before) > 10_000
    cut = longer = 0
    for gate in gates[::12]:
        tags = {**city.streets.node_tags, gate: {"barrier": "gate", "access": "no"}}
        after = walks(dataclasses.replace(city.streets, node_tags=tags))
        assert after.keys() <= before.keys()
        assert all(length >= before[pair] for pair, length in after.items())
        cut += len(before) - len(after)
        longer += sum(length > before[pair] for pair, length in after.items())
    assert cut > 0
    assert longer > 0
