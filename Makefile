# Two commands: `make up` runs a demo network, `make test` runs everything. Both install what is missing first.
# npm puts the project's own Node 24 first on the path of its scripts, so an older Node on the host is enough.
.PHONY: up test check bench install
.DEFAULT_GOAL := up

NPM := npm --no-audit --no-fund --no-update-notifier
ASSAY := $(NPM) run --silent assay --
INSTALLED := node_modules/.package-lock.json

$(INSTALLED): package.json package-lock.json
	$(NPM) ci --loglevel=error
	@touch $(INSTALLED)

install: $(INSTALLED)

up: install
	$(ASSAY) up --demo 4 $(if $(PORT),--port $(PORT))

test: install
	$(NPM) test

check: install
	$(NPM) run --silent check

bench: install
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
