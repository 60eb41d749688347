# Understudy's commands. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps build unit test test-all demo bench micro format clean

# As many compiler jobs as cores; more only makes them wait for memory.
JOBS := $(shell nproc)
RELEASE := .build/release/understudy
PACKAGES := libcurl4-openssl-dev liblua5.4-dev libpq-dev libsqlite3-dev libssl-dev pkg-config postgresql postgresql-client lua-check util-linux
# What only the tests need: the drivers that applications use, busted, and pgpool's sample scripts.
TEST_PACKAGES := openssl python3-psycopg2 python3-psycopg python3-asyncpg libpostgresql-jdbc-java default-jdk-headless lua-busted pgpool2
# What only the side-by-side benchmarks need.
BENCH_PACKAGES := pgbouncer pgpool2

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the Debian packages that building and running need
	@Scripts/install $(PACKAGES)
	@swift --version >/dev/null 2>&1 || { echo "a Swift 6.3 toolchain is needed: there is no swift in PATH"; exit 1; }

build: deps ## build the release binary, .build/release/understudy
	swift build -c release -j $(JOBS) --product understudy

unit: ## run the tests that need no PostgreSQL: seconds
	swift test -j $(JOBS) --no-parallel --skip IntegrationTests --skip SimulationTests

test: deps ## install what is needed and run every test
	@Scripts/install $(TEST_PACKAGES)
	swift build --build-tests -j $(JOBS)
	@# One after the other: some compute for seconds, and others must not wait behind them.
	@Scripts/run-tests --skip-build --no-parallel --skip IntegrationTests
	@# Apart from the others: these block for seconds, kill servers, and want the cores to themselves.
	@Scripts/run-tests --skip-build --filter IntegrationTests

test-all: test build ## also what takes hours: long fuzzing, failovers under load, an hour of soak; continues where it was interrupted
	@Scripts/test-all $(RELEASE)

demo: build ## kill a primary behind the proxy and show what happened
	@Scripts/demo $(RELEASE)

bench: build ## measure against PgBouncer and pgpool-II, side by side: about ten minutes
	@Scripts/install $(BENCH_PACKAGES)
	@Benchmarks/side-by-side $(RELEASE)
	@Benchmarks/failover $(RELEASE)

micro: deps ## measure the scanner, the session machine and the pool by themselves, and write docs/micro.md
	UNDERSTUDY_MICRO=1 swift build -c release -j $(JOBS) --product micro
	.build/release/micro --markdown docs/micro.md

format: ## put the sources into one form (swift format)
	swift format --in-place --recursive --parallel Package.swift Sources Tests

clean: ## remove what was built
	rm -rf .build
