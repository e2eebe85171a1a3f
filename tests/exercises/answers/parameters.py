"""Answers to the tasks on a layer's parameters."""

# %% parameters-labels | right
labels = (([8, 12, 3, 3], 876.0), ([8, 12, 3, 3], 872), (np.array([6, 2, 5]), 60),
          ([8, 3, 1, 3, 3], 228))

# %% parameters-labels | wrong: four pairs | four pairs
labels = [(8, 12, 3, 3), (8, 12, 3, 3), (6, 2, 5), (8, 3, 1, 3, 3)]

# %% parameters-labels | wrong: four pairs | four pairs
labels = [876, 872, 60, 228]

# %% parameters-labels | wrong: the shapes | for A
labels = [((12, 8, 3, 3), 876), ((8, 12, 3, 3), 872), ((6, 2, 5), 60), ((8, 3, 1, 3, 3), 228)]

# %% parameters-labels | wrong: the shapes | for B
labels = [((8, 12, 3, 3), 876), ((12, 8, 3, 3), 872), ((6, 2, 5), 60), ((8, 3, 1, 3, 3), 228)]

# %% parameters-labels | wrong: the shapes | for C
labels = [((8, 12, 3, 3), 876), ((8, 12, 3, 3), 872), ((3, 4, 5), 60), ((2, 12, 1, 3, 3), 228)]

# %% parameters-labels | wrong: the numbers | for B
labels = [((8, 12, 3, 3), 876), ((8, 12, 3, 3), 876), ((6, 2, 5), 60), ((8, 3, 1, 3, 3), 228)]

# %% parameters-labels | wrong: the numbers | for C
labels = [((8, 12, 3, 3), 876), ((8, 12, 3, 3), 872), ((6, 2, 5), 64), ((8, 3, 1, 3, 3), 228)]

# %% parameters-labels | wrong: the numbers | for D
labels = [((8, 12, 3, 3), 876), ((8, 12, 3, 3), 872), ((6, 2, 5), 60), ((8, 3, 1, 3, 3), 219)]


# %% parameters-layer | right
def layer(y, weight, bias, stride=1, groups=1):
    N, c_in, m = y.shape
    k = weight.shape[-1]
    parts = []
    for ys, ws in zip(np.split(y, groups, axis=1), np.split(weight, groups)):
        z = np.zeros((N, weight.shape[1], stride * (m - 1) + k))
        for j in range(k):
            reached = slice(j, j + stride * (m - 1) + 1, stride)
            z[:, :, reached] += np.einsum("ncm,co->nom", ys, ws[..., j])
        parts.append(z)
    return np.concatenate(parts, axis=1) + np.asarray(bias)[:, None]


# %% parameters-layer | wrong: the shape | shape (3, 6, 6)
def layer(y, weight, bias, stride=1, groups=1):  # groups forgotten in the channels
    N, c_in, m = y.shape
    c_out, k = weight.shape[1:]
    z = np.zeros((N, c_out, stride * (m - 1) + k))
    for n, c, o in np.ndindex(N, c_in, c_out):
        z[n, o] += one_channel(y[n, c], weight[c, o], stride)
    return z


# %% parameters-layer | wrong: the shape | shape (1, 3, 4)
def layer(y, weight, bias, stride=1, groups=1):  # no batch
    return np.zeros((len(bias), stride * (y.shape[2] - 1) + weight.shape[2]))


# %% parameters-layer | wrong: channels | at [0, 0, 0]
def layer(y, weight, bias, stride=1, groups=1):  # channel axes exchanged where they can be
    N, c_in, m = y.shape
    c_out = len(bias)
    if weight.shape[0] == weight.shape[1]:
        weight = weight.swapaxes(0, 1)
    z = np.zeros((N, c_out, stride * (m - 1) + weight.shape[2]))
    for n, c, o in np.ndindex(N, c_in, weight.shape[1]):
        z[n, o] += one_channel(y[n, c], weight[c, o], stride)
    return z + bias[:, None]


# %% parameters-layer | wrong: channels | with -5 at [0, 0, 1]
def layer(y, weight, bias, stride=1, groups=1):  # the last channel overwrites the others
    N, c_in, m = y.shape
    z = np.zeros((N, len(bias), stride * (m - 1) + weight.shape[2]))
    for n, c, o in np.ndindex(N, c_in, weight.shape[1]):
        z[n, o] = one_channel(y[n, c], weight[c, o], stride)
    return z + bias[:, None]


# %% parameters-layer | wrong: the bias | at [0, 0, 0]
def layer(y, weight, bias, stride=1, groups=1):
    N, c_in, m = y.shape
    z = np.zeros((N, len(bias), stride * (m - 1) + weight.shape[2]))
    for n, c, o in np.ndindex(N, c_in, weight.shape[1]):
        z[n, o] += one_channel(y[n, c], weight[c, o], stride)
    return z


# %% parameters-layer | wrong: the bias | at [0, 0, 0]
def layer(y, weight, bias, stride=1, groups=1):  # once for each input channel
    N, c_in, m = y.shape
    z = np.zeros((N, len(bias), stride * (m - 1) + weight.shape[2]))
    for n, c, o in np.ndindex(N, c_in, weight.shape[1]):
        z[n, o] += one_channel(y[n, c], weight[c, o], stride) + bias[o]
    return z


# %% parameters-layer | wrong: the batch | at [1, 0, 0]
def layer(y, weight, bias, stride=1, groups=1):  # the first example only
    N, c_in, m = y.shape
    z = np.zeros((N, len(bias), stride * (m - 1) + weight.shape[2]))
    for c, o in np.ndindex(c_in, weight.shape[1]):
        z[0, o] += one_channel(y[0, c], weight[c, o], stride)
    return z + bias[:, None]


# %% parameters-layer | wrong: groups | at [0, 0, 0]
def layer(y, weight, bias, stride=1, groups=1):  # every group into the first channels
    N, c_in, m = y.shape
    z = np.zeros((N, len(bias), stride * (m - 1) + weight.shape[2]))
    for n, c, o in np.ndindex(N, c_in, weight.shape[1]):
        z[n, o] += one_channel(y[n, c], weight[c, o], stride)
    return z + bias[:, None]


# %% parameters-layer | wrong: groups | groups=2
def layer(y, weight, bias, stride=1, groups=1):  # groups dealt out in turn
    N, c_in, m = y.shape
    per_group = weight.shape[1]
    z = np.zeros((N, len(bias), stride * (m - 1) + weight.shape[2]))
    for n, c, o in np.ndindex(N, c_in, per_group):
        z[n, (c % groups) * per_group + o] += one_channel(y[n, c], weight[c, o], stride)
    return z + bias[:, None]
