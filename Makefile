# Everything lives in this folder: .venv (Python packages and Node), node_modules (Solidity tools), build (the rest).
# Needed beforehand: python3 (3.11 to 3.13, with venv), make, a C compiler for packages without a wheel, git. Start with `make help`.

PYTHON ?= python3
JOBS ?= 2
ARGS ?=

VENV := .venv
SLITHER := build/slither
ARTIFACTS := scfin_chain/_artifacts/manifest.json

export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PYTHONUTF8 := 1
PIP := -m pip install -qq --disable-pip-version-check --no-cache-dir --no-compile

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: build demo test quick lint format analyse check coverage bench gas wheel lock clean help

build: $(VENV)/.project $(ARTIFACTS)  ## set up, and compile the contracts (the default)

demo: build  ## one financing from trade to settlement, told step by step
	scfin demo $(ARGS)

test: build  ## every test, doctests included; ARGS="-k words" chooses
	python -m pytest -n $(JOBS) $(ARGS)

quick: build  ## the tests that take less than ten seconds each
	python -m pytest -n $(JOBS) -m "not slow" $(ARGS)

lint: build analyse  ## style, types and layers; the contracts
	ruff check .
	ruff format --check .
	mypy
	lint-imports

format: $(VENV)/.project  ## rewrite the Python sources in the one style
	ruff check --fix .
	ruff format .

analyse: build $(SLITHER)/.ready  ## forge's lints and slither on the contracts alone
	HOME=$(CURDIR)/build python scripts/analyse.py $(SLITHER)/bin/slither

check: lint test  ## what is run before a change is accepted

coverage: build  ## which statements and branches of the contracts their tests run; takes minutes
	python -m tests.contracts.coverage $(ARGS)

bench: build  ## how fast it is here
	python -m benchmarks.gateway
	python -m benchmarks.replay
	python -m benchmarks.json_rpc
	python -m benchmarks.restart
	python -m benchmarks.game
	python -m benchmarks.load
	python -m benchmarks.pricing

gas: build  ## gas of each call, beside the table that is checked in
	python -m benchmarks.gas $(ARGS)

wheel: build  ## a wheel, artifacts inside, in dist
	python -m build --wheel --no-isolation

lock: $(VENV)/.project  ## choose package versions anew
	uv pip compile -q --upgrade --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header \
	  --extra dev pyproject.toml -o requirements.lock
	echo slither-analyzer==0.11.6 | uv pip compile -q --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-header - -o requirements-slither.lock
	npm install --package-lock-only

clean:  ## remove all that make has made
	rm -rf $(VENV) node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -f scfin_chain/_artifacts/*.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/\1\t\2/p' Makefile | expand -t 10

$(VENV)/bin/pip:
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) on PATH; name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Python 3.11 to 3.13 is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); name another: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.locked: requirements.lock | $(VENV)/bin/pip
	$(VENV)/bin/python $(PIP) --require-hashes -r $<
	touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.locked
	$(VENV)/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	touch $@

node_modules/.ready: package.json package-lock.json .npmrc | $(VENV)/.locked
	npm ci --silent --cache build/npm
	touch $@

$(ARTIFACTS): $(shell find contracts) $(wildcard scfin_chain/compiler/*) node_modules/.ready | $(VENV)/.project
	python -m scfin_chain.compiler
	touch $@

$(SLITHER)/.ready: requirements-slither.lock | $(VENV)/.locked
	$(VENV)/bin/python -m venv $(SLITHER)
	$(SLITHER)/bin/python $(PIP) --require-hashes -r $<
	touch $@
