"""Residences, facilities and spaces joined to the network: each at its entrances, else at its own point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from doorstep.city import standing_points
from doorstep.walk.network import Network
from doorstep.walk.snap import Connections, connect

__all__ = ["connect_tables"]


def connect_tables(
    network: Network, entrances: gpd.GeoDataFrame, *tables: gpd.GeoDataFrame, snap_limit_mm: int
) -> Connections:
    """Join the rows of tables to the network, one table after another.

    Parameters
    ----------
    network
        Pedestrian network.
    entrances
        ``of`` and ``geometry``, as :class:`doorstep.city.City` has them; may be empty.
    *tables
        ``id`` and ``geometry`` (points); an id that two tables have stands at its entrances in both.
    snap_limit_mm
        Longest straight way to the network, inclusive.

    Returns
    -------
    Connections
        ``of`` counts the rows through all tables; without entrances, one point a row in the same order.
    """
    doors = entrances.geometry.to_numpy()
    of = [np.zeros(0, dtype=np.int64)]
    points = [np.zeros(0, dtype=object)]
    n_rows = 0
    for table in tables:
        row, standing = standing_points(table["id"], table.geometry.to_numpy(), entrances["of"], doors)
        of.append(n_rows + row)
        points.append(standing)
        n_rows += len(table)
    every = np.concatenate(points)
    return connect(
        network,
        shapely.get_x(every),
        shapely.get_y(every),
        snap_limit_mm=snap_limit_mm,
        of=np.concatenate(of),
        n_owners=n_rows,
    )
