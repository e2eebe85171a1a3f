"""The grader: reads hand-ins, runs them in processes of their own, examines what they define."""

import os

from ..threads import ONE_THREAD

for name, value in ONE_THREAD.items():  # before a module of the grader loads NumPy
    os.environ.setdefault(name, value)
