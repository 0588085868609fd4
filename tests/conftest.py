"""What every test may ask for: the data folder beside the repository, and a browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"


def _shared_folder() -> Path | None:
    folder = Path(os.environ.get("DOORSTEP_SHARED", REPOSITORY.parent / "shared"))
    return folder if (folder / "data").is_dir() else None


def _chromium() -> Path | None:
    driver = shutil.which("chromedriver")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return Path(found) if found and driver else None


def _absent(what: str) -> None:
    """Skip the test, or fail it in CI, where nothing may be missing."""
    if IN_CI:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip marked tests before their other fixtures do any work."""
    if item.get_closest_marker("shared") and _shared_folder() is None:
        _absent("the data folder ../shared is not there (DOORSTEP_SHARED names another place)")
    if item.get_closest_marker("browser") and _chromium() is None:
        _absent("chromium and chromedriver are not there: apt install chromium chromium-driver")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the data folder beside the repository; mark the test ``shared``."""
    folder = _shared_folder()
    if folder is None:
        _absent("the data folder ../shared is not there (DOORSTEP_SHARED names another place)")
        raise AssertionError
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Return the path of chromium, whose driver is on the path too; mark the test ``browser``."""
    found = _chromium()
    if found is None:
        _absent("chromium and chromedriver are not there: apt install chromium chromium-driver")
        raise AssertionError
    return found
