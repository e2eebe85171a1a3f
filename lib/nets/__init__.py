"""What needs PyTorch: networks, their training, and the trained ones that chapters look at.

A name is loaded when it is asked for: ``python -m lib.nets.comparison`` and its like run modules
of this package as programs, which must not be loaded before.
"""

import sys
from importlib import import_module
from types import ModuleType

_MODULES = {
    "autoencoder": ["CODES", "ConvAutoencoder"],
    "classifier": ["frechet_distance"],
    "comparison": ["load_models", "run_one"],
    "full_training": ["load_full_training"],
    "pca": ["PCA"],
    "reference": ["accuracy", "classify", "load_autoencoder", "load_classifier", "load_pca"],
    "ripple": ["feature_vectors", "tail_ripple"],
    "training": ["evaluate", "train"],
    "upsamplers": ["KINDS", "Autoencoder", "Decoder", "multiplications", "parameters", "upsampler"],
    "views": [],
}
__all__ = sorted([*_MODULES, *(name for names in _MODULES.values() for name in names)])


def __getattr__(name):
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return __all__


class _OldName(ModuleType):
    """A module by the name that notebooks handed out with the first edition import it by."""

    def __getattr__(self, name):
        if name.startswith("__"):  # asked of every module by some libraries
            raise AttributeError(name)
        return getattr(import_module(self.__doc__), name)


for _old, _new in {"train": "reference", "head_to_head": "comparison"}.items():
    sys.modules[f"{__name__}.{_old}"] = _OldName(f"{__name__}.{_old}", f"{__name__}.{_new}")
