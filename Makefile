# Two commands: `make up` runs a demo network, `make test` runs everything. Both install what is missing first.
# `make fault` runs the fault tests at full length: an hour or two on two cores.
# npm puts the project's own Node 24 first on the path of its scripts, so an older Node on the host is enough.
# `make install` also puts an `assay` on the path, in $(PREFIX)/bin, that runs this checkout.
.PHONY: up test fault check bench deps install web
.DEFAULT_GOAL := up

NPM := npm --no-audit --no-fund --no-update-notifier
PREFIX ?= $(HOME)/.local
ASSAY := $(NPM) run --silent assay --
INSTALLED := node_modules/.package-lock.json

$(INSTALLED): package.json package-lock.json
	$(NPM) ci --loglevel=error
	@touch $(INSTALLED)

deps: $(INSTALLED)

# The dashboard, bundled anew when a file of it has changed.
PAGE := dist/web/manifest.json
web: $(PAGE)

$(PAGE): $(INSTALLED) $(shell find web src -type f)
	$(NPM) run --silent web

install: deps web
	@mkdir -p $(PREFIX)/bin
	@printf '#!/bin/sh\nexec "%s/node_modules/.bin/node" "%s/bin/assay.js" "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $(PREFIX)/bin/assay
	@chmod 755 $(PREFIX)/bin/assay
	@echo "installed $(PREFIX)/bin/assay; if assay is not found, add $(PREFIX)/bin to your PATH"

up: deps web
	$(ASSAY) up --demo 4 $(if $(PORT),--port $(PORT))

test: deps web
	$(NPM) test

# The fault tests at full length: crash points, real kills, damage, fuzzing, simulated processes. Each prints its seed, and
# SEED= replays it; POINTS= and SERVER_POINTS= set how many crash points over the embedded store and over PostgreSQL, and POINT= or
# SERVER_POINT= with a SEED is one of them alone.
POINTS ?= 10000
SERVER_POINTS ?= 3000
KILLS ?= 60
CALLS ?= 500
DAMAGE ?= 500
fault: deps web
ifdef POINT
	POINT=$(POINT) $(NPM) test -- crash/points
else ifdef SERVER_POINT
	SERVER_POINT=$(SERVER_POINT) $(NPM) test -- crash/server
else
	FAULT=full POINTS=$(POINTS) SERVER_POINTS=$(SERVER_POINTS) KILLS=$(KILLS) CALLS=$(CALLS) DAMAGE=$(DAMAGE) $(NPM) test -- fault weightsKill
endif

check: deps
	$(NPM) run --silent check

bench: deps web
	$(ASSAY) bench recover
	$(ASSAY) bench generate
	$(ASSAY) bench check
	$(ASSAY) bench draw
	$(ASSAY) bench groth16
	$(ASSAY) bench submit
	$(ASSAY) bench dispatch
	$(ASSAY) bench sim
	$(ASSAY) bench memory
	$(ASSAY) bench stream-memory
	$(ASSAY) bench audit
	$(ASSAY) bench abuse
	$(ASSAY) bench rest
	$(ASSAY) bench chain
	$(ASSAY) bench scale
	$(ASSAY) bench page
