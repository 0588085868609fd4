"""What a room offers exists, is listed, and says what it is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import doorstep

FOUND = [module.name for module in pkgutil.walk_packages(doorstep.__path__, "doorstep.")]
MODULES = ["doorstep", *sorted(name for name in FOUND if not any(part.startswith("_") for part in name.split(".")))]


@pytest.mark.parametrize("name", MODULES)
def test_public_names_exist_and_have_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what it is"
    for public in getattr(module, "__all__", ()):
        thing = getattr(module, public)
        if inspect.isroutine(thing) or inspect.isclass(thing):
            assert (thing.__doc__ or "").strip(), f"{name}.{public} has no docstring"
            made_up = inspect.isclass(thing) and thing.__doc__.startswith(f"{public}(")  # what dataclass writes itself
            assert not made_up, f"{name}.{public} has no docstring of its own"


@pytest.mark.parametrize("name", [name for name in MODULES if name.count(".") == 1 and name != "doorstep.cli"])
def test_a_room_lists_what_it_offers(name: str) -> None:
    listed = getattr(importlib.import_module(name), "__all__", None)
    assert listed, f"{name} has no __all__"
    assert len(set(listed)) == len(listed)
