# Two commands for a newcomer: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-real test-browser lint types clean

demo: .venv/installed
	$(BIN)/musechat demo

test: .venv/dev lint types
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-fail-under=95

test-real: .venv/gguf
	$(BIN)/pytest -m real

test-browser: .venv/browser
	$(BIN)/pytest -m browser

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

.venv/dev: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

.venv/gguf: .venv/dev
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[gguf]"
	touch $@

.venv/browser: .venv/dev
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[browser]"
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .coverage
