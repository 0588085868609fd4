"""Where a search stood, kept beside the plan so that it can go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from doorstep.errors import DoorstepError
from doorstep.layout.bound import Prices

__all__ = ["SearchState", "read_search_state", "write_search_state"]

_FILE = "search.npz"


@dataclass(frozen=True, slots=True, eq=False)
class SearchState:
    """What the next round needs.

    Parameters
    ----------
    round
        Rounds done.
    prices
        Those found before the search.
    grades
        Where the search stands.
    money_price
        What it takes a minor unit of money to be worth.
    best_grades
        The best plan so far.
    best_round
        Round after which the plan was last bettered.
    limit_prices, floor_prices
        What it takes a unit of each further limit, and a person of each floor of coverage, to be worth.
    """

    round: int
    prices: Prices
    grades: npt.NDArray[np.int8]
    money_price: float
    best_grades: npt.NDArray[np.int8]
    best_round: int
    limit_prices: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    floor_prices: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


def write_search_state(state: SearchState, folder: Path) -> None:
    """Write ``search.npz`` into a plan folder."""
    np.savez_compressed(
        folder / _FILE,
        round=state.round,
        need=state.prices.need,
        money=state.prices.money,
        bound=state.prices.bound,
        price_rounds=state.prices.rounds,
        limits=state.prices.limits,
        floors=state.prices.floors,
        limit_prices=state.limit_prices,
        floor_prices=state.floor_prices,
        grades=state.grades,
        money_price=state.money_price,
        best_grades=state.best_grades,
        best_round=state.best_round,
    )


def read_search_state(folder: Path) -> SearchState:
    """Read ``search.npz`` of a plan folder.

    Raises
    ------
    DoorstepError
        ``nothing-to-resume``.
    """
    try:
        with np.load(folder / _FILE) as data:
            return SearchState(
                round=int(data["round"]),
                prices=Prices(
                    need=data["need"],
                    money=float(data["money"]),
                    bound=float(data["bound"]),
                    rounds=int(data["price_rounds"]),
                    limits=data["limits"],
                    floors=data["floors"],
                ),
                grades=data["grades"],
                money_price=float(data["money_price"]),
                best_grades=data["best_grades"],
                best_round=int(data["best_round"]),
                limit_prices=data["limit_prices"],
                floor_prices=data["floor_prices"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise DoorstepError("nothing-to-resume", folder=str(folder)) from error
