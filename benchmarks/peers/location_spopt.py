"""Location models by spopt with HiGHS: ``location_spopt.py PROBLEM.npz SECONDS``; prints JSON.

From the matrix in memory to the solved model, which is what its user waits for. HiGHS is stopped after SECONDS; a gap
of 0 is asked for, as the models that it is compared with prove their optima.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np
import pulp
import spopt
from spopt.locate import MCLP, PMedian

warnings.filterwarnings("ignore")


def main() -> None:
    """Build, solve and print seconds, value and whether HiGHS finished."""
    given, limit = np.load(sys.argv[1]), float(sys.argv[2])
    kind, cost, p = str(given["kind"]), given["cost"], int(given["p"])
    solver = pulp.HiGHS(msg=False, timeLimit=limit, gapRel=0.0, threads=1)
    start = time.perf_counter()
    if kind == "mclp":
        model = MCLP.from_cost_matrix(cost, given["weight"], float(given["radius"]), p)
    elif kind == "cpmp":
        # it multiplies costs by weights, which are the demands: taken out before
        weight = given["weight"]
        model = PMedian.from_cost_matrix(cost / weight[:, None], weight, p, facility_capacities=given["capacity"])
    else:
        model = PMedian.from_cost_matrix(cost, np.ones(len(cost)), p)
    model.problem.solve(solver)
    seconds = time.perf_counter() - start
    solved = model.problem.status == pulp.LpStatusOptimal and seconds < limit
    value = pulp.value(model.problem.objective)
    answer = {"version": spopt.__version__, "seconds": seconds, "value": value, "finished": bool(solved)}
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
