"""Hypothesis strategies that draw operators: valid ones, and ones with something wrong."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import strategies as st

TORCH = {
    (False, 1): F.conv1d,
    (False, 2): F.conv2d,
    (False, 3): F.conv3d,
    (True, 1): F.conv_transpose1d,
    (True, 2): F.conv_transpose2d,
    (True, 3): F.conv_transpose3d,
}
MOST_CELLS = {1: 9, 2: 6, 3: 4}
MOST_TAPS = {1: 5, 2: 4, 3: 3}


@dataclass
class Case:
    """One operator with its input; ``options`` are its keyword arguments, groups included."""

    axes: int
    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    options: dict = field(default_factory=dict)

    @property
    def plain_options(self):
        return {name: value for name, value in self.options.items() if name != "groups"}


@st.composite
def cases(draw, transposed, plain=False, batches=(None, 1, 2, 3), axes=(1, 2, 3)):
    """A valid operator: any dimension, groups, a number per axis or one for all."""
    axes = draw(st.sampled_from(axes))
    per_axis = range(axes)
    cells = [draw(st.integers(1, MOST_CELLS[axes])) for _ in per_axis]
    taps = [draw(st.integers(1, MOST_TAPS[axes])) for _ in per_axis]
    stride = _numbers(draw, axes, 1, 3)
    dilation = _numbers(draw, axes, 1, 3)
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, taps, strict=True)]
    options = {"stride": stride, "dilation": dilation}
    if transposed:
        extra = [draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)]
        full = [s * (m - 1) + e + a for s, m, e, a in zip(stride, cells, reach, extra, strict=True)]
        most = [(size - 1) // 2 for size in full]
        options["padding"] = [draw(st.integers(0, most)) for most in most]
        options["output_padding"] = extra
    else:
        least = [max(0, -(-(e - n) // 2)) for e, n in zip(reach, cells, strict=True)]
        options["padding"] = [draw(st.integers(p, p + 2)) for p in least]
    options = {name: _as_given(draw, numbers) for name, numbers in options.items()}
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if plain:
        return Case(axes, rng.standard_normal(cells), rng.standard_normal(taps), None, options)

    groups = options["groups"] = draw(st.integers(1, 3))
    ins, outs = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    batch = draw(st.sampled_from(batches))
    x_shape = [*([] if batch is None else [batch]), groups * ins, *cells]
    weight_shape = [groups * ins, outs, *taps] if transposed else [groups * outs, ins, *taps]
    bias = rng.standard_normal(groups * outs) if draw(st.booleans()) else None
    return Case(
        axes, rng.standard_normal(x_shape), rng.standard_normal(weight_shape), bias, options
    )


def _numbers(draw, axes, least, most):
    if draw(st.booleans()):
        return [draw(st.integers(least, most))] * axes
    return [draw(st.integers(least, most)) for _ in range(axes)]


def _as_given(draw, numbers):
    """The same numbers in one of the forms a caller may use."""
    forms = [tuple(numbers), list(numbers), tuple(np.int64(number) for number in numbers)]
    if len(set(numbers)) == 1:
        forms += [numbers[0], numbers[0], np.int32(numbers[0]), (numbers[0],)]
    return draw(st.sampled_from(forms))


# Values that PyTorch may take for an option or not.
ODD_VALUES = [
    0,
    -1,
    1,
    2,
    5,
    9,
    True,
    1.0,
    None,
    "2",
    (),
    (1,),
    (2, 1),
    (1, 2, 3),
    (1, 1, 1, 1),
    (0, 1),
    (-1, 1),
    (1.0, 1),
    (True, 1),
    np.array([1, 1]),
    np.array(2),
    np.bool_(True),
    np.float64(1.0),
    (np.array(2),),
    np.array([2]),
    np.array(True),
    np.int64(2),
    np.uint8(1),
    [2],
    {1},
    range(1, 3),
    2**63,
    (2**63,),
]


@st.composite
def doubtful_cases(draw, transposed):
    """A case with one to three things changed at random: some stay valid, many do not."""
    case = draw(cases(transposed, batches=(None, 0, 1, 2)))
    names = list(case.options)
    for _ in range(draw(st.integers(1, 3))):
        what = draw(
            st.sampled_from(
                ["option", "option", "number", "x", "weight", "bias", "axes", "empty", "words"]
            )
        )
        if what == "option":
            name = draw(st.sampled_from(names))
            case.options[name] = draw(st.sampled_from(ODD_VALUES))
        elif what == "number":
            name = draw(st.sampled_from(names))
            case.options[name] = draw(
                st.one_of(st.integers(-1, 6), st.tuples(*[st.integers(0, 6)] * case.axes))
            )
        elif what == "words" and not transposed:
            case.options["padding"] = draw(st.sampled_from(["same", "valid", "Same"]))
            if draw(st.booleans()):
                case.options["stride"] = draw(st.sampled_from([1, (1,), 2]))
        elif what == "axes":
            case.axes = draw(st.integers(1, 3))
        elif what == "bias":
            shape = draw(st.sampled_from([(), (0,), (1,), (2,), (3,), (1, 1), (2, 1)]))
            case.bias = np.ones(shape)
        elif what in ("x", "weight", "empty"):
            target = "weight" if what == "weight" else "x"
            shape = list(getattr(case, target).shape)
            if shape:
                axis = draw(st.integers(0, len(shape) - 1))
                shape[axis] = 0 if what == "empty" else draw(st.integers(0, 4))
            if draw(st.integers(0, 4)) == 0:
                shape = shape[1:] if draw(st.booleans()) else [1, *shape]
            case = replace(case, **{target: np.ones(shape)})
    return case


def torch_layer(transposed, case):
    """PyTorch's own answer."""
    bias = None if case.bias is None else torch.tensor(case.bias)
    layer = TORCH[transposed, case.axes]
    return layer(torch.tensor(case.x), torch.tensor(case.weight), bias, **case.options).numpy()


def torch_plain(transposed, case):
    """PyTorch's own answer for a plain array: one channel, no batch."""
    layer = TORCH[transposed, case.axes]
    return layer(torch.tensor(case.x)[None], torch.tensor(case.weight)[None, None], **case.options)[
        0
    ].numpy()
