# Volcado. `make help` lists what can be made. Every target does its own set-up and is safe to repeat.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# OUT holds everything that running things leaves behind: clusters, images, logs. `make clean` removes it.
OUT ?= $(or $(VOLCADO_OUT),$(CURDIR)/out)
export VOLCADO_OUT := $(OUT)
# Relative, because make takes a path with a space in it for two.
BIN := bin

# CLUSTER=local is a Kubernetes of our own on this machine; CLUSTER=existing is the current kubeconfig context.
CLUSTER ?= local
# REGISTRY and TAG name the images that `make push deploy` uses on a cluster of one's own.
REGISTRY ?= volcado.local
TAG ?= dev
# BOT_SETTINGS is the bot's file of settings; with it `make deploy` deploys the bot, too.
BOT_SETTINGS ?=

GO_PACKAGES := ./...
# Every program of ours that begins by naming bash.
SHELL_FILES = $(shell git ls-files | grep -E '\.sh$$|^hack/|^\.ci/' | xargs grep -lE '^\#!.*bash|^\# shellcheck shell=bash')

.PHONY: help
help: ## List what can be made.
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

##@ Try it
.PHONY: demo chat console demo-down
demo: ## Show the whole product at work on a real cluster of its own.
	@hack/demo/demo
chat: ## Talk to the bot in the demo's Mattermost (as alice; CHAT_USER=mallory for another, CHAT_CHANNEL=town-square or direct).
	@hack/demo/talk "$(or $(CHAT_USER),alice)" $(if $(CHAT_CHANNEL),"$(CHAT_CHANNEL)")
console: build ## Talk to the bot in the demo's cluster (as alice; CHAT_USER=mallory for another).
	@hack/demo/console "$(or $(CHAT_USER),alice)"
demo-down: ## Take the demo and its cluster down again.
	@hack/demo/down

##@ Develop
.PHONY: build generate verify lint test compatibility e2e bench bench-chat bench-dump
build: ## Compile manager, bot and dumper into bin/.
	@hack/cluster/cluster packages build
	@CGO_ENABLED=0 go build -trimpath -o $(BIN)/ ./cmd/...

generate: $(BIN)/controller-gen ## Write deepcopy code and CRDs from api/.
	@$(BIN)/controller-gen object crd paths=./api/... output:crd:dir=config/crd/bases

verify: generate lint ## Check that the tree is tidy: generated code, modules and their versions, formatting, lint, shell.
	@go run ./hack/align
	@go mod tidy
	@dirty=$$(git status --porcelain); if [[ -n "$$dirty" ]]; then \
	  printf 'The tree is not clean after generating, aligning versions and tidying. Commit or remove:\n%s\n' "$$dirty" >&2; exit 1; fi
	@echo "verify: generated code, modules and formatting are current."

lint: $(BIN)/golangci-lint ## Run the linters, the import rules among them.
	@hack/cluster/cluster packages lint
	@$(BIN)/golangci-lint run --build-tags e2e $(GO_PACKAGES)
	@shellcheck -x $(SHELL_FILES)

test: ## Unit tests, the real API server, the dumper against a real MariaDB and S3 server, a real Mattermost.
	@hack/cluster/cluster packages build tests
	@hack/compatibility/servers >/dev/null
	@assets=$$(hack/cluster/cluster binaries) && \
	  CGO_ENABLED=0 KUBEBUILDER_ASSETS="$$assets" VOLCADO_BIN="$$assets" go run ./hack/gotest -log "$(OUT)/log/go-test.log" -- -count=1 -timeout 30m $(GO_PACKAGES)

compatibility: ## Load every copy into every server, with the binary log on and off, and write docs/compatibility.md anew.
	@hack/cluster/cluster packages build tests
	@hack/compatibility/servers >/dev/null
	@CGO_ENABLED=0 go test -count=1 -timeout 20m ./cmd/dumper -run '^(TestEveryCopyLoads|TestThePageNames)' -update

e2e: ## The demo's path and every bad input, on the real cluster.
	@hack/e2e/run

bench: ## Measure latency, memory and speed as docs/benchmarks.md quotes them.
	@hack/bench/run

bench-chat: ## Measure the bot in a chat: waiting in a burst, Slack with its limits, exactly once, memory (BENCH_FLAGS=-quick for a small run).
	@hack/cluster/cluster packages build
	@assets=$$(hack/cluster/cluster binaries) && \
	  KUBEBUILDER_ASSETS="$$assets" go run ./hack/bench/chat -out "$(OUT)" $(BENCH_FLAGS)

bench-dump: ## Measure the dumper beside mariadb-dump with gzip, pigz and zstd, and mydumper (BENCH_FLAGS=-quick for a small run, -full for 100 GB).
	@hack/cluster/cluster packages build tests bench
	@go run ./hack/bench/dump -out "$(OUT)" $(BENCH_FLAGS)

##@ A cluster
.PHONY: cluster-up cluster-down cluster-status kubeconfig
cluster-up: ## Start a Kubernetes on this machine.
	@hack/cluster/cluster up
cluster-down: ## Stop it and put the machine back as it was.
	@hack/cluster/cluster down
cluster-status: ## Say what of it runs.
	@hack/cluster/cluster status
kubeconfig: ## Print the path of its kubeconfig.
	@hack/cluster/cluster kubeconfig

##@ One's own cluster
.PHONY: images push deploy undeploy
images: ## Build the images (REGISTRY=, TAG=).
	@hack/images/build --registry "$(REGISTRY)" --tag "$(TAG)"
push: ## Push the images to REGISTRY.
	@hack/images/push --registry "$(REGISTRY)" --tag "$(TAG)"
deploy: ## Install CRDs, policies, manager and bot into the current kubeconfig context (REGISTRY=, TAG=, BOT_SETTINGS=).
	@hack/deploy/deploy --registry "$(REGISTRY)" --tag "$(TAG)" $(if $(BOT_SETTINGS),--bot-settings "$(BOT_SETTINGS)")
undeploy: ## Remove what deploy installed; CRDs stay, and with them everybody's dumps.
	@hack/deploy/undeploy

.PHONY: clean
clean: ## Remove bin/ and what is ours in out/ (refused while a cluster is there).
	@hack/clean

$(BIN)/controller-gen: hack/tools/go.mod hack/tools/go.sum
	@hack/cluster/cluster packages build
	@GOBIN="$$PWD/$(BIN)" go -C hack/tools install tool
	@touch $@
$(BIN)/golangci-lint: hack/lint/go.mod hack/lint/go.sum
	@hack/cluster/cluster packages build
	@echo "Building the linter (a few minutes the first time)"
	@GOBIN="$$PWD/$(BIN)" go -C hack/lint install tool
	@touch $@
