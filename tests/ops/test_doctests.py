"""Every public function has an example, and every example is true."""

import doctest
import importlib
import pkgutil

import pytest

from lib import ops

MODULES = [f"lib.ops.{module.name}" for module in pkgutil.iter_modules(ops.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", ops.__all__)
def test_every_public_function_has_an_example(name):
    assert ">>> " in getattr(ops, name).__doc__
