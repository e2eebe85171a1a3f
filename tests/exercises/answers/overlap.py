"""Answers to the tasks on overlap counts."""

# %% overlap-phases | right
def phase_counts(k, stride, dilation=1):
    counts = np.zeros(stride)
    np.add.at(counts, np.arange(k) * dilation % stride, 1)
    return counts


# %% overlap-phases | right
def phase_counts(k, stride, dilation=1):  # the middle of a count made by stamps
    z = np.zeros(stride * 79 + dilation * (k - 1) + 1)
    for i in range(80):
        z[stride * i : stride * i + dilation * (k - 1) + 1 : dilation] += 1
    return tuple(z[stride * 40 : stride * 41])


# %% overlap-phases | wrong: every tap belongs to one phase | the sum 7, and not 6
def phase_counts(k, stride, dilation=1):  # what is left over is forgotten
    return [k // stride] * stride


# %% overlap-phases | wrong: every tap belongs to one phase | 3 counts
def phase_counts(k, stride, dilation=1):
    return sorted({k // stride, -(-k // stride)})


# %% overlap-phases | wrong: every tap belongs to one phase | the sum 7, and not 6
def phase_counts(k, stride, dilation=1):  # off by one: the last tap is left out
    return [len(range(r, k - 1, stride)) for r in range(stride)]


# %% overlap-phases | wrong: without dilation | 3 at [0]
def phase_counts(k, stride, dilation=1):  # in the wrong order
    return [len(range(r, k, stride)) for r in range(stride)][::-1]


# %% overlap-phases | wrong: without dilation | 3 at [0]
def phase_counts(k, stride, dilation=1):  # phases counted from 1
    return [sum(dilation * j % stride == (r + 1) % stride for j in range(k))
            for r in range(stride)]


# %% overlap-phases | wrong: with dilation | 4 at [0]
def phase_counts(k, stride, dilation=1):  # dilation forgotten
    return [len(range(r, k, stride)) for r in range(stride)]


# %% overlap-rim | right
def rim(k, stride, padding=0, output_padding=0):  # by counting
    canvas = np.zeros(stride * 29 + k + output_padding)
    for i in range(30):
        canvas[stride * i : stride * i + k] += 1
    full = np.array([len(range(r, k, stride)) for r in range(stride)])
    t = np.arange(padding, len(canvas) - padding)
    short = t[canvas[t] < full[t % stride]]
    return [np.sum(short < len(canvas) / 2), np.sum(short > len(canvas) / 2)]


# %% overlap-rim | wrong: the whole canvas | 3 at [0]
def rim(k, stride, padding=0, output_padding=0):  # stride on the wrong side
    return max(k - 1 - padding, 0), max(k - 1 - padding + output_padding, 0)


# %% overlap-rim | wrong: the whole canvas | 3 at [0]
def rim(k, stride, padding=0, output_padding=0):  # off by one
    ramp = k - stride - 1
    return max(ramp - padding, 0), max(ramp - padding + output_padding, 0)


# %% overlap-rim | wrong: the whole canvas | shape (2,)
def rim(k, stride, padding=0, output_padding=0):
    return max(k - stride - padding, 0)


# %% overlap-rim | wrong: with padding | 1 at [0]
def rim(k, stride, padding=0, output_padding=0):  # padding added, not cropped
    ramp = k - stride
    return ramp + padding, ramp + padding + output_padding


# %% overlap-rim | wrong: with padding | [0]
def rim(k, stride, padding=0, output_padding=0):  # less than nothing
    ramp = k - stride
    return ramp - padding, ramp - padding + output_padding


# %% overlap-rim | wrong: with padding | 1 at [0]
def rim(k, stride, padding=0, output_padding=0):  # all of it at each end
    ramp = k - stride
    return max(ramp - 2 * padding, 0), max(ramp - 2 * padding + output_padding, 0)


# %% overlap-rim | wrong: with output padding | 1 at [1]
def rim(k, stride, padding=0, output_padding=0):  # output padding forgotten
    return (max(k - stride - padding, 0),) * 2


# %% overlap-rim | wrong: with output padding | 0 at [0]
def rim(k, stride, padding=0, output_padding=0):  # at both ends
    return (max(k - stride - padding + output_padding, 0),) * 2


# %% overlap-rim | wrong: with output padding | 0 at [1]
def rim(k, stride, padding=0, output_padding=0):  # clipped too early
    left = max(k - stride - padding, 0)
    return left, left + output_padding
