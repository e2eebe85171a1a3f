"""Answers to the tasks on the backward pass."""

# %% gradient-predict | right
gradients = np.array([np.convolve(np.ones(6), [2, 1, -2]),
                      [*np.convolve([1, 0, 1, 0, 1], [2, 1, -2]), 0]])

# %% gradient-predict | wrong: eight numbers each | 8 input cells
gradients = [[2, 3, 1, 1, 1, 1, -1, -2], [2, 1, 0, 1, 0, 1, -2]]

# %% gradient-predict | wrong: eight numbers each | 8 input cells
gradients = [[1, 1, 1, 1, 1, 1], [1, 1, 1]]

# %% gradient-predict | wrong: stride 1 | for cell 0
gradients = [[-2, -1, 1, 1, 1, 1, 3, 2], [-2, 1, 0, 1, 0, 1, 2, 0]]

# %% gradient-predict | wrong: stride 1 | for cell 6
gradients = [[2, 3, 1, 1, 1, 1, 1, 1], [2, 1, 0, 1, 0, 1, 0, 1]]

# %% gradient-predict | wrong: stride 2 | for cell 6
gradients = [[2, 3, 1, 1, 1, 1, -1, -2], [2, 1, 0, 1, 0, 1, 0, 1]]

# %% gradient-predict | wrong: stride 2 | for cell 1
gradients = [[2, 3, 1, 1, 1, 1, -1, -2], [2, 3, 1, 1, -1, -2, 0, 0]]


# %% gradient-backward | right
def input_gradient(dy, kernel, shape, stride=1):
    dx = np.zeros(shape)
    for r, c in np.ndindex(*dy.shape):
        for i, j in np.ndindex(*kernel.shape):
            dx[stride * r + i, stride * c + j] += dy[r, c] * kernel[i, j]
    return dx


# %% gradient-backward | right
def input_gradient(dy, kernel, shape, stride=1):
    rows, columns = (stride * (m - 1) + 1 for m in dy.shape)
    stuffed = np.zeros((rows, columns))
    stuffed[::stride, ::stride] = dy
    dx = np.zeros(shape)
    for (i, j), tap in np.ndenumerate(kernel):
        dx[i : i + rows, j : j + columns] += tap * stuffed
    return dx


# %% gradient-backward | wrong: the shape | shape (5, 7), that of x
def input_gradient(dy, kernel, shape, stride=1):  # the smallest size that fits
    (a, b), (h, v) = dy.shape, kernel.shape
    dx = np.zeros((stride * (a - 1) + h, stride * (b - 1) + v))
    for r, c in np.ndindex(a, b):
        dx[stride * r : stride * r + h, stride * c : stride * c + v] += dy[r, c] * kernel
    return dx


# %% gradient-backward | wrong: one output | 1 at [1, 1]
def input_gradient(dy, kernel, shape, stride=1):  # flipped
    dx = np.zeros(shape)
    h, v = kernel.shape
    for r, c in np.ndindex(*dy.shape):
        dx[stride * r : stride * r + h, stride * c : stride * c + v] += (
            dy[r, c] * kernel[::-1, ::-1])
    return dx


# %% gradient-backward | wrong: all outputs | at [0, 1]
def input_gradient(dy, kernel, shape, stride=1):  # each stamp overwrites the last one
    dx = np.zeros(shape)
    h, v = kernel.shape
    for r, c in np.ndindex(*dy.shape):
        part = dy[r, c] * kernel
        here = dx[stride * r : stride * r + h, stride * c : stride * c + v]
        here[part != 0] = part[part != 0]
    return dx


# %% gradient-backward | wrong: stride | at [0, 1]
def input_gradient(dy, kernel, shape, stride=1):  # right for one output only
    dx = np.zeros(shape)
    h, v = kernel.shape
    step = stride if np.count_nonzero(dy) == 1 else 1
    for r, c in np.ndindex(*dy.shape):
        dx[step * r : step * r + h, step * c : step * c + v] += dy[r, c] * kernel
    return dx


# %% gradient-backward | wrong: one output | at [1, 1]
def input_gradient(dy, kernel, shape, stride=1):  # stride forgotten
    dx = np.zeros(shape)
    h, v = kernel.shape
    for r, c in np.ndindex(*dy.shape):
        dx[r : r + h, c : c + v] += dy[r, c] * kernel
    return dx


# %% gradient-repeat | right
def transposed_repeat(y, r):
    return [sum(y[i : i + r]) for i in range(0, len(y), r)]


# %% gradient-repeat | right
def transposed_repeat(y, r):
    return np.repeat(np.eye(len(y) // r), r, axis=0).T @ y


# %% gradient-repeat | wrong: the length | 3 numbers
def transposed_repeat(y, r):
    return np.repeat(y, r)


# %% gradient-repeat | wrong: the length | 3 numbers
def transposed_repeat(y, r):  # a moving sum
    return np.convolve(y, np.ones(r), mode="valid")


# %% gradient-repeat | wrong: the identity | they are 3 and 1.5
def transposed_repeat(y, r):  # the mean
    return y.reshape(-1, r).mean(axis=1)


# %% gradient-repeat | wrong: the identity | they are 3 and 1
def transposed_repeat(y, r):  # an inverse, and no transpose
    return y[::r]


# %% gradient-repeat | wrong: the identity | they are 3 and 5
def transposed_repeat(y, r):  # the transpose of np.tile
    return y.reshape(r, -1).sum(axis=0)
