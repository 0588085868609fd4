"""Where a search stood, kept beside the plan so that it can go on."""

from __future__ import annotations

from dataclasses import dataclass
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
    best_value
        Of the search's own assignment.
    best_grades, tidy_grades
        Best hubs of the search, and the same with grades shrunk to their use.
    starts, money_price
        Of each chain.
    best_round
        Round after which the plan was last bettered.
    """

    round: int
    prices: Prices
    best_value: float
    best_grades: npt.NDArray[np.int8]
    tidy_grades: npt.NDArray[np.int8]
    starts: tuple[npt.NDArray[np.int8], ...]
    money_price: tuple[float, ...]
    best_round: int


def write_search_state(state: SearchState, folder: Path) -> None:
    """Write ``search.npz`` into a plan folder."""
    np.savez_compressed(
        folder / _FILE,
        round=state.round,
        need=state.prices.need,
        money=state.prices.money,
        bound=state.prices.bound,
        price_rounds=state.prices.rounds,
        best_value=state.best_value,
        best_grades=state.best_grades,
        tidy_grades=state.tidy_grades,
        starts=np.stack(state.starts),
        money_price=np.array(state.money_price),
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
                ),
                best_value=float(data["best_value"]),
                best_grades=data["best_grades"],
                tidy_grades=data["tidy_grades"],
                starts=tuple(data["starts"]),
                money_price=tuple(data["money_price"].tolist()),
                best_round=int(data["best_round"]),
            )
    except (OSError, KeyError, ValueError) as error:
        raise DoorstepError("nothing-to-resume", folder=str(folder)) from error
