"""nbgrader's settings for this course: this folder is the course, each part is an assignment.

    cd instructor
    nbgrader generate_assignment upsampling
    nbgrader autograde upsampling

nbgrader reads this file where it is started. The released notebooks are those of ``make release``
too: either may be handed out.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821, nbgrader's own

c.CourseDirectory.course_id = "convolution-transposed"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# What stands in an answer's place in the learners' notebooks: course/editions.py has the same.
c.ClearSolutions.code_stub = {"python": "...  # your code"}

# One cell may take a minute; after that, the next one runs.
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.interrupt_on_timeout = True

# nbgrader starts alembic, which lies beside this Python, whether the environment is active or not.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# Kernels inherit these. With one thread results are the same from run to run.
for _library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ["PYTHONHASHSEED"] = "0"
