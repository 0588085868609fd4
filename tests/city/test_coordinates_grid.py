"""A city's own grid from control points."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.city.coordinates import convert, fit_grid
from doorstep.city.grids import read_grids
from doorstep.city.importing.control_points import control_grid
from doorstep.errors import DoorstepError

KNOWN = np.array([[0.0, 0.0], [2500.0, 150.0], [2200.0, 2700.0], [-300.0, 2300.0], [1000.0, 1500.0], [1600.0, 600.0]])


def _made(scale: float, turn: float, shift: tuple[float, float]) -> np.ndarray:
    about = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return scale * KNOWN @ about.T + shift


@settings(max_examples=50)
@given(
    scale=st.floats(0.999, 1.001),
    turn=st.floats(-3.1, 3.1),
    shift=st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    wrong=st.integers(0, 5),
    by=st.tuples(st.floats(0.5, 50.0), st.floats(-50.0, 50.0)),
    seed=st.integers(0, 1000),
)
def test_the_grid_and_the_wrong_point_are_found(
    scale: float, turn: float, shift: tuple[float, float], wrong: int, by: tuple[float, float], seed: int
) -> None:
    local = _made(scale, turn, shift) + np.random.default_rng(seed).normal(0, 0.005, (6, 2))
    local[wrong] += by
    grid = fit_grid(KNOWN, local, "EPSG:4549")
    assert wrong in grid.outliers[:1]
    assert grid.scale == pytest.approx(scale, abs=5e-5)
    np.testing.assert_allclose(grid.residuals_m[wrong], by, atol=0.2)
    np.testing.assert_allclose(grid.from_local(grid.to_local(KNOWN)), KNOWN, atol=1e-6)


def test_good_points_are_not_accused() -> None:
    accused = 0
    for seed in range(100):
        local = _made(0.99994, 0.0102, (4e4, 3e4)) + np.random.default_rng(seed).normal(0, 0.03, (6, 2))
        accused += bool(fit_grid(KNOWN, local, "EPSG:4549").outliers)
    assert accused <= 4  # one in a hundred by design


def test_two_points_fit_exactly_and_three_accuse_nobody() -> None:
    local = _made(1.0, 0.3, (100.0, 200.0))
    local[1, 0] += 5.0
    two, three, four = (fit_grid(KNOWN[:n], local[:n], "EPSG:4549") for n in (2, 3, 4))
    assert (two.rms_m < 1e-6, two.checked) == (True, False)
    assert (three.outliers, three.checked) == ((), False)
    assert three.rms_m > 0.5
    assert (four.outliers, four.checked) == ((1,), True)


def test_two_wrong_points_of_six_are_found() -> None:
    local = _made(1.0, 0.3, (100.0, 200.0)) + np.random.default_rng(1).normal(0, 0.005, (6, 2))
    local[1] += [3.0, 0.0]
    local[4] += [0.0, -1.0]
    assert set(fit_grid(KNOWN, local, "EPSG:4549").outliers) == {1, 4}


def test_exchanged_axes_are_told() -> None:
    grid = fit_grid(KNOWN, _made(1.0, 0.01, (0.0, 0.0))[:, ::-1], "EPSG:4549")
    assert grid.rms_axes_swapped_m < 0.001 < 100 < grid.rms_m


@pytest.mark.parametrize("rows", [[], [0], [0, 0]])
def test_too_few_points_are_refused(rows: list[int]) -> None:
    with pytest.raises(DoorstepError) as caught:
        fit_grid(KNOWN[rows], KNOWN[rows], "EPSG:4549")
    assert caught.value.code == "control-points-few"


def test_points_without_numbers_do_not_count() -> None:
    local = _made(1.0, 0.01, (0.0, 0.0))
    local[2] = np.nan
    grid = fit_grid(KNOWN, local, "EPSG:4549")
    assert np.isnan(grid.residuals_m[2]).all()
    assert grid.rms_m < 1e-6


@pytest.mark.shared
def test_the_made_citys_control_points(shared: Path) -> None:
    folder = shared / "data" / "made-city-cn"
    points = pd.read_csv(folder / "offices" / "控制点.csv")
    names, (north, east, local_north, local_east) = points.iloc[:, 0], points.iloc[:, 1:].to_numpy(dtype=float).T
    grid = fit_grid(
        np.column_stack([east, north]), np.column_stack([local_east, local_north]), "EPSG:4549", tuple(names)
    )
    assert [grid.names[point] for point in grid.outliers] == ["Ⅳ104"]
    np.testing.assert_allclose(grid.residuals_m[3], [1.83, 0.0], atol=0.05)
    truth = json.loads((folder / "truth" / "local_grid.json").read_text(encoding="utf-8"))
    assert grid.scale == pytest.approx(truth["scale"], abs=5e-6)
    assert grid.turn_rad == pytest.approx(truth["turn_rad"], abs=5e-6)
    # and the sports bureau's places come to lie where the facilities are
    handed_in = pd.read_csv(folder / "offices" / "体育局_健身和游憩场地.csv", encoding="gb18030")
    known = pd.read_csv(folder / "truth" / "local_grid.csv").dropna()
    local = handed_in.iloc[known["row"] - 2][["Y坐标", "X坐标"]].to_numpy(dtype=float)
    facilities = pd.read_csv(folder / "clean" / "facilities.csv").set_index("id")
    true = facilities.loc[known["facility"], ["x", "y"]].to_numpy()
    away = np.hypot(*(convert(local, grid, "EPSG:4549") - true).T)
    assert len(away) > 30
    assert np.median(away) < 0.05


@pytest.mark.parametrize("north_first", [True, False])
def test_which_local_column_is_north_is_told_by_the_fit(tmp_path: Path, north_first: bool) -> None:
    known = KNOWN + np.array([512_000.0, 3_390_000.0])
    local = _made(1.0, 0.3, (30_000.0, 12_000.0))
    order = [1, 0] if north_first else [0, 1]
    lines = ["点号,CGCS2000_X,CGCS2000_Y,地方坐标X,地方坐标Y"]
    for number, (one, other) in enumerate(zip(known, local, strict=True)):
        lines.append(f"K{number},{one[1]:.3f},{one[0]:.3f},{other[order[0]]:.3f},{other[order[1]]:.3f}")
    path = tmp_path / "控制点.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    (sheet,) = read_grids(path)
    found = control_grid(sheet)
    assert found is not None
    grid, _ = found
    assert grid.rms_m < 0.002
    assert grid.to_local(known) == pytest.approx(local, abs=0.005)
