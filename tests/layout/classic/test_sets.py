"""Published optima, and the readers of the sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.layout_classic import is_right, solved
from benchmarks.layout_classic_known import KNOWN
from benchmarks.layout_classic_sets import instances, made_network, made_packing

from doorstep.layout.classic import p_median


@pytest.mark.shared
def test_published_optima_are_proven(shared: Path) -> None:
    found = {one.name: one for one in instances(shared / "benchmarks")}
    for name in ("pmed1", "pmed5", "pmed9", "pmed17", "pmed25", "cpmp01", "SJC1", "cap41", "p2", "p13", "p41"):
        answer = solved(found[name])
        assert is_right(found[name], answer), (name, answer)


@pytest.mark.shared
def test_a_bound_never_passes_the_published_optimum(shared: Path) -> None:
    for one in instances(shared / "benchmarks"):
        if one.kind == "pmed":
            quick = p_median(one.cost, one.p, max_nodes=0)
            assert quick.bound <= KNOWN[one.name] <= quick.objective


def test_files_are_read_as_their_sets_write_them(tmp_path: Path) -> None:
    texts = {
        "pmed/a.txt": " 3 3 1 \n 1 2 9 \n 2 3 5 \n 1 2 4 \n",  # the last of repeated edges counts
        "cpmp/cpmp02.txt": "2 1\n 1 0 0 10 3\n 2 1 1 10 4\n",  # with numbers of points; distances rounded down
        "cpmp/SJCx.dat": "2 1\n 0 0 10 3\n 1 1 10 4\n",
        "cap/capa.txt": "1 2\n capacity 7.\n 3\n 30.\n 4\n 40.\n",
        "holmberg/h.txt": "2 1\n 5 10\n 6 20\n 3\n 7.\n 8.\n\0\0\n",
        "mclp/m.dat": "2\t\n0 0.0 0.0 1 5\n1 3.0 4.0 1 6\n",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    found = {one.name: one for one in instances(tmp_path)}
    assert found["a"].cost.tolist() == [[0, 4, 9], [4, 0, 5], [9, 5, 0]]
    assert found["cpmp02"].cost[0, 1] == 1
    assert found["SJCx"].cost[0, 1] == pytest.approx(np.sqrt(2))
    assert found["SJCx"].weight.tolist() == [3, 4]
    assert [name for name in found if name.startswith("capa")] == [f"capa {q}" for q in (8000, 10000, 12000, 14000)]
    assert found["capa 8000"].cost.tolist() == [[30], [40]]
    assert found["h"].cost.tolist() == [[7, 8]]
    assert found["m 2 10"].cost[0, 1] == 5


def test_made_networks_hang_together_and_are_proven() -> None:
    made = made_network(120, 10, 4)
    assert np.isfinite(made.cost).all()
    assert p_median(made.cost, made.p).status == "optimal"


def test_made_packings_are_branched_on_and_proven() -> None:
    for kind in ("cpmp", "holmberg"):
        answer = solved(made_packing(kind, 2))
        assert answer.status == "optimal"
        assert answer.nodes > 2


def test_no_sets_are_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="has no set"):
        list(instances(tmp_path))
