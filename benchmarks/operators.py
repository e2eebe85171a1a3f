"""How fast are the operators of lib.ops beside what a reader would use instead?

    python -m benchmarks.operators

Four tables of ratios, on one thread. The two sides of each ratio run in turn, A B A B ...; a
ratio is taken in each turn, and the table gives its median and, in brackets, its quartiles.
In (b) and (c), where one side is hundreds of times faster, it runs five times in its turn.
"""

import os

from course.threads import ONE_THREAD

os.environ.update(ONE_THREAD)  # before NumPy starts its threads

import sys  # noqa: E402
from time import perf_counter  # noqa: E402

import numpy as np  # noqa: E402
import scipy  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from scipy.sparse import csr_array  # noqa: E402

from lib import ops  # noqa: E402

CODE_SIZE = 8
# channels in, channels out, kernel, stride, input size
DECODER = [
    (CODE_SIZE, 32, 4, 1, 1),
    (32, 32, 3, 2, 4),
    (32, 32, 4, 2, 9),
    (32, 32, 5, 1, 20),
    (32, 1, 5, 1, 24),
]
ENCODER = [
    (1, 32, 5, 1, 28),
    (32, 32, 5, 1, 24),
    (32, 32, 4, 2, 20),
    (32, 32, 3, 2, 9),
    (32, CODE_SIZE, 4, 1, 4),
]


def seconds(call):
    start = perf_counter()
    call()
    return perf_counter() - start


def ratios(slow, fast, turns, fast_runs=1):
    """time(slow) / time(fast), turn by turn; of several fast runs, their median counts."""
    slow(), fast()
    return np.array(
        [seconds(slow) / np.median([seconds(fast) for _ in range(fast_runs)]) for _ in range(turns)]
    )


def summary(values):
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:10.2f}  [{low:.2f}, {high:.2f}]"


def decoder_layer(ins, outs, k, size, batch):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, ins, size, size)).astype(np.float32)
    return x, rng.standard_normal((ins, outs, k, k)).astype(np.float32)


def against_pytorch():
    print("\n(a) ops.conv_transpose2d / PyTorch's conv_transpose2d, float32 (below 1: faster)")
    for batch, turns in ((1, 60), (64, 20)):
        medians = []
        for ins, outs, k, s, size in DECODER:
            x, weight = decoder_layer(ins, outs, k, size, batch)
            tensors = torch.tensor(x), torch.tensor(weight)
            ours = ops.conv_transpose2d(x, weight, stride=s)
            theirs = F.conv_transpose2d(*tensors, stride=s).numpy()
            assert np.allclose(ours, theirs, rtol=1e-3, atol=1e-3)
            measured = ratios(
                lambda: ops.conv_transpose2d(x, weight, stride=s),
                lambda: F.conv_transpose2d(*tensors, stride=s),
                turns,
            )
            medians.append(np.median(measured))
            print(f"  batch {batch:2}  {layer_name(ins, outs, k, s, size)} {summary(measured)}")
        print(f"  batch {batch:2}  median of the five layers          {np.median(medians):10.2f}")


def by_loops(x, weight, stride):
    """The transposed convolution as tutorials show it, extended to channels and batches."""
    batch, ins, height, width = x.shape
    _, outs, k, _ = weight.shape
    z = np.zeros((batch, outs, stride * (height - 1) + k, stride * (width - 1) + k), x.dtype)
    for n, c, o in np.ndindex(batch, ins, outs):
        for i, j in np.ndindex(height, width):
            top, left = stride * i, stride * j
            z[n, o, top : top + k, left : left + k] += x[n, c, i, j] * weight[c, o]
    return z


def against_loops(batch=64, turns=3):
    print(
        "\n(b) loops over batch, channels and positions / ops.conv_transpose2d, float32\n"
        f"    (batch {batch}; the loops run on 1 sample and their time counts {batch} times)"
    )
    for ins, outs, k, s, size in DECODER:
        x, weight = decoder_layer(ins, outs, k, size, batch)
        z = ops.conv_transpose2d(x, weight, stride=s)
        assert np.allclose(by_loops(x[:1], weight, s), z[:1], rtol=1e-3, atol=1e-3)
        measured = ratios(
            lambda: by_loops(x[:1], weight, s),
            lambda: ops.conv_transpose2d(x, weight, stride=s),
            turns,
            fast_runs=5,
        )
        print(f"            {layer_name(ins, outs, k, s, size)} {summary(batch * measured)}")


def push(operator, inputs, shape):
    """The matrix's columns for these basis vectors, each pushed through the operator."""
    rows, columns, values = [], [], []
    for column in inputs:
        basis = np.zeros(int(np.prod(shape)))
        basis[column] = 1
        image = operator(basis.reshape(shape)).reshape(-1)
        nonzero = np.nonzero(image)[0]
        rows.append(nonzero), columns.append(np.full(len(nonzero), column))
        values.append(image[nonzero])
    return csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(image.size, basis.size),
    )


def against_basis_vectors(at_most=1024, turns=5):
    print(
        "\n(c) pushing basis vectors through ops.conv2d / the sparse matrix, float64\n"
        f"    (where there are more than {at_most}, {at_most} are pushed and their time scaled)"
    )
    rng = np.random.default_rng(0)
    cases = [
        (
            layer_name(*layer),
            rng.standard_normal((layer[1], layer[0], layer[2], layer[2])),
            layer[3],
            layer[4],
        )
        for layer in ENCODER
    ]
    cases.append((layer_name(1, 1, 5, 1, 256), rng.standard_normal((1, 1, 5, 5)), 1, 256))
    for name, weight, s, size in cases:
        shape = (weight.shape[1], size, size)
        cells = int(np.prod(shape))
        some = rng.choice(cells, min(cells, at_most), replace=False)

        def operator(x):
            return ops.conv2d(x, weight, stride=s)

        def build():
            return ops.conv_layer_matrix(weight, size, stride=s, sparse=True)

        pushed, built = push(operator, some, shape), build()
        assert abs(pushed - built * _chosen(some, cells)).max() < 1e-12
        measured = ratios(lambda: push(operator, some, shape), build, turns, fast_runs=5)
        entries = f"{built.nnz:9} entries"
        print(f"            {name} {summary(measured * cells / len(some))}  {entries}")


def against_pytorch_upsampling(turns=60):
    print(
        "\n(d) upsampling in lib.ops / PyTorch's, (8, 16, 32, 32) float32, times 2 "
        "(below 1: faster)"
    )
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 16, 32, 32)).astype(np.float32)
    values, indices = ops.max_pool2d(x, 2)
    x_t, values_t, indices_t = map(torch.tensor, (x, values, indices))

    cases = [
        (
            f"layer_interpolate, {mode}",
            lambda mode=mode: ops.layer_interpolate(x, scale_factor=2, mode=mode),
            lambda mode=mode: F.interpolate(x_t, scale_factor=2, mode=mode),
        )
        for mode in ("nearest", "bilinear", "bicubic")
    ]
    cases += [
        (
            "max_pool2d, with indices",
            lambda: ops.max_pool2d(x, 2),
            lambda: F.max_pool2d(x_t, 2, return_indices=True),
        ),
        (
            "max_unpool2d",
            lambda: ops.max_unpool2d(values, indices, 2),
            lambda: F.max_unpool2d(values_t, indices_t, 2),
        ),
        ("pixel_shuffle", lambda: ops.pixel_shuffle(x, 2), lambda: F.pixel_shuffle(x_t, 2)),
    ]
    for name, ours, theirs in cases:
        for result, expected in zip(_parts(ours()), _parts(theirs()), strict=True):
            assert np.allclose(result, expected, rtol=1e-4, atol=1e-4)
        print(f"            {name:41} {summary(ratios(ours, theirs, turns))}")


def _parts(result):
    """Max-pooling gives values and indices, everything else one array."""
    return result if isinstance(result, tuple) else (result,)


def _chosen(columns, cells):
    """A row of ones at these columns, for masking a sparse matrix."""
    return np.isin(np.arange(cells), columns).astype(float)[np.newaxis]


def layer_name(ins, outs, k, s, size):
    return f"{ins:2} -> {outs:2} channels, kernel {k}, stride {s}, {size:3} x {size:<3}"


def main():
    torch.set_num_threads(1)
    print(
        f"Python {sys.version.split()[0]}, NumPy {np.__version__}, SciPy {scipy.__version__}, "
        f"PyTorch {torch.__version__}; {torch.get_num_threads()} thread"
    )
    print("median ratio [quartiles]")
    with torch.no_grad():
        against_pytorch()
    against_loops()
    against_basis_vectors()
    with torch.no_grad():
        against_pytorch_upsampling()


if __name__ == "__main__":
    main()
