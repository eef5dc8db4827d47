# Targets for people; `make help` lists them. Those that run Python install what they need into .venv first.
.DEFAULT_GOAL := help
PYTHON ?= python3
SCALE ?= auto
ARGS ?=
CONSTRAINTS ?= constraints/locked.txt
RUN := .venv/bin/python
INSTALLED := .venv/installed
WORKERS ?= auto
FOLDERS ?=
# Tests of one file run in one process, with one thread: WORKERS=1, or .venv/bin/pytest alone, runs them one after another
PYTEST := OMP_NUM_THREADS=1 .venv/bin/pytest --numprocesses $(WORKERS) --maxprocesses 8 --dist loadfile

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  %-20s %s\n", $$1, $$2}'
	@echo "  SCALE=paper|cpu chooses the scale of a reproduction (default: paper on a GPU, else cpu)"
	@echo "  ARGS='...' passes options to a reproduction, such as ARGS='seeds=0 plan_only=true'"

$(INSTALLED): requirements.txt pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "make: $$($(PYTHON) --version) found, must be Python 3.11 to 3.13; try: make PYTHON=python3.12 ..."; exit 2; }
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --quiet $(addprefix -c ,$(CONSTRAINTS)) --editable '.[dev]'
	@touch $(INSTALLED)

install: $(INSTALLED) ## Create .venv and install everything

demo: $(INSTALLED) ## Train CE, LSR, GCE and SL on digits with 40 % wrong labels; figures and a table in demo/
	$(RUN) scripts/reproduce.py experiment=demo scale=paper runs_dir=demo/runs results_dir=demo \
		"overrides=['checkpoints_dir=demo/checkpoints']"

reproduce-cifar10 reproduce-cifar100 reproduce-mnist: reproduce-%: $(INSTALLED)
	$(RUN) scripts/reproduce.py experiment=$* scale=$(SCALE) $(ARGS)

reproduce-cifar10: ## The paper's figures and tables on CIFAR-10, then people's labels; rerun to resume
reproduce-cifar100: ## The paper's table on CIFAR-100, then people's labels
reproduce-mnist: ## The paper's table, ablation and boosted methods on MNIST

status: $(INSTALLED) ## What a reproduction is training, how far it is, what is next, when it will be done
	$(RUN) scripts/reproduce.py status

figures: $(INSTALLED) ## Redraw results/figures from the records in results/runs
	$(RUN) scripts/figures.py

tables: $(INSTALLED) ## Rewrite from records: results/tables and the measured parts of README and docs
	$(RUN) scripts/tables.py readme=README.md
	$(RUN) scripts/search_cost.py
	$(RUN) scripts/open_points.py table_only=true
	$(RUN) scripts/bench.py tables=true

claims: $(INSTALLED) ## Test the paper's claims on the records: results/claims.md and .json, the README's findings
	$(RUN) scripts/claims.py readme=README.md

report: $(INSTALLED) ## Write results/report/index.html: verdicts, figures and tables on one page
	$(RUN) scripts/report.py

notebook: $(INSTALLED) ## Run notebooks/paper.ipynb on the committed records and keep its outputs
	$(RUN) -m pytest --nbmake --overwrite notebooks/paper.ipynb

bench: $(INSTALLED) ## Measure training speed here beside the usual PyTorch loop; JSON in results/bench
	$(RUN) scripts/bench.py

bench-ablation: $(INSTALLED) ## Measure what each technique brings here
	$(RUN) scripts/bench.py ablation=true

test: $(INSTALLED) ## Run the tests without the slow ones; those on real data need SL_DATA_DIR
	$(PYTEST)

test-slow: $(INSTALLED) ## Run the slow tests; FOLDERS='tests/durability tests/config' runs those of some folders
	$(PYTEST) -m slow $(FOLDERS)

check-results: $(INSTALLED) ## Check that committed pages, tables and findings agree with the committed records
	$(PYTEST) -m results

test-package: $(INSTALLED) ## Install wheel and source distribution in empty environments, run the adapters, build the docs
	$(PYTEST) -m slow tests/package tests/docs

OLDEST := .venv-oldest/bin
test-oldest: ## Run the quick tests, or those in FOLDERS, with the oldest allowed versions (constraints/oldest.txt)
	$(PYTHON) -m venv .venv-oldest
	$(OLDEST)/pip install --quiet -c constraints/oldest.txt --editable '.[all]' pytest pytest-xdist hypothesis psutil nbmake
	OMP_NUM_THREADS=1 $(OLDEST)/pytest --quiet --numprocesses $(WORKERS) --maxprocesses 8 --dist loadfile \
		--ignore tests/docs --ignore tests/package $(FOLDERS)

docs: $(INSTALLED) ## Build the documentation in site/; a broken link is an error
	.venv/bin/mkdocs build --strict

lint: $(INSTALLED) ## Check style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

clean: ## Remove environments, caches, site/, demo/ and logs of sweeps; records and figures in results/ stay
	rm -rf .venv .venv-oldest site demo outputs multirun .pytest_cache .mypy_cache .ruff_cache

.PHONY: help install demo reproduce-cifar10 reproduce-cifar100 reproduce-mnist status figures tables claims report notebook bench bench-ablation test test-slow test-package test-oldest docs check-results lint clean
