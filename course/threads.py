"""How many threads a process may use: with one, results do not depend on the machine."""

# The libraries read these when they are loaded.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "VECLIB_MAXIMUM_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
