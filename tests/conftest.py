"""Settings for every test: strict arithmetic, one thread, the same random cases each time."""

import os

import numpy as np
import torch
from hypothesis import settings

np.seterr(divide="raise", over="raise", invalid="raise")
torch.set_num_threads(1)

# HYPOTHESIS_PROFILE=explore looks for new cases; the default repeats the same ones.
settings.register_profile("repeat", derandomize=True, database=None, deadline=None, max_examples=80)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))
