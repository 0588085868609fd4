"""The made-up layout problems are those of the recipe, and every requirement on them is measured."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks import layout_made
from benchmarks.made_layouts import made_layout
from benchmarks.rows import requirements


def test_the_recipe_gives_the_published_number_of_pairs() -> None:
    problem = made_layout(300, 30)
    assert len(problem.worth) == 20_129
    assert len(made_layout(300, 30, seed=1).worth) == 18_735
    np.testing.assert_array_equal(problem.worth, made_layout(300, 30).worth)


def test_every_requirement_on_made_cities_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    fine = {
        "gap": 0.001,
        "budget used": 1.0,
        "spaces empty": 0.5,
        "services short": 8,
        "memory_gb": 1.0,
        "seconds": 50.0,
    }

    class Pool:
        def __enter__(self) -> Pool:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def apply(self, _work: object, _sizes: object) -> dict[str, float]:
            return fine

    monkeypatch.setattr(
        layout_made.multiprocessing, "get_context", lambda _: type("Context", (), {"Pool": lambda *_: Pool()})
    )
    names = {row.name for row in layout_made.made_rows(only=None, quick=False)}
    assert names == {name for name in requirements("layout") if name.startswith("made_")}
    fine["budget used"] = 0.9  # a plan that leaves money does not count
    assert not any(row.ok for row in layout_made.made_rows(only="made_4000_gap_60s", quick=False))
    fine |= {"budget used": 1.0, "seconds": 61.0}  # nor does one that came late
    assert not any(row.ok for row in layout_made.made_rows(only="made_4000_gap_60s", quick=False))
