# The commands of the project. Only Python 3.11 or newer, pip and make are assumed.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export TRAINER_SECRET_KEY_FILE ?= instance/secret_key
HOST ?= 127.0.0.1
PORT ?= 8000

SOURCES := $(shell find frontend/src frontend/build.mjs -type f 2>/dev/null)
CATALOGUES := $(wildcard trainer/translations/*/LC_MESSAGES/messages.po)

.PHONY: setup run test check lint bench accounts chromium clean

setup: $(VENV)/ready trainer/static/dist/manifest.json $(CATALOGUES:.po=.mo)

$(VENV)/ready: requirements/runtime.txt requirements/build.txt setup.cfg
	@echo "Making the environment (once; about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/tested: $(VENV)/ready requirements/dev.txt
	@echo "Adding what the tests need (once)"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

frontend/node_modules/ready: frontend/package-lock.json | $(VENV)/ready
	@echo "Fetching what the assets are built from (once)"
	@cd frontend && npm ci --silent --no-audit --no-fund --no-update-notifier
	@touch $@

trainer/static/dist/manifest.json: $(SOURCES) frontend/node_modules/ready
	@cd frontend && npm run --silent build
	@touch $@

%.mo: %.po | $(VENV)/ready
	@pybabel --quiet compile --input-file=$< --output-file=$@

instance/secret_key:
	@mkdir -p instance
	@umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(48))' > $@

instance/accounts.txt: | setup instance/secret_key
	@trainer db upgrade
	@umask 077 && trainer demo > $@.part && mv $@.part $@

run: setup instance/secret_key instance/accounts.txt
	@trainer db upgrade
	@cat instance/accounts.txt
	@trainer content publish --watch & watcher=$$!; trap 'kill $$watcher 2>/dev/null' EXIT; \
	  TRAINER_BASE_URL=$${TRAINER_BASE_URL:-http://127.0.0.1:$(PORT)} trainer serve --host $(HOST) --port $(PORT)

chromium:
	@test -x "$$TRAINER_CHROMIUM" || command -v chromium >/dev/null || test -x /usr/bin/chromium || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium" && \
	    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core >/dev/null; } || \
	  { echo "The browser tests need Chromium: sudo apt-get install chromium, or set TRAINER_CHROMIUM to one"; exit 1; }

test: setup $(VENV)/tested chromium
	@pytest -n 2 --dist worksteal --cov --cov-report=term $(PYTEST)

lint: setup $(VENV)/tested
	@ruff check .
	@ruff format --check --quiet . || { echo "Format with: ruff format ."; exit 1; }
	@mypy
	@lint-imports

check: lint test

bench: setup $(VENV)/tested chromium
	@python -m bench

clean:
	@rm -rf $(VENV) frontend/node_modules trainer/static/dist artifacts
