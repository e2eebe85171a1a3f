"""A kernel's window: how far it reaches, how it moves, and the sizes that follow from it.

On each axis: input n, kernel k, output m, stride s, padding p, dilation d, output padding a.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from ..arguments import MAX_INT64, one_of, per_axis, plural, refuse


def extent(kernel_size, dilation):
    """Cells from a kernel's first tap to its last, both included, on one axis."""
    return dilation * (kernel_size - 1) + 1


@dataclass(frozen=True)
class Window:
    """The settings of an operator, checked: one entry per axis in each of them.

    ``output_padding`` belongs to a transposed convolution. ``padding_after`` is the padding at
    the end of the axes, where it differs from ``padding``, that at the beginning.
    """

    kernel_size: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    output_padding: tuple | None = None
    padding_after: tuple | None = None

    @classmethod
    def convolution(cls, kernel_size, stride, padding, dilation):
        """The window of a convolution from what the caller gave; ``kernel_size`` is checked.

        ``padding`` may be a word: "same" puts an odd cell of padding after, as PyTorch does.
        """
        axes, in_words = len(kernel_size), isinstance(padding, str)
        s = per_axis("stride", stride, axes, 1)
        p = (0,) * axes if in_words else per_axis("padding", padding, axes, 0)
        window = cls(kernel_size, s, p, per_axis("dilation", dilation, axes, 1))
        if not in_words or one_of("padding", padding, ("valid", "same")) == "valid":
            return window
        if max(s) > 1:
            refuse(
                "padding",
                padding,
                f"does not go with stride={stride!r}",
                "use stride=1, or give the padding in numbers",
            )
        return replace(
            window,
            padding=tuple((e - 1) // 2 for e in window.extent),
            padding_after=tuple(e // 2 for e in window.extent),
        )

    @classmethod
    def transposed(cls, kernel_size, stride, padding, output_padding, dilation):
        """The window of a transposed convolution; ``kernel_size`` is checked.

        PyTorch's rule, on each axis: output_padding < max(stride, dilation).
        """
        axes = len(kernel_size)
        stride = per_axis("stride", stride, axes, 1)
        padding = per_axis("padding", padding, axes, 0)
        output_padding = per_axis("output_padding", output_padding, axes, 0)
        dilation = per_axis("dilation", dilation, axes, 1)
        for axis, (a, s, d) in enumerate(zip(output_padding, stride, dilation, strict=True)):
            if a >= max(s, d):
                output_padding.refuse(
                    f"is too large on axis {axis}: it must be smaller than the stride ({s}) or "
                    f"the dilation ({d})",
                    f"use at most {max(s, d) - 1} there",
                )
        return cls(kernel_size, stride, padding, dilation, output_padding)

    @property
    def sides(self):
        """The padding of each axis as a pair, before and after."""
        return list(zip(self.padding, self.padding_after or self.padding, strict=True))

    @cached_property
    def extent(self):
        """Cells from a kernel's first tap to its last, per axis."""
        return tuple(map(extent, self.kernel_size, self.dilation))

    def span(self, count):
        """Cells from the first to the last that so many windows reach: s (m - 1) + e."""
        return tuple(
            s * (m - 1) + e for m, s, e in zip(count, self.stride, self.extent, strict=True)
        )

    def output_size(self, size):
        """What a convolution makes of a checked ``size``: m = floor((n + 2p - e) / s) + 1."""
        sizes = []
        for axis, (n, e, (before, after)) in enumerate(
            zip(size, self.extent, self.sides, strict=True)
        ):
            padded = before + n + after
            if padded < e:
                missing = e - padded
                size.refuse(
                    f"is too small on axis {axis}: with padding {plural(padded, 'cell')}, but "
                    f"kernel {self.kernel_size[axis]} with dilation {self.dilation[axis]} reaches "
                    f"over {e}",
                    f"use {plural(n + missing, 'cell')} or more there, padding "
                    f"{before + (missing + 1) // 2} or more, or a smaller kernel or dilation",
                )
            if padded > MAX_INT64:
                size.refuse(
                    f"is too large on axis {axis}: with padding {padded} cells",
                    "use a smaller padding or size, 2**63 - 1 cells at most together",
                )
            sizes.append((padded - e) // self.stride[axis] + 1)
        return tuple(sizes)

    def canvas_size(self, size):
        """What a transposed convolution makes before padding crops it: s (m - 1) + e + a."""
        return tuple(n + a for n, a in zip(self.span(size), self.output_padding, strict=True))

    def crop(self, canvas_size):
        """The part of the canvas that padding leaves, as a slice per axis."""
        return tuple(slice(p, n - p) for n, p in zip(canvas_size, self.padding, strict=True))

    def transposed_size(self, size):
        """What a transposed convolution makes of a size: n' = s (m - 1) + e - 2p + a."""
        return self.cropped_size(self.canvas_size(size))

    def checked_transposed_size(self, size, least=1):
        """The same of a checked ``size``, refused where the result has fewer cells or too many."""
        canvas_size = self.canvas_size(size)
        for axis, full in enumerate(canvas_size):
            if full > MAX_INT64:
                size.refuse(
                    f"is too large on axis {axis}: the canvas would have {full} cells",
                    "use a smaller size, stride or dilation, for 2**63 - 1 cells at most",
                )
        return self.checked_cropped_size(canvas_size, least)

    def cropped_size(self, canvas_size):
        """What padding leaves of a canvas."""
        return tuple(n - 2 * p for n, p in zip(canvas_size, self.padding, strict=True))

    def checked_cropped_size(self, canvas_size, least):
        """The same, refused where padding leaves fewer than ``least`` cells on an axis."""
        sizes = self.cropped_size(canvas_size)
        for axis, (full, size) in enumerate(zip(canvas_size, sizes, strict=True)):
            if size < least:
                most = (full - least) // 2
                self.padding.refuse(
                    f"leaves an output of size {size} on axis {axis}",
                    f"use at most {most} there" if most >= 0 else "use a larger kernel",
                )
        return sizes
