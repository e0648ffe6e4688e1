# Lyceum. `make help` lists what can be done; `make run` is enough to begin.
# Needs make and Python 3.11; everything else comes from PyPI and npm into .venv and frontend/.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
ONLY ?=
# make test PROCESSES=2: each has a home, databases and servers' corners of its own; a file stays in one.
PROCESSES ?=
PYTEST := $(PY) -m pytest $(if $(PROCESSES),-n $(PROCESSES) --dist loadfile --no-loadscope-reorder)

# The system's own Python first: one under a home folder cannot be run by another account,
# which the sandbox for course code needs. Without ensurepip (Debian: python3.11-venv) it will not do.
PYTHON ?= $(shell for python in /usr/bin/python3.11 python3.11; do \
	"$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	&& command -v "$$python" && break; done)

# `make run HOST=0.0.0.0 PORT=9000`. HOST counts on the command line only: some shells export it.
ifeq ($(origin HOST),command line)
ifneq ($(strip $(HOST)),)
export LYCEUM_HOST := $(HOST)
endif
endif
ifneq ($(strip $(PORT)),)
export LYCEUM_PORT := $(PORT)
endif

FRONTEND_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
CODE := lms cms common xblocks analytics e2e conftest.py manage.py .ci

BABEL := $(BIN)/pybabel -q
# Names of Python functions that mark a text, beside Babel's own.
KEYWORDS := -k _lazy -k gettext_lazy -k ngettext_lazy:1,2 -k pgettext_lazy:1c,2
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)
LANGUAGES := $(sort $(foreach path,$(CATALOGUES),$(word 2,$(subst /, ,$(path)))))

.DEFAULT_GOAL := help
# Steps write into one .venv.
.NOTPARALLEL:
.PHONY: help setup run test check test-services services services-stop bench lint format types \
	imports migrations deploy-check messages requirements drill fuzz clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  %-16s %s\n", $$1, $$2}'

setup: $(VENV)/.project $(VENV)/.native frontend/dist/.built locale/.compiled ## Install what the sites need: .venv, npm packages, assets

run: setup ## Start LMS, Studio, Insights and the worker: make run [HOST=] [PORT=] [LYCEUM_HOME=]
	@$(PY) manage.py lms bootstrap && exec $(PY) -m common.core.run

test: setup $(VENV)/.dev ## Run all tests; those that need real servers are skipped by name without them
	$(PYTEST)

check: lint types imports migrations deploy-check ## Run everything that reads the code without running it

test-services: setup $(VENV)/.dev ## Run all tests with MariaDB, MongoDB protocol, RabbitMQ, memcached and S3 underneath
	LYCEUM_TEST_ON=services LYCEUM_SERVICES=error $(PYTEST)

services: ## Start the real servers on loopback (as root: install them first) and say how to use them
	@.ci/services start
	@echo "Test on them:        make test-services"
	@echo "Run the sites on it: set -a; eval \"\$$(.ci/services env)\"; set +a; make run"
	@echo "Stop them:           make services-stop"

services-stop: ## Stop the real servers
	@.ci/services stop

bench: setup $(VENV)/.dev ## Measure; one JSON line for each benchmark: make bench [ONLY=name]
	@$(PY) .ci/bench $(ONLY)

lint: $(VENV)/.dev ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## Mend style and format where that can be done safely
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev frontend/dist/.built ## Check types, of Python and of TypeScript
	$(BIN)/mypy $(filter-out .ci,$(wildcard $(CODE)))
	cd frontend && PATH="$(abspath $(BIN)):$$PATH" npm run --silent check

imports: $(VENV)/.dev ## Check which package may import which
	$(BIN)/lint-imports

migrations: $(VENV)/.dev ## Check that no model change lacks its migration
	$(PY) manage.py lms makemigrations --check --dry-run

deploy-check: $(VENV)/.dev ## Check the settings of a production site
	LYCEUM_LMS_URL=https://learn.example.org LYCEUM_STUDIO_URL=https://studio.example.org \
	LYCEUM_INSIGHTS_URL=https://insights.example.org LYCEUM_BEHIND_PROXY=1 \
	$(PY) manage.py lms check --deploy --fail-level WARNING

messages: $(VENV)/.dev ## Collect the texts to translate, renew and compile the catalogues in locale/
	$(BABEL) extract -F babel.cfg $(KEYWORDS) --no-location --sort-output --project=Lyceum -o locale/django.pot .
	$(BABEL) extract -F babel-scripts.cfg --no-location --sort-output --project=Lyceum -o locale/djangojs.pot .
	for domain in django djangojs; do for language in $(LANGUAGES); do \
		$(BABEL) update -D $$domain -i locale/$$domain.pot -d locale -l $$language --no-wrap \
		--ignore-obsolete --init-missing || exit 1; done; done
	rm -f locale/.compiled && $(MAKE) --no-print-directory locale/.compiled

requirements: $(VENV)/.python ## Compile requirements/*.in to pinned, hashed *.txt
	$(PIP) install -q uv
	cd requirements && for name in base native plugins dev; do \
		UV_CUSTOM_COMPILE_COMMAND="make requirements" ../$(BIN)/uv pip compile -q --python-version 3.11 \
		--generate-hashes --no-emit-index-url --allow-unsafe $$name.in -o $$name.txt || exit 1; done

drill: setup $(VENV)/.dev ## Kill every part at random while jobs run and learners answer, 20 times each
	$(PY) .ci/drill --kills 20

COUNT ?= 100000
fuzz: setup $(VENV)/.dev ## Import COUNT mutated archives (100,000): each ends in a course or a clear error
	$(PY) -m common.content.olx.tests.fuzzing $(COUNT)

clean: ## Remove caches and built assets; keeps .venv and var/
	rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache build \
		frontend/dist lyceum.egg-info test-results locale/.compiled
	find . -name __pycache__ -not -path './$(VENV)/*' -not -path './frontend/node_modules/*' -prune -exec rm -rf {} +

# Stamps: each step is done again only when what it was made from is newer.

$(VENV)/.python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 with its venv module is needed (Debian: apt-get install python3.11-venv)."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: requirements/base.txt $(VENV)/.python
	$(PIP) install -q --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.base
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

# The MySQL driver is compiled: without its library the site runs on SQLite, and says so when asked for MySQL.
$(VENV)/.native: requirements/native.txt $(VENV)/.base
	@if command -v cc >/dev/null && pkg-config --exists libmariadb 2>/dev/null; then \
		echo "$(PIP) install -q --require-hashes -r requirements/native.txt"; \
		$(PIP) install -q --no-build-isolation --require-hashes -r requirements/native.txt \
		|| { echo "The MySQL driver does not build here (Debian: apt-get install python3.11-dev)."; exit 1; }; \
	else \
		echo "No MySQL driver: SQLite only (Debian, for MySQL: apt-get install libmariadb-dev pkg-config gcc python3.11-dev, then rm $@)."; \
	fi
	@touch $@

$(VENV)/.dev: requirements/plugins.txt requirements/dev.txt $(VENV)/.project
	$(PIP) install -q --require-hashes -r requirements/plugins.txt -r requirements/dev.txt
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json $(VENV)/.base
	cd frontend && PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/.built: $(if $(wildcard frontend/package-lock.json),frontend/node_modules/.installed) $(FRONTEND_SOURCES) $(VENV)/.base
	$(if $(wildcard frontend/package-lock.json),cd frontend && PATH="$(abspath $(BIN)):$$PATH" npm run --silent build,@true)
	@mkdir -p $(@D) && touch $@

locale/.compiled: $(CATALOGUES) $(VENV)/.base
	for domain in django djangojs; do $(BABEL) compile -D $$domain -d locale || exit 1; done
	@touch $@
