# The verbs of this repository. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help env test-env demo test lint format types docs licences bench mutants wheels clean

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# -qq: pip's remarks about the machine's own settings are no news to a planner; its errors still show
PIP := .venv/bin/python -m pip -qq
PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$one; break; }; done)

help: ## list the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS=$$'\t' read -r verb what; do \
		printf '  make %-10s %s\n' "$$verb" "$$what"; done

env: .venv/.ready ## make .venv with the pinned packages (no root)
	@:

.venv/.ready: requirements/run.txt requirements/build.txt pyproject.toml
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "Doorstep needs Python 3.11 or newer with venv. On Debian or Ubuntu: apt install git make python3-venv" >&2; exit 1; fi
	@[ -x .venv/bin/python ] || "$(PYTHON)" -m venv .venv
	@echo "Installing the pinned packages into .venv (once, one to three minutes) ..."
	@$(PIP) install -r requirements/run.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m compileall -q src/doorstep # pip leaves that to the first start of what is installed so
	@if .venv/bin/doorstep warm --help >/dev/null 2>&1; then \
		echo "Compiling the fast loops (once) ..."; .venv/bin/doorstep warm >/dev/null; fi
	@touch $@

test-env: .venv/.ready-test
	@bash tools/test_needs.sh

.venv/.ready-test: .venv/.ready requirements/test.txt
	@echo "Installing the test tools into .venv ..."
	@$(PIP) install -r requirements/test.txt
	@touch $@

demo: env ## plan the bundled city and say which file to open
	@.venv/bin/doorstep demo

test: test-env ## run all tests, closing with their count
	@.venv/bin/python -m pytest -n 2 --dist worksteal -q

lint: .venv/.ready-test ## style, import contract, catalogues in two languages
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/python -m pytest -q tests/repo/test_catalogues.py tests/repo/test_imports.py

format: .venv/.ready-test ## put the code into the house's form
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

types: .venv/.ready-test ## mypy --strict
	@.venv/bin/mypy

docs: .venv/.ready-test ## build the site into site/
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet
	@echo "site/index.html"

licences: .venv/.ready-test ## check that THIRD_PARTY.md names every package and its licence
	@.venv/bin/python tools/third_party.py --check

bench: env ## measure what the README states (some ten minutes)
	@.venv/bin/python -m benchmarks.demo --json out/demo.json

mutants: test-env ## plant errors, one at a time; a test must catch each
	@.venv/bin/python tools/mutants.py

wheels: .venv/.ready-test ## collect all wheels for a machine without a network into wheels/
	@.venv/bin/python tools/wheels.py

clean: ## remove everything that make makes
	@rm -rf .venv build dist site wheels out src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
