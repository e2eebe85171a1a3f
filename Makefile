# Convolution, Transposed. Every target makes what it needs; nothing has to be installed first
# but Python 3.11 or newer, git and make. Another Python: make PYTHON=/path/to/python3 book
PYTHON ?= python3
# Settings for Python that would get other modules in, or take the asserts out, are set aside.
HARMLESS := PYTHON PYTHONIOENCODING PYTHONUTF8 PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE
ASIDE := env $(patsubst %,-u %,$(filter-out $(HARMLESS),$(filter PYTHON%,$(.VARIABLES))))
RUN := $(ASIDE) .venv/bin/python
# Python 3.11 reads the path of an installed package in the locale's encoding: not in ASCII, please.
ifneq ($(filter C POSIX,$(LC_ALL)),)
  export LC_ALL := C.UTF-8
endif
# In a container one is often root, whom Jupyter refuses unless told.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

# Variables that have to be given on the command line; asked for before anything is done.
need = $(if $(filter $(1),$(MAKECMDGOALS)),$(foreach name,$(2),$(if $($(name)),,\
  $(error $(name) is missing: make $(1) $(patsubst %,%=...,$(2))))))
$(call need,site,TOC OUT)
$(call need,release,OUT)
$(call need,grade,SUBMISSIONS OUT)

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

book: env  ## execute the chapters that changed and build the site
	@$(RUN) -m course.build

test: env  ## run everything this project checks
	@$(RUN) -m pytest -n 2 $(PYTEST)

format: env  ## put the form of the code right: the order of imports, line breaks
	@$(RUN) -m ruff check --fix --quiet . && $(RUN) -m ruff format --quiet .

lab: env  ## open JupyterLab on the exercises
	@.venv/bin/python -m jupyterlab --notebook-dir=. --LabApp.default_url=/lab/tree/exercises $(AS_ROOT) $(LAB)

notebooks: env  ## bring the outputs in all notebooks up to date and normalise them
	@$(RUN) -m course.notebooks

site: env  ## build a course site: TOC=my_toc.yml OUT=folder [EDITION=instructor] [TITLE="..."]
	@$(RUN) -m course.site "$(TOC)" "$(OUT)" $(if $(TITLE),--title "$(TITLE)") \
	  --edition "$(or $(EDITION),learner)"

release: env  ## write learners' notebooks: OUT=folder [CHAPTERS="PART/CHAPTER ..."] [SITE=https://...]
	@$(RUN) -m course.release "$(OUT)" $(CHAPTERS) $(if $(SITE),--site "$(SITE)")

grade: env  ## grade notebooks: SUBMISSIONS=folder OUT=folder [GRADE="--seconds 30"]
	@$(RUN) -m course.grading.grade "$(SUBMISSIONS)" "$(OUT)" $(GRADE)

links: env  ## check that the links to other sites still lead somewhere (needs a network)
	@.venv/bin/jupyter-book build . --builder linkcheck

arithmetic: env  ## run all notebooks under other processors' arithmetic (an hour or two)
	@$(RUN) -m course.arithmetic $(ARITHMETIC)

bench: env  ## measure what has to be fast
	@for name in operators build grading; do $(RUN) -m benchmarks.$$name || exit 1; done

clean:  ## remove what was built (the environment .venv stays, and so do your sites in _build)
	@yours=$$(find _build/html -name .git -o -name CNAME 2> /dev/null | head -1); \
	if [ -n "$$yours" ]; then echo "_build/html holds $$yours of yours: move it away, or" \
	  "publish from a folder of its own (make site). Nothing was removed."; exit 1; fi
	rm -rf $(addprefix _build/,html jupyter_execute .doctrees .jupyter_cache stored stored.lock linkcheck \
	  .lock .kernel .pages.json exercises.json) .pytest_cache .hypothesis
	@rmdir _build 2> /dev/null || [ ! -e _build ] || echo "In _build stays: $$(ls -A _build)"

env:  ## make the environment .venv if it is missing or out of date
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 or newer is needed and" \
	  "'$(PYTHON)' is not to be found: install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(ASIDE) $(PYTHON) tools/bootstrap.py

.PHONY: help book test format lab notebooks site release grade links arithmetic bench clean env
.DEFAULT_GOAL := help
