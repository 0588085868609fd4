"""All nodes within a limit of some nodes by pandana: ``range_pandana.py TABLE.npz TIMES``; prints JSON.

No ``precompute``: it would answer one limit only. One preparation and one query that do not count come first.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np
import pandana
import pandas as pd


def main() -> None:
    """Measure preparation (from arrays in memory) and query (to the frame of all rows)."""
    table, times = np.load(sys.argv[1]), int(sys.argv[2])
    x_m, y_m = pd.Series(table["x_m"]), pd.Series(table["y_m"])
    u, v = pd.Series(table["u"]), pd.Series(table["v"])
    # metres in, as its manual says; half a tenth of a millimetre more, as it cuts off below the millimetre
    metres = pd.DataFrame({"m": table["mm"] / 1000 + 0.00005})
    places, limit_m = table["places"], float(table["limit_mm"]) / 1000
    prepared, asked = [], []
    for _ in range(times + 1):
        start = time.perf_counter()
        network = pandana.Network(x_m, y_m, u, v, metres, twoway=True)
        prepared.append(time.perf_counter() - start)
    for _ in range(times + 1):
        start = time.perf_counter()
        rows = network.nodes_in_range(places, limit_m)
        asked.append(time.perf_counter() - start)
    answer = {
        "version": pandana.__version__,
        "preparation_s": statistics.median(prepared[1:]),
        "query_s": statistics.median(asked[1:]),
        "rows": len(rows),
        "metres": float(rows["m"].sum()),
    }
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
