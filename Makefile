# Two commands that do all their own set-up on a fresh machine:
#   make demo   the whole loop on real handwritten digits, in under a minute after set-up
#   make test   the checks and the tests
# and what CI runs as well:
#   make slow   the tests of over ten seconds each: trials against random, memory and time at real sizes
.PHONY: demo test slow docs clean

demo:
	@tools/setup run
	@.venv/bin/askance demo

test:
	@tools/setup dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@tools/page
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/bin/python -m pytest -n 2 --dist worksteal -m 'not slow'

slow:
	@tools/setup dev
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/bin/python -m pytest -n 2 --dist worksteal -m slow

# the generated pages: strategies with their drawings, command line
docs:
	@tools/setup dev
	@.venv/bin/python -m askance.describe > docs/strategies.new && mv docs/strategies.new docs/strategies.md
	@.venv/bin/python -m askance.report.families docs/images/families
	@.venv/bin/python -m askance.cli.reference > docs/cli.new && mv docs/cli.new docs/cli.md
	@.venv/bin/python -m askance.policies.page docs/streams.md
	@.venv/bin/python -m askance.formats.page docs/formats.md

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
