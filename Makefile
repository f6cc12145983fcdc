# `make` lists what there is. Every recipe is one line; what takes more is a script in scripts/.

STAGE ?= default#  a table of samconfig.toml: default, dev or prod
ARGS  ?=#          passed on, as in: make dev ARGS="--port 8080"
export STAGE

KAKAO := cargo run -p cli --bin kakao --
SAM   := SAM_CLI_TELEMETRY=0 .tools/venv/bin/sam

.DEFAULT_GOAL := help
.PHONY: help dev test nightly check fmt lint build bench fuzz sam-local deploy urls logs doctor destroy tools clean

help: ## 이 목록 | this list
	@awk -F '## ' '/^[a-z%-]+:.*## / { sub(/:.*/, "", $$1); sub(/%/, "<function>", $$1); printf "  make %-18s %s\n", $$1, $$2 }' Makefile

# ---- on the laptop

dev: ## 노트북에서 전부 실행 | everything in one process: functions, table, a stand-in Kakao
	@$(KAKAO) dev $(ARGS)

test: ## 모든 검사와 테스트 | every check and test (ARGS="fmt clippy" runs only those)
	@command -v python3 >/dev/null || { apt-get update -qq && apt-get install -y -qq python3 python3-venv; }
	@scripts/test $(ARGS)

nightly: ## 밤새 도는 테스트 | the same tests with the figures of a night: hours, and 8 GB (ARGS="--test sign_up_crashes")
	@KAKAO_TEST_SCALE=10 cargo test -p tests -p saga-model -p shared --no-fail-fast $(ARGS)

check: ## 빠른 검사 | the quick ones: fmt, clippy, docs
	@scripts/test fmt clippy docs

fmt: ## 코드 정리 | formats the code
	@cargo fmt --all

lint: ## 경고 보기 | clippy and the template
	@scripts/test clippy template

bench: ## 성능 측정 | benchmarks
	@scripts/bench $(ARGS)

fuzz: ## 파서에 아무 입력이나 넣어 보기 | odd input for the parsers (ARGS="600" before a release, ARGS="60 skill_request")
	@scripts/fuzz $(ARGS)

invoke-%: ## 함수 하나 실행 | one function in sam local, replies shown (ARGS=event)
	@scripts/sam-local --show $* $(ARGS)

sam-local: ## 모든 이벤트를 sam local 로 | every event through sam local, replies compared
	@scripts/sam-local $(ARGS)

# ---- in AWS

build: ## 람다 빌드 | target/lambda/<function>/bootstrap (ARCH=x86_64|arm64)
	@scripts/build

deploy: build ## 배포 | builds and deploys (STAGE=dev|prod)
	@scripts/deploy $(ARGS)

urls: ## 콘솔에 넣을 주소 | each URL, and the Kakao console field it belongs in
	@scripts/urls

logs: ## 로그 따라 보기 | follows the logs (ARGS="--name Skill")
	@scripts/tools sam && $(SAM) logs --config-env $(STAGE) --tail $(ARGS)

destroy: ## 스택 삭제 (테이블은 남음) | deletes the stack; the table and its key stay
	@scripts/tools sam && $(SAM) delete --config-env $(STAGE) $(ARGS)

# ---- the tools

doctor: ## 설치 상태 확인 | what is installed, what is missing, what to do
	@scripts/doctor

tools: ## 도구 설치 | installs aws-sam-cli and cargo-deny into .tools/
	@scripts/tools

clean: ## 만든 것 지우기 | removes what was built; .tools/ stays
	@cargo clean && rm -rf .aws-sam
