# Every target brings what it needs: the first run installs, later ones start at once.
#   make demo    try it: an embedded database with examples, on http://localhost:8000 (PORT=8001 for another port)
#   make test    run every test; only some of them: make test TESTS=tests/store
#   make check   style, types, layering, questionnaires, templates
#   make bench   measure against the targets; only one: make bench BENCH=report
#   make soak    the fault tests alone; the long form: make soak SOAK_MINUTES=20 (10,000 saves in at most so many minutes)
#   make assets  make the style sheets anew (needs Node)
#   make lock    make the lock files anew from pyproject.toml (needs uv)

.PHONY: demo test check bench soak assets lock
.DEFAULT_GOAL := help
export PORT ?= 8000
export SOAK_MINUTES
TESTS ?= tests
BENCH ?=

.PHONY: help
help:
	@sed -n 's/^#   //p' Makefile

demo:
	@scripts/install runtime
	@exec .venv/bin/screening demo

test:
	@scripts/install dev
	@.venv/bin/python -m pytest -n 2 --dist worksteal $(TESTS)

check:
	@scripts/install dev
	@scripts/check

bench:
	@scripts/install dev
	@.venv/bin/python -m benchmarks $(BENCH)

soak:
	@scripts/install dev
	@.venv/bin/python -m pytest -rP tests/faults

assets:
	@scripts/assets

lock:
	@scripts/lock
