"""A made city as tables and streets, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyproj

from doorstep.city.model import PEOPLE_COLUMNS
from doorstep.made_city.buildings import buildings_of, rows_of, settle
from doorstep.made_city.compounds import compounds_of, gates_of
from doorstep.made_city.drawing import Drawing
from doorstep.made_city.ground import CRS, Ground, communities_of, lay_ground
from doorstep.made_city.inside import draw_compounds, stand_gates
from doorstep.made_city.kinds import KINDS
from doorstep.made_city.names import Names
from doorstep.made_city.places import facilities_of, spaces_of
from doorstep.made_city.streets import block_nodes, draw_streets

__all__ = ["MadeCity", "imagine"]

NEWBUILD_M2_PER_DWELLING = 0.3
"""30 m² per 100 dwellings: the low end of the guideline of January 2024, an assumption for this city."""


@dataclass(frozen=True, slots=True, eq=False)
class MadeCity:
    """The truth of a made city; its tables have ``x, y`` in EPSG:4549 and ``lon, lat``.

    Parameters
    ----------
    people, seed
        What was asked for.
    communities, compounds, gates, residences, facilities, spaces
        One row each; compounds have the bent corners of their walls, ``ring_x`` and ``ring_y``.
    ground, drawing
        The grid, and the streets, walls, gates and buildings on it.
    """

    people: int
    seed: int
    ground: Ground
    drawing: Drawing
    communities: pd.DataFrame
    compounds: pd.DataFrame
    gates: pd.DataFrame
    residences: pd.DataFrame
    facilities: pd.DataFrame
    spaces: pd.DataFrame


def imagine(people: int, seed: int) -> MadeCity:
    """Return a made city of so many people; the same numbers give the same city.

    Examples
    --------
    >>> city = imagine(3000, 1)
    >>> int(city.residences["people"].sum()), len(city.communities)
    (3000, 1)
    """
    names = Names(seed)
    lots = [np.random.default_rng([seed, 1, stage]) for stage in range(7)]
    ground = lay_ground(people, lots[0])
    communities = communities_of(ground, names)
    compounds = compounds_of(ground, communities, people, names, lots[1])
    layout = rows_of(compounds)
    buildings = settle(buildings_of(compounds, layout, lots[2]), people, lots[3])
    gates = stand_gates(gates_of(compounds, lots[4]), compounds, layout, buildings)
    facilities = facilities_of(compounds, buildings, communities, names, lots[5])
    spaces = spaces_of(compounds, buildings, communities, names, lots[6])
    drawing = Drawing()
    blocks = block_nodes(ground, drawing)
    doors = draw_compounds(compounds, layout, buildings, gates, drawing)
    draw_streets(ground, blocks, doors, drawing, names, np.random.default_rng([seed, 1, 7]))
    communities, compounds = _summed(communities, compounds, buildings)
    placed = [_standing(ground, frame) for frame in (gates, buildings, facilities, spaces)]
    return MadeCity(people, seed, ground, drawing, communities, _ringed(ground, compounds), *placed)


def _summed(
    communities: pd.DataFrame, compounds: pd.DataFrame, buildings: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give compounds and communities the sums of their buildings; a community the type of most of its people."""
    sums = ["dwellings", "floor_area_m2", "people", *PEOPLE_COLUMNS]
    whole = buildings.groupby("compound")[sums].sum().reindex(compounds["id"])
    compounds = compounds.copy()
    compounds["buildings"] = buildings.groupby("compound").size().reindex(compounds["id"]).to_numpy()
    for column in sums:
        compounds[column] = whole[column].to_numpy()
    compounds["floor_area_m2"] = compounds["floor_area_m2"].round(1)
    compounds["type_zh"] = compounds["type"].map({kind: told["zh"] for kind, told in KINDS["compounds"].items()})
    new = compounds["type"] == "newtown"
    compounds["newbuild_obligation_m2"] = (compounds["dwellings"] * NEWBUILD_M2_PER_DWELLING).where(new, 0.0).round()
    communities = communities.copy()
    of = compounds.groupby("community")[sums].sum().reindex(communities["id"])
    for column in ("dwellings", "people", *PEOPLE_COLUMNS):
        communities[column] = of[column].to_numpy()
    most = compounds.sort_values(["community", "people", "id"]).groupby("community").tail(1).set_index("community")
    communities["type"] = most["type"].reindex(communities["id"]).to_numpy()
    communities["type_zh"] = most["type_zh"].reindex(communities["id"]).to_numpy()
    communities["compounds"] = compounds.groupby("community").size().reindex(communities["id"]).to_numpy()
    communities["area_m2"] = [
        round(abs(float(np.sum((x[:-1] - x[0]) * (y[1:] - y[0]) - (x[1:] - x[0]) * (y[:-1] - y[0])))) / 2, 1)
        for x, y in zip(communities["ring_x"], communities["ring_y"], strict=True)
    ]
    return communities, compounds


def _ringed(ground: Ground, compounds: pd.DataFrame) -> pd.DataFrame:
    corner_x, corner_y = ("west", "east", "east", "west", "west"), ("south", "south", "north", "north", "south")
    x = compounds[list(corner_x)].to_numpy()
    y = compounds[list(corner_y)].to_numpy()
    ring_x, ring_y = ground.bent(x, y)
    found = compounds.copy()
    found["ring_x"], found["ring_y"] = list(ring_x), list(ring_y)
    found["x"], found["y"] = x[:, :4].mean(axis=1), y[:, :4].mean(axis=1)
    found["area_m2"] = ((found["east"] - found["west"]) * (found["north"] - found["south"])).round(1)
    return _standing(ground, found)


def _standing(ground: Ground, frame: pd.DataFrame) -> pd.DataFrame:
    """Put the places where the bent ground has them, to a centimetre, with longitude and latitude."""
    x, y = ground.bent(frame["x"].to_numpy(), frame["y"].to_numpy())
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(x, y)
    return frame.assign(lon=np.round(lon, 7), lat=np.round(lat, 7), x=np.round(x, 2), y=np.round(y, 2))
