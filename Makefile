# Everything a fresh machine with Python 3.11 and make needs. Each target does its own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
TRAIN := .venv-train
DATA ?= data
PO := $(shell find src -name '*.po')

.PHONY: help up test test-postgres test-faults test-train train check bench fuzz fmt lock lock-train clean

help: ## list the targets
	@grep -hE '^[a-z.-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# The lock names every package, so nothing is resolved here (--no-deps): a newer release of some package can never
# break an old clone. `pip check` says so if the lock ever lacks one. The stamp is written last, so that an
# interrupted install is done again.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Anshin needs Python 3.11 or newer; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip --disable-pip-version-check check
	touch $@

# Compiled message catalogues are derived files and are not committed.
$(VENV)/.messages: $(VENV)/.installed $(PO)
	for po in $(PO); do $(BIN)/pybabel -q compile -i $$po -o $${po%.po}.mo || exit 1; done
	touch $@

.venv: $(VENV)/.installed $(VENV)/.messages ## create .venv from the lock file

up: .venv ## start the demo: provider, three companies, one real agent
	@$(BIN)/anshin up --demo --data $(DATA)

$(VENV)/.browser: $(VENV)/.installed
	$(BIN)/python tests/browser/install_chromium.py
	touch $@

$(VENV)/.clients: $(VENV)/.installed tests/gateway/install_clients.py
	$(BIN)/python tests/gateway/install_clients.py
	touch $@

test: .venv $(VENV)/.browser $(VENV)/.clients ## the whole suite, browser tests included
	$(BIN)/pytest
	$(BIN)/python tests/coverage_by_package.py

test-postgres: .venv ## the console suite on a real PostgreSQL in a temporary folder
	$(BIN)/python tests/postgres/run.py

test-faults: .venv ## the long kill tests: 50 kills of agent and of console during 200 detections
	ANSHIN_FAULT_KILLS=50 ANSHIN_FAULT_DETECTIONS=200 $(BIN)/pytest tests/faults -n 0 --no-cov

check: .venv ## lint, types, import contracts, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m anshin.cli.reference --check
	$(BIN)/pytest -q --no-cov tests/docs

bench: .venv ## print the benchmark tables and write benchmarks/results/*.json
	$(BIN)/python -m benchmarks

RUNS ?= 100000
fuzz: .venv ## feed every reader with damaged files; RUNS=100000 for each, resumable
	$(BIN)/python -m benchmarks.fuzz --runs $(RUNS)

# Training has an environment of its own: PyTorch and LightGBM are not needed by anything else. The lock names PyTorch's
# build for processors (torch +cpu); where pip does not find it by itself, name the place with PIP_EXTRA_INDEX_URL.
$(TRAIN)/.installed: requirements.lock requirements-train.lock pyproject.toml
	test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
	  -r requirements.lock -r requirements-train.lock
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

test-train: $(TRAIN)/.installed ## the tests of training, in an environment with PyTorch and LightGBM
	$(TRAIN)/bin/python -m pytest -n 0 --no-cov tests/training

train: $(TRAIN)/.installed ## rebuild the trees from the tables in models/ and compare them with the shipped ones
	$(TRAIN)/bin/python -m anshin.cli model train --project models

fmt: .venv ## format and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve the dependencies anew (needs a package registry)
	$(BIN)/uv pip compile pyproject.toml --extra console --extra postgres --extra scale --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --upgrade --output-file requirements.lock

# PyTorch without the libraries for graphics cards, which its package would pull in: by name, and with the one hash
CARDS := triton nvidia-cublas nvidia-cuda-cccl nvidia-cuda-cupti nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 \
  nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 \
  nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx cuda-bindings cuda-pathfinder cuda-toolkit torch
lock-train: requirements.lock ## the same for the train extra
	$(BIN)/uv pip compile pyproject.toml --extra train --universal --python-version 3.11 --constraints requirements.lock \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate $(CARDS:%=--no-emit-package %) \
	  --output-file requirements-train.lock
	printf 'torch==2.13.0 \\\n    --hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b\n' >> requirements-train.lock

clean: ## remove .venv and caches; never the data folder
	rm -rf $(VENV) $(TRAIN) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage* htmlcov
