# The portal's commands. Each works in a new clone. When something is missing, it says what in a sentence.
# The text after ## says what a target does. `make` without a target lists these texts.

PYTHON ?= python3
PORT ?= 8000
STAGE ?=
ARGS ?=
export PORT STAGE

PY := .venv/bin/python
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help python setup setup-test demo demo-reset test coverage check lock prodlike bench shots messages test-services clean

help: ## Lists the commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer." >&2; exit 1; }

setup: python ## Makes the virtual environment and installs what the portal needs.
	@$(PYTHON) tools/setup.py demo

setup-test: python
	@$(PYTHON) tools/setup.py test

demo: setup ## Brings the portal up on http://localhost:8000 with a demo network (PORT=, STAGE=).
	@$(PY) -m devstack.demo --with-parent

demo-reset: setup ## Throws the demo's data away and starts anew (PORT=, STAGE=).
	@$(PY) -m devstack.demo --with-parent --reset

prodlike: export SSC_PRODLIKE_SEED := $(SEED)
prodlike: setup ## Runs production settings on this machine, for measuring and for attacks (PORT=, SEED=1).
	@$(PY) -m devstack.prodlike --with-parent

test: setup-test ## Runs the whole suite: unit, database and journeys in a browser (ARGS= for pytest).
	@$(PY) -m pytest -n 2 --dist loadgroup -q $(ARGS)

coverage: setup-test ## Runs the suite and prints which lines and branches of the product it does not reach (ARGS=).
	@$(PY) -m pytest -n 2 --dist loadgroup -q --cov --cov-report=term $(ARGS)

test-services: setup-test ## Runs the suite on Debian's PostgreSQL and Redis over TCP (ARGS= for pytest).
	@$(PY) -m tools.test_services $(ARGS)

check: setup-test ## Checks style, types, imports, migrations, templates, translations, the tree and the packages.
	@$(PY) -m tools.check $(ARGS)

lock: setup ## Renews the pinned requirements.
	@$(PY) tools/lock.py

messages: setup-test ## Collects the marked texts into locale/ and compiles the translations.
	@$(PY) tools/messages.py extract
	@$(PY) tools/messages.py compile

bench: setup ## Measures first and repeated visits of the pages against a bare page in the same run (ARGS=).
	@$(PY) -m tools.bench $(ARGS)

shots: setup-test ## Takes a picture of every page in both widths into var/shots/ (ARGS=).
	@$(PY) -m tools.shots $(ARGS)

clean: ## Removes what tests and tools left behind; keeps the demo's data.
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache var/prodlike var/services var/log
