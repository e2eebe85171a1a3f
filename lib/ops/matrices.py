"""The matrix of a convolution and of its transpose, dense or sparse.

Everything here stands on one small table per axis: ``source[i, j]`` is the input cell that
tap j multiplies on its way to output cell i, or -1 where there is none. Row i of the matrix
then holds tap j in column ``source[i, j]``. No operator is ever run to find its matrix.
"""

from functools import reduce
from math import prod

import numpy as np

from ..arguments import MAX_INT64, number_of_axes, one_of, per_axis
from .operands import layer_weight, single_channel
from .window import Window


def conv_matrix(
    kernel, size, *, stride=1, padding=0, dilation=1, order="row", output_order=None, sparse=False
):
    """The matrix W of a single-channel convolution: ``vec(conv(x, kernel)) = W @ vec(x)``.

    W[i, t] = kernel_j where t = s i + d j - p, and 0 elsewhere.

    ``kernel``: 1, 2 or 3 axes; ``size``: the size of x, an int or a tuple. Shape of W: cells of
    the output times cells of the input. ``stride``, ``padding`` and ``dilation`` as in ``conv``,
    padding in words included. ``order`` says how x is stacked, "row" or "column" (see ``vec``),
    ``output_order`` how the output is; left out, it is the same. ``sparse=True`` gives a
    ``scipy.sparse.csr_array``. ValueError for what ``conv`` refuses.
    Source: Dumoulin & Visin (2016), section 4.1.

    >>> import numpy as np
    >>> conv_matrix(np.array([1, 2, 3]), 5)
    array([[1, 2, 3, 0, 0],
           [0, 1, 2, 3, 0],
           [0, 0, 1, 2, 3]])
    >>> conv_matrix(np.array([[1, 2], [2, 1]]), (3, 3))[0]
    array([1, 2, 0, 2, 1, 0, 0, 0, 0])
    """
    kernel = single_channel("kernel", kernel, entry="tap")
    tables, n = _conv_tables(size, kernel.shape, stride, padding, dilation)
    return _matrix(kernel.reshape(1, 1, 1, *kernel.shape), tables, n, sparse, order, output_order)


def conv_transpose_matrix(
    kernel,
    size,
    *,
    stride=1,
    padding=0,
    output_padding=0,
    dilation=1,
    order="row",
    output_order=None,
    sparse=False,
):
    """The matrix of a transposed convolution: ``vec(conv_transpose(x, kernel)) = M @ vec(x)``.

    M[t, i] = kernel_j where t = s i + d j - p, and 0 elsewhere: the transpose of the matrix of
    the convolution with the same settings.

    ``size`` is the size of the transposed convolution's own input; shape of M: cells of its
    output times cells of its input. ``order``, ``output_order`` and ``sparse`` as in
    ``conv_matrix``. ValueError for what ``conv_transpose`` refuses.
    Source: Dumoulin & Visin (2016), section 4.2.

    >>> import numpy as np
    >>> conv_transpose_matrix(np.array([1, 2, 3]), 2, stride=2)
    array([[1, 0],
           [2, 0],
           [3, 1],
           [0, 2],
           [0, 3]])
    """
    kernel = single_channel("kernel", kernel, entry="tap")
    tables, m = _conv_transpose_tables(
        size, kernel.shape, stride, padding, output_padding, dilation
    )
    return _matrix(kernel.reshape(1, 1, 1, *kernel.shape), tables, m, sparse, order, output_order)


def conv_matrix_taps(
    kernel_size, size, *, stride=1, padding=0, dilation=1, order="row", output_order=None
):
    """Which tap each entry of ``conv_matrix`` holds; -1 where it is zero by structure.

    Taps count from 0 along the rows of the kernel. An int array of the matrix's shape, for
    colouring it. ``kernel_size``: an int or a tuple; the rest as in ``conv_matrix``.

    >>> conv_matrix_taps(3, 4, padding=1)
    array([[ 1,  2, -1, -1],
           [ 0,  1,  2, -1],
           [-1,  0,  1,  2],
           [-1, -1,  0,  1]])
    """
    axes = number_of_axes(size, kernel_size)
    kernel_size = per_axis("kernel_size", kernel_size, axes, 1)
    tables, n = _conv_tables(size, kernel_size, stride, padding, dilation)
    from_1 = 1 + np.arange(prod(kernel_size)).reshape(1, 1, 1, *kernel_size)
    return _matrix(from_1, tables, n, False, order, output_order) - 1


def conv_layer_matrix(weight, size, *, stride=1, padding=0, dilation=1, groups=1, sparse=False):
    """The matrix of a convolution layer without bias, acting on ``x.reshape(-1)``.

    A block for each pair of an output channel and an input channel, each the ``conv_matrix`` of
    that pair's kernel; with groups, the blocks between different groups are zero.

    ``weight``: (C_out, C_in/groups, *k); ``size``: (*n), an int or a tuple. x has shape
    (C_in, *n), and the product, reshaped to (C_out, *m), is the layer's output. Options as in
    ``conv2d``, padding in words included.
    ``sparse=True`` gives a ``scipy.sparse.csr_array``. ValueError for what the layer refuses.
    Source: Dumoulin & Visin (2016), section 4.1.

    >>> import numpy as np
    >>> conv_layer_matrix(np.ones((2, 3, 2)), 4).shape
    (6, 12)
    """
    weight, groups = layer_weight(weight, groups)
    tables, n = _conv_tables(size, weight.shape[2:], stride, padding, dilation)
    kernels = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
    return _matrix(kernels, tables, n, sparse)


def conv_transpose_layer_matrix(
    weight, size, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1, sparse=False
):
    """The matrix of a transposed convolution layer without bias, acting on ``x.reshape(-1)``.

    ``weight``: (C_in, C_out/groups, *k); ``size``: (*m), the size of the layer's own input, an
    int or a tuple. x has shape (C_in, *m), and the product, reshaped to (C_out, *n'), is the
    layer's output. ``sparse=True`` gives a ``scipy.sparse.csr_array``. ValueError for what the
    layer refuses. Source: Dumoulin & Visin (2016), section 4.2.

    >>> import numpy as np
    >>> conv_transpose_layer_matrix(np.ones((2, 3, 2)), 4, stride=2).shape
    (24, 8)
    """
    weight, groups = layer_weight(weight, groups, transposed=True)
    tables, m = _conv_transpose_tables(
        size, weight.shape[2:], stride, padding, output_padding, dilation
    )
    kernels = weight.reshape(groups, len(weight) // groups, *weight.shape[1:]).swapaxes(1, 2)
    return _matrix(kernels, tables, m, sparse)


def conv_sources(n, m, k, stride, padding, dilation):
    """One axis of a convolution: output i meets tap j at input s i + d j - p, or nowhere (-1).

    An int array of shape (m, k).
    """
    t = stride * np.arange(m)[:, None] + dilation * np.arange(k) - padding
    return np.where((t >= 0) & (t < n), t, -1)


def conv_transpose_sources(m, n, k, stride, padding, dilation):
    """One axis of a transposed convolution: output t meets tap j at input (t + p - d j) / s.

    An int array of shape (n, k), with -1 where that is not a whole number or not an input cell. The
    columns count the taps; m is the size of the input, n of the output.
    """
    i, rest = np.divmod(np.arange(n)[:, None] + padding - dilation * np.arange(k), stride)
    return np.where((rest == 0) & (i >= 0) & (i < m), i, -1)


def _conv_tables(size, kernel_size, stride, padding, dilation):
    """A source table per axis for a convolution, and the input's size as a tuple."""
    n = per_axis("size", size, len(kernel_size), 1, spread_one=False)
    window = Window.convolution(kernel_size, stride, padding, dilation)
    return _tables(conv_sources, n, window.output_size(n), window), n


def _conv_transpose_tables(size, kernel_size, stride, padding, output_padding, dilation):
    """A source table per axis for a transposed convolution, and the input's size."""
    m = per_axis("size", size, len(kernel_size), 1, spread_one=False)
    window = Window.transposed(kernel_size, stride, padding, output_padding, dilation)
    return _tables(conv_transpose_sources, m, window.checked_transposed_size(m), window), m


def _tables(sources, size, output_size, window):
    _check_cells(size)
    return [
        sources(*axis)
        for axis in zip(
            size,
            output_size,
            window.kernel_size,
            window.stride,
            window.padding,
            window.dilation,
            strict=True,
        )
    ]


def _check_cells(size):
    """The columns of the matrix must be countable."""
    if prod(size) > MAX_INT64:
        size.refuse(f"has {prod(size)} cells", "use a size of 2**63 - 1 cells at most")


def _outputs(tables):
    """Cells of the output: the number of rows of the matrix."""
    return prod(len(table) for table in tables)


def _entries(tables, size, order, output_order):
    """Row, column and tap of every entry that is not zero by structure, row after row.

    ``tables``: a source table per axis; ``size``: the input's size.
    """
    one_of("order", order, ("row", "column"))
    if output_order is None:
        output_order = order
    one_of("output_order", output_order, ("row", "column"))

    axes = range(len(tables))
    steps = [prod(size[axis + 1 :] if order == "row" else size[:axis]) for axis in axes]
    # All axes at once: shape (outputs on axis 0, taps on axis 0, outputs on axis 1, ...).
    column = reduce(np.add.outer, [table * step for table, step in zip(tables, steps, strict=True)])
    present = reduce(np.logical_and.outer, [table >= 0 for table in tables])

    # Stack the outputs in their order; C order then runs through the matrix row by row.
    stacked = axes if output_order == "row" else reversed(axes)
    turn = [*(2 * axis for axis in stacked), *(2 * axis + 1 for axis in axes)]
    taps = prod(table.shape[1] for table in tables)
    shape = _outputs(tables), taps
    present = present.transpose(turn).reshape(shape)
    column = column.transpose(turn).reshape(shape)
    tap = np.broadcast_to(np.arange(taps), shape)
    row = np.nonzero(present)[0]
    return row, column[present], tap[present]


def _matrix(kernels, tables, size, sparse, order="row", output_order=None):
    """The matrix of a layer from kernels of shape (groups, C_out/groups, C_in/groups, *k).

    All output channels of a group share one pattern of entries, so it is found once.
    """
    groups, outs, ins = kernels.shape[:3]
    cells, outputs, taps = prod(size), _outputs(tables), prod(kernels.shape[3:])
    row, column, tap = _entries(tables, size, order, output_order)
    if ins != 1:  # one output channel: the entries of each input channel, side by side
        channel = np.arange(ins)[:, None]
        row, column, tap = (
            np.broadcast_to(part, (ins, len(row))).ravel()
            for part in (row, column + cells * channel, tap + taps * channel)
        )
        along_rows = np.argsort(row, kind="stable")  # in each row the columns still rise
        row, column, tap = row[along_rows], column[along_rows], tap[along_rows]

    shape = (groups * outs * outputs, groups * ins * cells)
    values = np.take(kernels.reshape(groups * outs, ins * taps), tap, axis=1)
    index = _index_type(shape, values.size)
    first_column = ins * cells * (np.arange(groups * outs, dtype=index) // outs)
    columns = column.astype(index) + first_column[:, None]
    if sparse:
        row_lengths = np.tile(np.bincount(row, minlength=outputs), groups * outs)
        return _csr(row_lengths, columns.ravel(), values.ravel(), shape)
    matrix = np.zeros(shape, values.dtype)
    matrix[row + outputs * np.arange(groups * outs)[:, None], columns] = values
    return matrix


def _csr(row_lengths, columns, values, shape):
    """A CSR matrix straight from its three vectors; SciPy is loaded here, and only here."""
    from scipy.sparse import csr_array

    starts = np.concatenate([[0], np.cumsum(row_lengths)])
    index = _index_type(shape, len(values))
    matrix = csr_array((values, np.asarray(columns, index), starts.astype(index)), shape)
    matrix.sort_indices()
    return matrix


def _index_type(shape, entries):
    """SciPy's two index types: 32 bits where they are enough, as they take half the memory."""
    return np.int32 if max(*shape, entries) <= np.iinfo(np.int32).max else np.int64
