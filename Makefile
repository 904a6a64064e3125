# Everything that the project can be asked to do. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2

venv := .venv
bin := $(venv)/bin
runtime := $(venv)/.runtime-installed
dev := $(venv)/.dev-installed
catalog := translations/vi/LC_MESSAGES/messages.mo
pip_install := $(bin)/pip install --quiet --disable-pip-version-check -c requirements.lock

.PHONY: help setup setup-dev browser demo serve test test-all check fmt mutants bench screenshots lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(runtime) $(catalog) ## Create .venv with what the application needs, compile the translations

setup-dev: $(dev) $(catalog) ## The same, with what the tests and checks need

browser: ## Make sure that Chromium is there for the browser tests
	@bash scripts/system_package.sh chromium chromium "the browser tests"

demo: setup ## A fictional organisation on http://127.0.0.1:8000 (PORT changes it), with freshly made passwords
	NEP_DEMO=1 NEP_ISSUER_NAME="Sở Nội vụ tỉnh Minh Sơn" exec $(bin)/flask --app app demo --port $(PORT)

serve: setup ## A real instance with the settings of the environment (PORT, WORKERS, DATABASE_URL, ...)
	exec $(bin)/flask --app app serve --port $(PORT) --workers $(WORKERS)

test: setup-dev browser ## The test suite, on SQLite and PostgreSQL and in a browser (each page on one of the two)
	$(bin)/pytest -n 2 --dist worksteal

test-all: setup-dev browser ## The same, with every page on both databases
	$(bin)/pytest -n 2 --dist worksteal --both-databases

check: setup-dev ## Lint, types, imports, templates, translations, style sheet
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy .
	$(bin)/lint-imports
	$(bin)/djlint templates --lint --check --quiet
	$(bin)/python -m scripts.check_translations
	$(bin)/python -m scripts.build_css --check

fmt: setup-dev ## Mend what ruff and djlint can mend by themselves
	$(bin)/ruff check --fix --quiet .
	$(bin)/ruff format .
	-$(bin)/djlint templates --reformat --quiet

mutants: setup-dev ## Change the rules of questions in small ways; tests must notice (MODULE=quizzes.kinds.choice for one)
	nice $(bin)/python -m scripts.mutate $(if $(MODULE),--module $(MODULE))

bench: setup-dev ## Measure; the figures stand in docs/
	$(bin)/python -m benchmarks

screenshots: setup-dev browser ## Take the pictures of the documentation again
	$(bin)/python -m scripts.screenshots

lock: ## Renew requirements.lock from a clean environment, after a pin was changed
	bash scripts/lock.sh $(PYTHON)

clean: ## Remove what these targets made, except data under instance/
	rm -rf $(venv) translations/vi .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(bin)/python:
	@bash scripts/make_venv.sh $(PYTHON) $(venv)

$(runtime): requirements.txt requirements.lock | $(bin)/python
	@echo "Installing what the application needs..."
	@$(pip_install) -r requirements.txt
	@touch $@

$(dev): requirements-dev.txt $(runtime)
	@echo "Installing what the tests and checks need..."
	@$(pip_install) -r requirements-dev.txt
	@touch $@

$(catalog): scripts/build_translations.py $(wildcard translations/parts/*.po) $(runtime)
	@$(bin)/python -m scripts.build_translations
