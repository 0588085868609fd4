"""The planted errors can be planted: each names a line that is there once, and every room has one."""

from __future__ import annotations

import pytest
from tools.mutants import MUTANTS, REPOSITORY, SOURCE, Mutant

ROOMS = {
    "city", "standards", "residents", "costs", "walk", "assess", "layout/prices.py", "layout/_moves.py",
    "layout/transport.py", "layout/ledger.py", "verify", "typed_json.py", "operate", "report", "plan_whole.py",
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.what)
def test_the_line_is_there_once_and_its_tests_are(mutant: Mutant) -> None:
    source = (REPOSITORY / SOURCE / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.old) == 1
    path, _, name = mutant.tests.partition("::")
    assert (REPOSITORY / path).exists()
    assert not name or f"def {name}(" in (REPOSITORY / path).read_text(encoding="utf-8")


def test_every_room_has_one() -> None:
    assert len(MUTANTS) >= len(ROOMS)
    assert {room for room in ROOMS if any(mutant.file.startswith(room) for mutant in MUTANTS)} == ROOMS


def test_a_planted_error_is_one_line_and_changes_it() -> None:
    for mutant in MUTANTS:
        assert "\n" not in mutant.old + mutant.new
        assert mutant.old != mutant.new
