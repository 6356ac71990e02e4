# `make help` lists the targets. The two a newcomer needs are `make run` and `make test`; each sets itself up.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# What the caller's shell or pip settings add must not change what gets installed.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_REQUIRE_VIRTUALENV PIP_TARGET PIP_PREFIX PIP_USER

PYTHON = $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)) python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ROOMS := domain eventlog projections api
CODE := $(ROOMS) $(wildcard tests bench)

# Given on the command line only: a DATABASE_URL that happens to be exported is not ours to test on.
PORT = 8000
DATA = $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/yinzheng-demo
DATABASE_URL =
WORKERS = auto
TESTS =

.PHONY: help install run test soak check format lock bench clean

help: ## list the targets 列出各目标
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## set up .venv from the lock 安装到 .venv
	@:

# An existing environment is brought up to date in place, so that work going on in it is not disturbed.
$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo '缺少 Python 3.11 或更高版本：请安装后重试，或指定路径 make install PYTHON=/…/python3.12' >&2; \
		echo 'Python 3.11 or newer is needed: install it, or name one with make install PYTHON=/…/python3.12' >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		echo "缺少 python3-venv：请先执行 sudo apt-get install $$package（其他系统请安装带 venv 与 ensurepip 的 Python）" >&2; \
		echo "python3-venv is missing: run sudo apt-get install $$package (elsewhere, install a Python with venv and ensurepip)" >&2; \
		exit 1; }
	@echo '正在安装到 $(VENV) · installing into $(VENV)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: install ## the demonstration and the service, in a data directory of their own: PORT=8000 DATA=dir 演示数据与服务
	@$(BIN)/yinzheng serve --demo --port $(PORT) --data '$(DATA)'

test: install ## all tests but the long ones: TESTS=path, DATABASE_URL=… for a server of your own 测试
	@$(if $(DATABASE_URL),YINZHENG_TEST_DATABASE_URL='$(DATABASE_URL)') \
		$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

soak: install ## the long tests: many seeds, many kills 长时间测试
	@$(if $(DATABASE_URL),YINZHENG_TEST_DATABASE_URL='$(DATABASE_URL)') \
		$(BIN)/python -m pytest -m soak $(TESTS)

check: install ## format, lint, types and the import contract 静态检查
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports --no-logo

format: install ## rewrite the code in the house format 格式化
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

lock: install ## pin every dependency by version and hash 重新锁定依赖
	@$(BIN)/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --extra dev pyproject.toml -o requirements.lock

bench: install ## measure beside the peers, see bench/RESULTS.md 基准测试
	@$(BIN)/python -m bench

clean: ## remove .venv and what the tools left behind 清理
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
