"""The cities that come with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from doorstep.errors import DoorstepError

__all__ = ["BUNDLED", "bundled_budget", "bundled_city"]

# Half of what serving all that can be reached would cost, rounded: doorstep.layout.cost_of_serving_all.
BUNDLED = {"newport": "11400000", "made-city": "16300000"}


def bundled_city(name: str) -> Path:
    """Return the folder of a bundled city, in the repository or in the installed package.

    Raises
    ------
    DoorstepError
        ``city-unknown``.
    """
    beside = Path(__file__).resolve().parents[2] / "examples" / name
    inside = Path(str(files("doorstep"))) / "cities" / name
    for folder in (beside, inside):
        if name in BUNDLED and (folder / "city.toml").is_file():
            return folder
    raise DoorstepError("city-unknown", name=name, known=", ".join(BUNDLED))


def bundled_budget(name: str) -> str:
    """Return the budget of the demo, major units of the city's currency."""
    return BUNDLED[name]
