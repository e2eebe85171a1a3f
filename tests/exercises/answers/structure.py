"""Answers to the tasks on the structure of the matrix."""

# %% structure-settings | right
settings = np.array([[2, 1, 1], [1, 2, 2], [3, 2, 2]])

# %% structure-settings | wrong: three triples | three times
settings = [2, 1, 1]

# %% structure-settings | wrong: three triples | three times
settings = [(2, 1, 0), (1, 2, 1), (3, 2, 1)]

# %% structure-settings | wrong: dilation | for B
settings = [(2, 1, 1), (1, 1, 1), (3, 2, 2)]

# %% structure-settings | wrong: dilation | for C
settings = [(2, 1, 1), (1, 2, 2), (2, 2, 3)]

# %% structure-settings | wrong: stride | for A
settings = [(1, 1, 1), (1, 2, 2), (3, 2, 2)]

# %% structure-settings | wrong: stride | for C
settings = [(2, 1, 1), (1, 2, 2), (2, 2, 2)]

# %% structure-settings | wrong: padding | the matrix B; yours give 4 rows, the first [0, 2, 0, 3
settings = [(2, 1, 1), (1, 1, 2), (3, 1, 2)]

# %% structure-settings | wrong: padding | the matrix A
settings = [(2, 0, 1), (1, 2, 2), (3, 2, 2)]


# %% structure-patches | right
def patches(x, k, stride=1):
    channels, rows, columns = x.shape
    taps = []
    for c, a, b in np.ndindex(channels, k, k):
        taps.append(x[c, a : rows - k + a + 1 : stride, b : columns - k + b + 1 : stride].ravel())
    return np.array(taps)


# %% structure-patches | right
def patches(x, k, stride=1):
    places = []
    for r in range(0, x.shape[1] - k + 1, stride):
        for c in range(0, x.shape[2] - k + 1, stride):
            places.append(x[:, r : r + k, c : c + k].ravel().tolist())
    return [list(row) for row in zip(*places)]


# %% structure-patches | wrong: the shape | shape (4, 6)
def patches(x, k, stride=1):  # patches as rows
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return windows.transpose(1, 2, 0, 3, 4).reshape(-1, x.shape[0] * k * k)


# %% structure-patches | wrong: the shape | shape (27, 15)
def patches(x, k, stride=1):  # each channel by itself
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return windows.transpose(3, 4, 0, 1, 2).reshape(k * k, -1)


# %% structure-patches | wrong: one channel | at [1, 0]
def patches(x, k, stride=1):  # columns of the patch first
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return windows.transpose(0, 4, 3, 1, 2).reshape(x.shape[0] * k * k, -1)


# %% structure-patches | wrong: one channel | at [0, 2]
def patches(x, k, stride=1):  # reshaped without moving an axis
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return windows.reshape(x.shape[0] * k * k, -1)


# %% structure-patches | wrong: several channels | at [1, 0]
def patches(x, k, stride=1):  # channels fastest
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return windows[:, ::stride, ::stride].transpose(3, 4, 0, 1, 2).reshape(
        x.shape[0] * k * k, -1)


# %% structure-patches | wrong: stride | shape (4, 2)
def patches(x, k, stride=1):
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return windows.transpose(0, 3, 4, 1, 2).reshape(x.shape[0] * k * k, -1)


# %% structure-patches | wrong: stride | shape (4, 2)
def patches(x, k, stride=1):  # the picture thinned, and not the places
    x = x[:, ::stride, ::stride]
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return windows.transpose(0, 3, 4, 1, 2).reshape(x.shape[0] * k * k, -1)
