# Two commands: `make run` opens the chat, `make test` checks it. README says what each downloads.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps

.PHONY: run test test-fast test-slow test-long lint eval bench pictures models chromium clean

run: $(STAMPS)/run
	@$(BIN)/assistant models pull
	@exec $(BIN)/assistant chat

# torch goes first: left to a dependency it would bring several GB of GPU libraries.
$(STAMPS)/run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --progress-bar on --constraint constraints.txt torch
	$(BIN)/python -m pip install --progress-bar on --constraint constraints.txt --editable .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: $(STAMPS)/run
	$(BIN)/python -m pip install --progress-bar on --constraint constraints.txt --editable '.[dev]'
	@touch $@

models: $(STAMPS)/run
	@$(BIN)/assistant models pull

# The browser tests need Chromium; apt installs it where it is missing and apt is to be had.
chromium:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || \
	command -v google-chrome >/dev/null 2>&1 || { \
	  command -v apt-get >/dev/null 2>&1 || { echo "Install Chromium, then run this again." >&2; exit 1; }; \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo"; \
	  $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends chromium; }

lint: $(STAMPS)/dev
	$(BIN)/ruff format --check assistant evals tests
	$(BIN)/ruff check assistant evals tests
	$(BIN)/mypy

# Tests run in several processes, a file in one of them: many wait for a browser or for another process. Those in a
# browser come by themselves, for it keeps an event loop in its process; those with the real chat model run alone, since
# it fills both cores.
APART := --dist loadfile -m

define run_tests
$(BIN)/python -m pytest -n 3 $(APART) "$(1) and not models and not browser"; fast=$$?; \
$(BIN)/python -m pytest -n 2 $(APART) "$(1) and not models and browser"; browser=$$?; \
$(BIN)/python -m pytest -m "$(1) and models" && exit $$((fast | browser))
endef

test: lint chromium models
	@$(call run_tests,not slow and not long)

test-slow: $(STAMPS)/dev chromium models
	@$(call run_tests,slow and not long)

test-fast: $(STAMPS)/dev
	$(BIN)/python -m pytest -n 3 $(APART) "not slow and not long and not models and not embedding and not browser"

test-long: $(STAMPS)/dev models chromium
	$(BIN)/python -m pytest -m long --timeout 3600

eval: models
	$(BIN)/assistant eval

# Ours, the baselines and the model alone on samples of every set there is; README's table is made from it.
bench: models
	$(BIN)/python -m evals.bench
	$(BIN)/python -m evals.readme_table

# The screenshots of README and docs/chat.md, taken anew from the app as it is.
pictures: $(STAMPS)/dev models chromium
	$(BIN)/python -m pytest -q -n0 tests/ui/pictures.py

clean:
	rm -rf $(VENV)
