# Two commands: 'make run' and 'make test'. Both set everything up first; a second time is instant.
.NOTPARALLEL:
.PHONY: setup setup-test run test lint web screenshots bench parity flips race fuzz asterisk clean packages packages-test packages-pictures

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
PAGES := ari_app/web/desk_ui
export PIP_DISABLE_PIP_VERSION_CHECK := 1

run: setup
	@exec setpriv --pdeathsig TERM -- $(VENV)/bin/hotline up

setup: packages $(VENV)/installed asterisk web

test: setup-test lint
	@$(VENV)/bin/python -m tests.lanes

setup-test: packages-test $(VENV)/installed asterisk web

lint: $(VENV)/installed $(PAGES)/node_modules/installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	cd $(PAGES) && node_modules/.bin/tsc --noEmit

bench: setup-test
	$(VENV)/bin/python -m bench

# Random walks through the trees, on the simulator and by telephone. SEED=n repeats a campaign,
# ONLY=tree:walk one walk of it.
parity: setup-test
	$(VENV)/bin/python -m tests.campaign.parity $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

# Calls in a tree whose file changes under them. SEED=n repeats what the callers press.
flips: setup-test
	$(VENV)/bin/python -m tests.campaign.flips $(if $(SEED),--seed $(SEED))

# The caller's BYE against the agent's 200, from -50 to +50 ms. STEP=n in milliseconds, ROUNDS=n.
race: setup-test
	$(VENV)/bin/python -m tests.asterisk.race $(if $(STEP),--step-ms $(STEP)) $(if $(ROUNDS),--rounds $(ROUNDS))

# Pictures of all pages for the documents, from a real service. ONLY="desk board" takes some.
screenshots: setup-test packages-pictures
	$(VENV)/bin/python -m tests.browser.screenshots $(ONLY)

# Ten thousand damaged trees: no crash, no bad one accepted.
fuzz: setup-test
	$(VENV)/bin/python -m tests.ivr.fuzz_trees 10000

# Debian's Asterisk with its libraries in .asterisk/, unless HOTLINE_ASTERISK names another.
asterisk: $(VENV)/installed
	@$(VENV)/bin/python -m ari_app.asterisk.install

# The pages that people work at: TypeScript in ari_app/web/desk_ui, built into ari_app/web/static.
PAGE_SOURCES := $(shell find $(PAGES)/src $(PAGES)/build.mjs $(PAGES)/tsconfig.json)

web: packages ari_app/web/static/built.json

ari_app/web/static/built.json: $(PAGES)/node_modules/installed $(PAGE_SOURCES)
	@node $(PAGES)/build.mjs
	@touch $@

$(PAGES)/node_modules/installed: $(PAGES)/package-lock.json
	@echo "Packages of the pages: installing (about half a minute the first time)"
	@cd $(PAGES) && npm ci --no-progress --loglevel=error
	@touch $@

$(VENV)/installed: requirements.lock pyproject.toml
	@echo "Python packages: installing into $(VENV) (about a minute the first time)"
	@$(VENV)/bin/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --require-hashes -r requirements.lock
	@$(VENV)/bin/python -m pip install --no-deps --no-build-isolation --editable .
	@touch $@

# $(1): a command that fails when something is missing; $(2): the Debian package that brings it.
need = $(1) >/dev/null 2>&1 || missing="$$missing $(2)";

define bring
	if [ -n "$$missing" ]; then \
	  line="apt-get update && apt-get install -y --no-install-recommends$$missing"; \
	  echo "System packages missing:$$missing"; \
	  set -- env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
	    sh -c "apt-get update -q && apt-get -o DPkg::Lock::Timeout=300 install -y \
	    --no-install-recommends$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then "$$@"; \
	  elif sudo -n true 2>/dev/null; then sudo -n "$$@"; \
	  else echo "They need root. Run this once, then repeat: sudo sh -c '$$line'" >&2; exit 1; fi; \
	fi
endef

RUN_NEEDS = \
  $(call need,$(PYTHON) -c 'import ensurepip',python3-venv) \
  $(call need,command -v setpriv,util-linux) \
  $(call need,command -v sipp,sip-tester) \
  $(call need,command -v dot,graphviz) \
  $(call need,command -v node,nodejs) \
  $(call need,command -v npm,npm)
# The tests start their own PostgreSQL and Redis on ports of their own; no service is used.
TEST_NEEDS = \
  $(call need,ls /usr/lib/postgresql/*/bin/initdb,postgresql) \
  $(call need,command -v redis-server,redis-server) \
  $(call need,fc-list :lang=zh | grep -q .,fonts-noto-cjk) \
  $(call need,command -v chromium,chromium)

# The browser's own words in Chinese, and letters for all languages of the desks.
PICTURE_NEEDS = \
  $(call need,fc-list :lang=th | grep -q .,fonts-tlwg-loma-ttf) \
  $(call need,dpkg -s chromium-l10n,chromium-l10n)

packages:
	@missing=""; $(RUN_NEEDS) $(bring)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; set PYTHON=python3.x" >&2; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || \
	  { echo "Node.js 18 or newer is needed to build the pages" >&2; exit 1; }

packages-test: packages
	@missing=""; $(TEST_NEEDS) $(bring)

packages-pictures: packages-test
	@missing=""; $(PICTURE_NEEDS) $(bring)

clean:
	rm -rf $(VENV) .asterisk $(PAGES)/node_modules ari_app/web/static
