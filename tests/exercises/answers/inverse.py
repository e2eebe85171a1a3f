"""Answers to the tasks on what is no inverse."""

# %% inverse-twin | right
def twin(x, kernel):
    (a, b), (c, d) = kernel
    v = np.zeros(x.shape)
    v[0], v[:, 0] = 1, 1
    for r, q in np.ndindex(x.shape[0] - 1, x.shape[1] - 1):  # d is not 0 here
        v[r + 1, q + 1] = -(a * v[r, q] + b * v[r, q + 1] + c * v[r + 1, q]) / d
    return (x + v).tolist()


# %% inverse-twin | right
def twin(x, kernel):
    W = ops.conv_matrix(kernel, x.shape)
    other = 100 * np.random.default_rng(0).normal(size=x.size)
    return x + (other - np.linalg.pinv(W) @ (W @ other)).reshape(x.shape)


# %% inverse-twin | wrong: the shape | shape (3, 3), as x
def twin(x, kernel):
    W = ops.conv_matrix(kernel, x.shape)
    return x.reshape(-1) + 10 * np.linalg.svd(W)[2][-1]


# %% inverse-twin | wrong: another picture | the largest is 0
def twin(x, kernel):
    return x


# %% inverse-twin | wrong: another picture | the largest is 0
def twin(x, kernel):  # the shortest of all; for a picture of zeros it is that picture
    W = ops.conv_matrix(kernel, x.shape)
    shortest = (np.linalg.pinv(W) @ (W @ x.reshape(-1))).reshape(x.shape)
    return x + 100 * (shortest - x)


# %% inverse-twin | wrong: the same convolution | at [0, 0]
def twin(x, kernel):  # the claim itself: there and back
    return ops.conv_transpose(ops.conv(x, kernel), kernel) + 1


# %% inverse-twin | wrong: the same convolution | at [0, 0]
def twin(x, kernel):  # the chapter's stripes, whatever the kernel is
    return x + np.where(np.arange(x.shape[0])[:, None] % 2, -1, 1)


# %% inverse-energy | right
kernels = np.array([[3, -2], [0, -1], [0, 1]])

# %% inverse-energy | right
kernels = [(0.25, 0.75), (np.sqrt(0.5), np.sqrt(0.5)), (1, 0)]

# %% inverse-energy | wrong: three pairs | three pairs
kernels = [1, 1, 1]

# %% inverse-energy | wrong: the sum | kernel A preserves
kernels = [(1, 1), (0.6, 0.8), (1, 0)]

# %% inverse-energy | wrong: the sum | kernel C preserves
kernels = [(0.5, 0.5), (0.6, 0.8), (0.6, 0.8)]

# %% inverse-energy | wrong: the squares | kernel B preserves
kernels = [(0.5, 0.5), (0.5, 0.5), (1, 0)]

# %% inverse-energy | wrong: the squares | kernel C preserves
kernels = [(0.5, 0.5), (0.6, 0.8), (0.5, 0.5)]

# %% inverse-energy | wrong: one without the other | kernel A does not
kernels = [(1, 0), (1, 0), (1, 0)]

# %% inverse-energy | wrong: one without the other | kernel B does not
kernels = [(0.5, 0.5), (0, 1), (1, 0)]


# %% inverse-test | right
def brings_back(B, W):
    return max(np.abs(B @ (W @ x) - x).max() for x in np.eye(W.shape[1])) < 1e-6


# %% inverse-test | right
def brings_back(B, W):
    x = np.random.default_rng(0).normal(size=W.shape[1])
    return bool(np.allclose(B @ W @ x, x, rtol=0, atol=1e-6))


# %% inverse-test | wrong: an inverse | expected  True
def brings_back(B, W):  # the other way round
    return bool(np.allclose(W @ B, np.eye(W.shape[0])))


# %% inverse-test | wrong: an inverse | expected  True
def brings_back(B, W):  # without rounding
    return np.array_equal(B @ W, np.eye(W.shape[1]))


# %% inverse-test | wrong: an inverse | expected  True
def brings_back(B, W):  # the adjoint test
    return np.allclose(B, W.T)


# %% inverse-test | wrong: an inverse | LinAlgError
def brings_back(B, W):  # only square matrices
    return np.allclose(B, np.linalg.inv(W))


# %% inverse-test | wrong: no inverse | expected  False
def brings_back(B, W):  # the claim: the shape comes back
    return (B @ W @ np.ones(W.shape[1])).shape == (W.shape[1],)


# %% inverse-test | wrong: no inverse | expected  False
def brings_back(B, W):  # one input, and that one is zero
    return bool(np.allclose(B @ W @ np.zeros(W.shape[1]), 0))


# %% inverse-test | wrong: fewer outputs than inputs | expected  False
def brings_back(B, W):  # the outputs come back
    return bool(np.allclose(W @ B @ W, W))


# %% inverse-test | wrong: fewer outputs than inputs | expected  False
def brings_back(B, W):  # in either order
    return bool(any(np.allclose(P, np.eye(len(P))) for P in (B @ W, W @ B)))
