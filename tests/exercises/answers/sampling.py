"""Answers to the tasks on new digits."""

# %% sampling-distances | right
moments = [(np.mean(s), np.std(s)) for s in [[0, 4], *sets]]
distances = np.array([(m - 2) ** 2 + (d - 2) ** 2 for m, d in moments[1:]])

# %% sampling-distances | wrong: four distances | four numbers
distances = [1, 4, 20]

# %% sampling-distances | wrong: four distances | no negative distance, as at [1]
distances = [1, -2, 4, 0]

# %% sampling-distances | wrong: another mean | another number at [0]
distances = [2, 4, 20, 0]  # both ends have moved by 1

# %% sampling-distances | wrong: another spread | another number at [1]
distances = [1, 16, 1028, 0]  # variances for deviations

# %% sampling-distances | wrong: another spread | another number at [1]
distances = [1, 8, 36, 0]  # N - 1

# %% sampling-distances | wrong: another spread | another number at [2]
distances = [1, 4, 18, 0]  # the mean not squared

# %% sampling-distances | wrong: what it sees | another number at [3]
distances = [1, 4, 20, 2]  # twice as many numbers


# %% sampling-draw | right
def draw(codes, noise):
    values, vectors = np.linalg.eigh(np.cov(codes.T, ddof=0))
    return (noise * np.sqrt(values)) @ vectors.T + codes.mean(axis=0)


# %% sampling-draw | right
def draw(codes, noise):
    centred = codes - codes.mean(axis=0)
    _, sizes, V = np.linalg.svd(centred, full_matrices=False)
    return [codes.mean(axis=0) + row * sizes @ V / np.sqrt(len(codes)) for row in noise]


# %% sampling-draw | wrong: the shape | shape (2, 2)
def draw(codes, noise):
    return np.random.default_rng(0).multivariate_normal(codes.mean(axis=0), np.cov(codes.T))


# %% sampling-draw | wrong: the centre | came out
def draw(codes, noise):  # the mean forgotten
    return noise @ np.linalg.cholesky(np.cov(codes.T)).T


# %% sampling-draw | wrong: row by row | rows of which each depends on its own row
def draw(codes, noise):  # noise made to have the right moments
    white = (noise - noise.mean(axis=0)) / (noise.std(axis=0) + 1e-9)
    return codes.mean(axis=0) + white @ np.linalg.cholesky(np.cov(codes.T)).T


# %% sampling-draw | wrong: the covariance | of such draws; theirs is
def draw(codes, noise):
    return wrong_draw(codes, noise)


# %% sampling-draw | wrong: the covariance | between the values 0 and 1
def draw(codes, noise):  # the diagonal Gaussian
    return codes.mean(axis=0) + noise * codes.std(axis=0)


# %% sampling-draw | wrong: the covariance | of such draws; theirs is
def draw(codes, noise):  # the factor on the wrong side
    return codes.mean(axis=0) + noise @ np.linalg.cholesky(np.cov(codes.T))


# %% sampling-draw | wrong: the covariance | of such draws; theirs is
def draw(codes, noise):  # the root of every entry
    return codes.mean(axis=0) + noise @ np.sqrt(np.abs(np.cov(codes.T)))


# %% sampling-twin | right
def white_twin(F, G, X):
    values, vectors = np.linalg.eigh(np.cov(F @ X.T, ddof=0))
    root = vectors * np.sqrt(values) @ vectors.T
    return [np.linalg.solve(root, F), G @ root]


# %% sampling-twin | right
def white_twin(F, G, X):
    U, S, V = np.linalg.svd(X @ F.T / np.sqrt(len(X)), full_matrices=False)
    return np.diag(1 / S) @ V @ F, G @ V.T @ np.diag(S)


# %% sampling-twin | wrong: two matrices | matrices of shapes (2, 5) and (5, 2)
def white_twin(F, G, X):
    L = np.linalg.cholesky(np.cov(F @ X.T, ddof=0))
    return X @ np.linalg.solve(L, F).T, G @ L  # the codes for the encoder


# %% sampling-twin | wrong: the reconstructions | G F as it was
def white_twin(F, G, X):  # the decoder is left
    return np.linalg.solve(np.linalg.cholesky(np.cov(F @ X.T, ddof=0)), F), G


# %% sampling-twin | wrong: the reconstructions | G F as it was
def white_twin(F, G, X):  # PCA: another space
    V = np.linalg.svd(X, full_matrices=False)[2][: len(F)]
    return V, V.T


# %% sampling-twin | wrong: the reconstructions | G F as it was
def white_twin(F, G, X):  # the wrong side
    L = np.linalg.cholesky(np.cov(F @ X.T, ddof=0))
    return np.linalg.inv(L) @ F, G @ L.T


# %% sampling-twin | wrong: the spread | variance 1 for every code value
def white_twin(F, G, X):  # the covariance for its root
    C = np.cov(F @ X.T, ddof=0)
    return np.linalg.inv(C) @ F, G @ C


# %% sampling-twin | wrong: the spread | variance 1 for every code value
def white_twin(F, G, X):  # divided by N - 1
    L = np.linalg.cholesky(np.cov(F @ X.T))
    return np.linalg.inv(L) @ F, G @ L


# %% sampling-twin | wrong: no correlation | one of them is
def white_twin(F, G, X):  # each value by itself
    spread = (X @ F.T).std(axis=0)
    return F / spread[:, None], G * spread
