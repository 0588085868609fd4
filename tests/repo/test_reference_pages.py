"""The pages made from the program say what the program says now."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from doorstep.plan_file import plan_schema

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"


def test_no_page_is_stale() -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "tools" / "reference_pages.py"), "--check"],
        cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_published_schema_is_a_schema_and_the_one_that_plans_follow() -> None:
    published = json.loads((REFERENCE / "plan.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    assert published == plan_schema()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"format": "doorstep-plan/1"}, published)


def test_every_command_and_option_is_on_the_page() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    for command in ("check", "diagnose", "plan", "evaluate", "compare", "explain", "verify", "demo"):
        assert f"\n## doorstep {command}\n" in page
    for option in (
        "--budget N",
        "--gap GAP",
        "--rounds ROUNDS",
        "--time-limit",
        "--seed",
        "--set KEY=VALUE",
        "--resume",
    ):
        assert f"`{option}" in page
