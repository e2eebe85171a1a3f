"""Six ways to double a picture, and decoders that differ in nothing else.

The head to head of the book compares these. Sources: Odena, Dumoulin & Olah (2016) for
interpolation followed by a convolution, Shi et al. (2016) for pixel shuffle, Aitken et al.
(2017) for its initialisation ICNR.
"""

import torch
from torch import nn

from lib.arguments import integer, one_of, refuse
from lib.ops import icnr

KINDS = ("transposed-3", "transposed-4", "nearest", "bilinear", "shuffle", "shuffle-icnr")
# The middle feature maps of "transposed-3", "nearest" and "bilinear". A multiple of 4, because
# pixel shuffle needs four times the weights for each map: 32 / 4 = 8 maps cost as much in all.
MIDDLE = 32


def upsampler(kind, c_in, c_out):
    """A module that doubles height and width: (N, c_in, H, W) to (N, c_out, 2H, 2W).

    ``kind`` is one of ``KINDS``:

    - "transposed-3": ConvTranspose2d, kernel 3, stride 2, padding 1, output padding 1;
    - "transposed-4": ConvTranspose2d, kernel 4, stride 2, padding 1;
    - "nearest": each cell repeated 2 x 2, then a 3 x 3 convolution with padding 1;
    - "bilinear": bilinear interpolation (half-pixel centres), then that convolution;
    - "shuffle": a 3 x 3 convolution with padding 1 to 4 c_out maps, then pixel shuffle;
    - "shuffle-icnr": the same, its four sub-kernels for each output map starting as one.

    Initial weights are PyTorch's. ValueError for another kind and for fewer than one channel.

    >>> upsampler("transposed-3", 8, 5)(torch.zeros(1, 8, 7, 7)).shape
    torch.Size([1, 5, 14, 14])
    """
    one_of("kind", kind, KINDS)
    c_in, c_out = integer("c_in", c_in, 1), integer("c_out", c_out, 1)
    if kind == "transposed-3":
        return nn.ConvTranspose2d(c_in, c_out, 3, stride=2, padding=1, output_padding=1)
    if kind == "transposed-4":
        return nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1)
    if kind in ("nearest", "bilinear"):
        return nn.Sequential(
            nn.Upsample(scale_factor=2, mode=kind), nn.Conv2d(c_in, c_out, 3, padding=1)
        )
    conv = nn.Conv2d(c_in, 4 * c_out, 3, padding=1)
    if kind == "shuffle-icnr":
        _start_as_nearest(conv)
    return nn.Sequential(conv, nn.PixelShuffle(2))


class Decoder(nn.Module):
    """From a code to a 28 x 28 picture: (N, code) to (N, 1, 28, 28), in two doublings.

    Linear and ReLU give ``first`` feature maps of 7 x 7; then an upsampler to ``middle`` maps
    of 14 x 14, ReLU, and an upsampler to the picture, without a final activation.

    Decoders of different kinds have equally many parameters, because ``middle`` is chosen for
    that (``middle_for``); nothing else differs. As it stands they agree to 0.1 %, with another
    ``code`` or ``first`` to 2 %. Give ``middle`` to choose for yourself.

    >>> decoder = Decoder("nearest")
    >>> decoder(torch.zeros(2, 16)).shape, decoder.middle, parameters(decoder)
    (torch.Size([2, 1, 28, 28]), 32, 36193)
    """

    def __init__(self, kind, *, code=16, first=32, middle=None):
        super().__init__()
        one_of("kind", kind, KINDS)
        self.kind, self.code = kind, integer("code", code, 1)
        self.first = integer("first", first, 1)
        if middle is None:
            middle = middle_for(kind, _count("nearest", code, first, MIDDLE), code, first)
        self.middle = integer("middle", middle, 1)
        self.input_shape = (code,)
        self.linear = nn.Linear(code, first * 7 * 7)
        self.tail = nn.Sequential(
            upsampler(kind, first, self.middle), nn.ReLU(), upsampler(kind, self.middle, 1)
        )

    def features(self, code):
        """The ``first`` feature maps that the tail starts from: (N, code) to (N, first, 7, 7)."""
        return self.linear(code).relu().unflatten(1, (self.first, 7, 7))

    def forward(self, code):
        return self.tail(self.features(code))


class Encoder(nn.Module):
    """From a picture to a code: (N, 1, 28, 28) to (N, code).

    Two 3 x 3 convolutions with stride 2 and ReLU, to 16 maps of 14 x 14 and 32 of 7 x 7; then
    Linear.

    >>> Encoder()(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 16])
    """

    def __init__(self, code=16):
        super().__init__()
        self.code = integer("code", code, 1)
        self.input_shape = (1, 28, 28)
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 7 * 7, code),
        )

    def forward(self, images):
        return self.layers(images)


class Autoencoder(nn.Module):
    """Encoder and decoder: (N, 1, 28, 28) to (N, 1, 28, 28). Options as for ``Decoder``.

    After the same ``torch.manual_seed``, the encoder and the decoder's Linear start with the
    same weights whatever the kind, as long as ``code`` and ``first`` are the same.

    >>> Autoencoder("shuffle-icnr")(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 1, 28, 28])
    """

    def __init__(self, kind, *, code=16, first=32, middle=None):
        super().__init__()
        self.kind = one_of("kind", kind, KINDS)
        self.input_shape = (1, 28, 28)
        self.encoder = Encoder(code)
        self.decoder = Decoder(kind, code=code, first=first, middle=middle)

    def forward(self, images):
        return self.decoder(self.encoder(images))


def middle_for(kind, target, code=16, first=32):
    """The number of middle feature maps whose decoder has nearest to ``target`` parameters.

    It is the only thing changed to make parameter counts equal. At least 1; of two that are
    equally near, the smaller.

    >>> [middle_for(kind, 40_000) for kind in KINDS]
    [45, 25, 45, 45, 11, 11]
    """
    one_of("kind", kind, KINDS)
    target = integer("target", target, 1)
    # Each middle map costs the same number of parameters.
    one, two = (_count(kind, code, first, middle) for middle in (1, 2))
    below = max((target - one) // (two - one) + 1, 1)
    return min(
        (below, below + 1), key=lambda middle: abs(one + (middle - 1) * (two - one) - target)
    )


def parameters(module):
    """How many numbers training changes.

    >>> parameters(nn.Linear(3, 2))
    8
    """
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def multiplications(module, shape=None):
    """Multiplications that one example costs, as a dict of whole numbers:

    - "linear": inputs x outputs of each Linear;
    - "convolution": for each Conv2d and ConvTranspose2d, C_in C_out / groups times the pairs of
      a cell and a tap that exist on both sides: for a convolution, zeros of the padding are not
      counted as cells; for a transposed one, what ``padding`` crops away is not counted;
    - "interpolation": bilinear in two passes, first the height, then the width, with 2
      multiplications for each number a pass makes; nearest and pixel shuffle 0;
    - "total": these three;
    - "border": the products with padding and for cropped cells, which an implementation that
      skips nothing computes on top, and which other counts often include.

    Additions and biases are not counted. ``shape`` is that of one example, without the batch
    axis; the modules of this file know their own. ValueError for a layer of another type that
    has parameters.

    >>> multiplications(nn.ConvTranspose2d(1, 1, 3, stride=2), (1, 4, 4))["convolution"]
    144
    >>> [multiplications(Decoder(kind))["convolution"] for kind in ("transposed-3", "nearest")]
    [463392, 1853568]
    """
    shape = getattr(module, "input_shape", None) if shape is None else shape
    if shape is None:
        refuse("shape", shape, "is not known for this module", "give that of one example")
    counts = {"linear": 0, "convolution": 0, "interpolation": 0, "border": 0}

    def count(layer, inputs, output):
        before, after = inputs[0].shape, output.shape
        if isinstance(layer, nn.Linear):
            counts["linear"] += layer.in_features * output[0].numel()
        elif isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            transposed = isinstance(layer, nn.ConvTranspose2d)
            small, large = (before, after) if transposed else (after, before)
            channels = layer.in_channels * layer.out_channels // layer.groups
            pairs = channels * _pairs(layer, small[2:], large[2:])
            every = channels * small[2:].numel() * layer.weight[0, 0].numel()
            counts["convolution"] += pairs
            counts["border"] += every - pairs
        elif isinstance(layer, nn.Upsample) and layer.mode == "bilinear":
            maps, height, width = before[1:]
            counts["interpolation"] += 2 * maps * (2 * height * width + 2 * height * 2 * width)

    leaves = [layer for layer in module.modules() if not list(layer.children())]
    known = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
    for layer in leaves:
        if list(layer.parameters()) and not isinstance(layer, known):
            refuse(
                "module",
                type(layer).__name__,
                "is a layer whose multiplications are unknown",
                "use Linear, Conv2d and ConvTranspose2d",
            )
    hooks = [layer.register_forward_hook(count) for layer in leaves]
    try:
        with torch.no_grad():
            module(next(module.parameters()).new_zeros((1, *shape)))
    finally:
        for hook in hooks:
            hook.remove()
    total = counts["linear"] + counts["convolution"] + counts["interpolation"]
    return {**counts, "total": total}


def _pairs(layer, small, large):
    """Pairs (i, j) with 0 <= s i + d j - p < n, the product over both axes."""
    product = 1
    for m, n, k, s, p, d in zip(
        small, large, layer.kernel_size, layer.stride, layer.padding, layer.dilation, strict=True
    ):
        product *= sum(0 <= s * i + d * j - p < n for i in range(m) for j in range(k))
    return product


def _count(kind, code, first, middle):
    """The parameters of a decoder, from a decoder that holds no numbers."""
    with torch.device("meta"):
        kind = "shuffle" if kind == "shuffle-icnr" else kind  # only its start is different
        return parameters(Decoder(kind, code=code, first=first, middle=middle))


def _start_as_nearest(conv):
    """ICNR: pixel shuffle of this convolution starts as nearest neighbour of a smaller one."""
    with torch.no_grad():
        weight = conv.weight[::4].numpy()  # PyTorch's own start, a quarter of it
        conv.weight.copy_(torch.from_numpy(icnr(weight, 2)))
        conv.bias.copy_(conv.bias[::4].repeat_interleave(4))
