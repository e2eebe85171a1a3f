"""Answers to the tasks on the five views."""

# %% views-meeting | right
def meeting(t, m, k, stride=1, padding=0, dilation=1):
    pairs = []
    for j in reversed(range(k)):
        i, rest = divmod(t + padding - dilation * j, stride)
        if rest == 0 and 0 <= i < m:
            pairs.append([i, j])
    return pairs


# %% views-meeting | right
def meeting(t, m, k, stride=1, padding=0, dilation=1):
    i, j = np.indices((m, k))
    return np.argwhere(stride * i + dilation * j == t + padding)


# %% views-meeting | wrong: stride 1 | no (4, 1)
def meeting(t, m, k, stride=1, padding=0, dilation=1):  # the convolution's own window
    return [(t + j, j) for j in range(k)]


# %% views-meeting | wrong: stride 1 | 1 more, 3 in all
def meeting(t, m, k, stride=1, padding=0, dilation=1):  # off by one
    return [(i, j) for i in range(m) for j in range(k - 1)
            if stride * i + dilation * j - padding == t]


# %% views-meeting | wrong: stride | do not meet in cell 4
def meeting(t, m, k, stride=1, padding=0, dilation=1):  # the stride on the wrong side
    return [(i, j) for i in range(m) for j in range(k) if i + stride * j - padding == t]


# %% views-meeting | wrong: stride | do not meet in cell 4
def meeting(t, m, k, stride=1, padding=0, dilation=1):  # i rounded down
    found = [((t + padding - dilation * j) // stride, j) for j in range(k)]
    return [(i, j) for i, j in found if 0 <= i < m]


# %% views-meeting | wrong: padding | do not meet in cell 3
def meeting(t, m, k, stride=1, padding=0, dilation=1):  # added instead of cropped
    return [(i, j) for i in range(m) for j in range(k)
            if stride * i + dilation * j + padding == t]


# %% views-meeting | wrong: dilation | do not meet in cell 4
def meeting(t, m, k, stride=1, padding=0, dilation=1):
    return [(i, j) for i in range(m) for j in range(k) if stride * i + j - padding == t]


# %% views-weight | right
def conv_weight(weight):
    c_in, c_out, rows, columns = weight.shape
    v = np.zeros((c_out, c_in, rows, columns))
    for c, o, a, b in np.ndindex(*weight.shape):
        v[o, c, rows - 1 - a, columns - 1 - b] = weight[c, o, a, b]
    return v


# %% views-weight | right
def conv_weight(weight):
    import torch
    return torch.tensor(weight).flip(2, 3).transpose(0, 1)


# %% views-weight | wrong: the shape | shape (3, 2, 2, 3)
def conv_weight(weight):
    return wrong_weight(weight).copy()


# %% views-weight | wrong: the shape | shape (3, 2, 2, 3)
def conv_weight(weight):  # flipped, and the channels left as they are
    return weight[:, :, ::-1, ::-1].copy()


# %% views-weight | wrong: the kernel | with stride 2; cell (0, 0)
def conv_weight(weight):  # the channels exchanged, and nothing flipped
    return weight.transpose(1, 0, 2, 3).copy()


# %% views-weight | wrong: the kernel | of output channel 0
def conv_weight(weight):  # along one axis
    return weight[:, :, :, ::-1].transpose(1, 0, 2, 3).copy()


# %% views-weight | wrong: channels | of output channel 0
def conv_weight(weight):  # every axis reversed
    return weight[::-1, ::-1, ::-1, ::-1].transpose(1, 0, 2, 3).copy()


# %% views-weight | wrong: channels | of output channel 0
def conv_weight(weight):  # exchanged only where the shape asks for it
    flipped = weight[:, :, ::-1, ::-1]
    c_in, c_out = weight.shape[:2]
    return flipped.copy() if c_in == c_out else flipped.reshape(c_out, c_in, *weight.shape[2:])


# %% views-weight | wrong: an array of its own | a view of the argument
def conv_weight(weight):
    return weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
