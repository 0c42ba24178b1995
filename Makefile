# gatehouse: what a contributor does. `make help` lists it.

.DEFAULT_GOAL := help
.PHONY: notice-check notice sbom deploy-files help demo test fuzz mutants book check fmt clippy docs conformance deny bench soak screenshots

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run gatehouse, the simulator and all four kinds on this machine
	cargo run --release -- demo

test: ## Run all tests; gets Postgres, Chromium, the foreign clients and examiners itself
	scripts/with-services scripts/run-tests
	scripts/foreign-clients
	scripts/foreign-examiners
	scripts/deploy-files

fuzz: ## Try every property with many inputs (PROPTEST_CASES=20000)
	scripts/fuzz

mutants: ## Show the changes of the code that no test notices (MUTANTS_MINUTES=10 for each file)
	scripts/mutants

notice: ## Write NOTICE: the crates of the binary and their licences
	scripts/third-parties notice

deploy-files: ## Let foreign libraries read the manifests, the Dockerfile, the queries and the bill of materials
	scripts/deploy-files

sbom: ## Write target/gatehouse.cdx.json, a bill of materials (CycloneDX)
	scripts/third-parties sbom target/gatehouse.cdx.json

check: fmt clippy docs conformance deny notice-check ## What CI demands besides the tests

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --no-default-features --lib --bins -- -D warnings

docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

conformance: ## Count the rows of the conformance checklist that a test names
	scripts/conformance

notice-check:
	scripts/third-parties notice --check

deny: ## Check licences, banned crates and sources of the dependencies
	scripts/deny

book: ## Make the documents a site in target/book (needs mdbook: cargo install mdbook)
	mdbook build docs

bench: ## Measure the figures of docs/performance.md, as ratios in one run
	scripts/with-services scripts/bench

soak: ## The proof with real processes, in its long form (SOAK_SECONDS=600)
	SOAK_SECONDS=$${SOAK_SECONDS:-600} scripts/with-services cargo test --release --test replicas -- --nocapture --test-threads 1

screenshots: ## Photograph every page in Chromium into target/screenshots
	scripts/with-services cargo test --test gate screens -- --nocapture --test-threads 1
	scripts/contact-sheet
