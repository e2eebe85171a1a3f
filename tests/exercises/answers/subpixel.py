"""Answers to the tasks on pixel shuffle."""

# %% subpixel-layout | right
x = np.arange(16).reshape(2, 2, 2, 1, 2)
shuffled = x.transpose(0, 3, 1, 4, 2).reshape(2, 2, 4)

# %% subpixel-layout | wrong: the shape | two maps
shuffled = [[0, 2, 1, 3], [4, 6, 5, 7], [8, 10, 9, 11], [12, 14, 13, 15]]

# %% subpixel-layout | wrong: the shape | two maps
shuffled = [[[0, 2], [4, 6], [1, 3], [5, 7]], [[8, 10], [12, 14], [9, 11], [13, 15]]]

# %% subpixel-layout | wrong: one block for each place | left cells only
shuffled = [[[0, 1, 2, 3], [4, 5, 6, 7]], [[8, 9, 10, 11], [12, 13, 14, 15]]]  # side by side

# %% subpixel-layout | wrong: the order of the channels | [0, 0, 1]
shuffled = [[[0, 4, 1, 5], [8, 12, 9, 13]], [[2, 6, 3, 7], [10, 14, 11, 15]]]  # the other library

# %% subpixel-layout | wrong: the order of the channels | [0, 0, 1]
shuffled = [[[0, 4, 1, 5], [2, 6, 3, 7]], [[8, 12, 9, 13], [10, 14, 11, 15]]]  # i and j swapped


# %% subpixel-start | right
def start(weight, bias, r):
    new_weight = [kernel for kernel in weight for _ in range(r * r)]
    return np.array(new_weight), [b for b in bias for _ in range(r * r)]


# %% subpixel-start | right
def start(weight, bias, r):
    C, *rest = weight.shape
    wide = np.broadcast_to(weight[:, None], (C, r * r, *rest)).reshape(-1, *rest)
    return [wide, np.kron(bias, np.ones(r * r))]


# %% subpixel-start | wrong: the shapes | a pair with the shapes (4, 2, 3, 3) and (4,)
def start(weight, bias, r):  # r copies
    return np.repeat(weight, r, axis=0), np.repeat(bias, r)


# %% subpixel-start | wrong: the shapes | a pair with the shapes
def start(weight, bias, r):  # channel axes swapped
    return np.repeat(weight, r**2, axis=1), np.repeat(bias, r**2)


# %% subpixel-start | wrong: one output channel | begins with the block
def start(weight, bias, r):  # shared out
    return np.repeat(weight, r**2, axis=0) / r**2, np.repeat(bias, r**2)


# %% subpixel-start | wrong: one output channel | begins with the block
def start(weight, bias, r):  # a bed of nails
    nails = np.zeros((len(weight) * r**2, *weight.shape[1:]))
    nails[:: r**2] = weight
    return nails, np.repeat(bias, r**2)


# %% subpixel-start | wrong: several output channels | map 0 begins with the block
def start(weight, bias, r):  # one channel cannot notice
    return np.tile(weight, (r**2, 1, 1, 1)), np.tile(bias, r**2)


# %% subpixel-start | wrong: the bias | map 0 begins with the block
def start(weight, bias, r):
    return np.repeat(weight, r**2, axis=0), np.tile(bias, r**2)


# %% subpixel-start | wrong: the bias | map 0 begins with the block
def start(weight, bias, r):  # only the kernels repeated
    padded = np.zeros(len(bias) * r**2)
    padded[: len(bias)] = bias
    return np.repeat(weight, r**2, axis=0), padded


# %% subpixel-kernels | right
def sub_kernels(kernel, r):
    rows, k = [], -(-len(kernel) // r)
    for q in range(r):
        taps = list(kernel[q::r])
        rows.append(([*taps, 0] if len(taps) < k else taps)[::-1])
    return rows


# %% subpixel-kernels | right
def sub_kernels(kernel, r):
    k = -(-len(kernel) // r)
    v = np.zeros((r, k))
    for j, tap in enumerate(kernel):
        v[j % r, k - 1 - j // r] = tap
    return v


# %% subpixel-kernels | wrong: the shape | [2, 20], [1, 10]]
def sub_kernels(kernel, r):  # k rows of r
    k = -(-len(kernel) // r)
    return np.pad(kernel, (0, r * k - len(kernel))).reshape(k, r)[::-1]


# %% subpixel-kernels | wrong: the shape | shape (2, 3)
def sub_kernels(kernel, r):  # zeros between the taps
    v = np.zeros((r, len(kernel)))
    for q in range(r):
        v[q, q::r] = kernel[q::r]
    return v[:, ::-1]


# %% subpixel-kernels | wrong: the taps of each row | row 0
def sub_kernels(kernel, r):  # neighbours, not every r-th
    k = -(-len(kernel) // r)
    return np.pad(kernel, (0, r * k - len(kernel))).reshape(r, k)[:, ::-1]


# %% subpixel-kernels | wrong: the taps of each row | row 0
def sub_kernels(kernel, r):  # zeros at the beginning
    k = -(-len(kernel) // r)
    return np.pad(kernel, (r * k - len(kernel), 0)).reshape(k, r).T[:, ::-1]


# %% subpixel-kernels | wrong: the taps of each row | row 0
def sub_kernels(kernel, r):  # the last row first
    k = -(-len(kernel) // r)
    return np.pad(kernel, (0, r * k - len(kernel))).reshape(k, r).T[::-1, ::-1]


# %% subpixel-kernels | wrong: the order in a row | and not
def sub_kernels(kernel, r):  # not flipped
    k = -(-len(kernel) // r)
    return np.pad(kernel, (0, r * k - len(kernel))).reshape(k, r).T


# %% subpixel-kernels | wrong: the order in a row | and not
def sub_kernels(kernel, r):  # flipped before the zeros are put on
    k = -(-len(kernel) // r)
    return np.array([np.pad(kernel[q::r][::-1], (0, k - len(kernel[q::r]))) for q in range(r)])
