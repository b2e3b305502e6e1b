# IsoTrack's commands. `make` lists them.
.DEFAULT_GOAL := list
.PHONY: list run test test-unit test-journeys lint format lock audit bench faults docs reset manage translations
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv/bin/python
ENVIRONMENT = @$(PYTHON) local/environment.py

list: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1 /p' Makefile | while read -r name words; do printf '  make %-14s %s\n' "$$name" "$$words"; done

run: ## start everything on this machine (PORT=8000); Ctrl-C stops it
	$(ENVIRONMENT) local
	@$(VENV) -m local run

manage: ## a manage.py command on the same clinic: make manage DO="verify_audit"
	$(ENVIRONMENT) local
	@$(VENV) -m local manage $(DO)

reset: ## forget the clinic's data, secrets and messages on this machine
	$(ENVIRONMENT) local
	@$(VENV) -m local reset

test: ## run all tests, the browser's too
	$(ENVIRONMENT) dev
	@$(VENV) -m local.checks browser
	@$(VENV) -m local.checks test

test-unit: ## run all tests but the browser's
	$(ENVIRONMENT) dev
	@$(VENV) -m local.checks test-unit

test-journeys: ## run the browser's tests only
	$(ENVIRONMENT) dev
	@$(VENV) -m local.checks browser
	@$(VENV) -m local.checks test-journeys

lint: ## check style, types, imports, templates, migrations and file lengths
	$(ENVIRONMENT) dev
	@$(VENV) -m local.checks lint

format: ## put the code into its one format
	$(ENVIRONMENT) dev
	@$(VENV) -m ruff check --fix-only --quiet .
	@$(VENV) -m ruff format .

audit: ## look for known holes in what is installed (asks the internet)
	$(ENVIRONMENT) dev
	@$(VENV) -m pip_audit --require-hashes --disable-pip -r requirements.txt

lock: ## pin everything anew from requirements*.in
	$(ENVIRONMENT) dev
	@$(VENV) -m local.checks lock

bench: ## run the benchmarks: one table, kept in benchmarks/results/
	$(ENVIRONMENT) dev
	@$(VENV) -m benchmarks

translations: ## find the texts for patients that wait for a translator, and compile the rest
	$(ENVIRONMENT) dev
	@$(VENV) -m local.translations

faults: ## break workers, clocks, servers and providers; count what is lost or sent twice
	$(ENVIRONMENT) dev
	@$(VENV) -m tests.faults $(DO)

docs: ## check the documents: links, commands and rule ids
	$(ENVIRONMENT) dev
	@$(VENV) -m local.checks docs
