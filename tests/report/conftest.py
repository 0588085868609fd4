"""Plan folders written once for all tests of the report."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_results import made_results

from doorstep.plan_file import write_ledger, write_plan
from doorstep.report import Results, write_plan_folder


def _written(folder: Path, results: Results, language: str) -> Path:
    write_plan(results.plan, folder)
    write_ledger(results.need, results.served, folder)
    write_plan_folder(results, folder, language)
    return folder


@pytest.fixture(scope="session")
def english() -> Results:
    return made_results("en", cut_ids=True)


@pytest.fixture(scope="session")
def english_folder(english: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory.mktemp("en"), english, "en")


@pytest.fixture(scope="session")
def chinese() -> Results:
    return made_results("zh")


@pytest.fixture(scope="session")
def chinese_folder(chinese: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory.mktemp("方案 输出"), chinese, "zh")
