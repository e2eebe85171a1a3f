"""Answers to the tasks on the best straight code."""

# %% linear-points | right
four_points = (5.0, 1.0, 0.0, np.array([3.0, 2.0]))

# %% linear-points | wrong: four entries | [error, error, error, [x, y]]
four_points = [5, 1, 0, 3, 2]

# %% linear-points | wrong: a code of no numbers | another value at [0]
four_points = [5.5, 1, 0, [3, 2]]  # the mean not subtracted

# %% linear-points | wrong: a code of no numbers | another value at [0]
four_points = [10, 2, 0, [3, 2]]  # per point

# %% linear-points | wrong: a code of one number | another value at [1]
four_points = [5, 4, 0, [3, 2]]  # the variance that is kept

# %% linear-points | wrong: a code of two numbers | another value at [2]
four_points = [5, 1, 1, [3, 2]]

# %% linear-points | wrong: the point that comes back | another value at [3]
four_points = [5, 1, 0, [2, 2]]  # the mean not added again

# %% linear-points | wrong: the point that comes back | another value at [3]
four_points = [5, 1, 0, [2.5, 2.5]]  # the mean not subtracted


# %% linear-bugs | right
def honest_error(fitting, held_out, d):
    x, new = fitting.astype(float).reshape(len(fitting), -1), held_out.astype(float)
    _, directions = np.linalg.eigh(np.cov(x.T))
    left_out = directions[:, : x.shape[1] - d]
    off = (new.reshape(len(new), -1) - x.mean(axis=0)) @ left_out
    return np.sum(off**2) / new.size / 255**2


# %% linear-bugs | right
def honest_error(fitting, held_out, d):
    from lib.nets.pca import PCA

    pca = PCA(fitting, min(len(fitting), fitting[0].size))
    codes = pca.encode(held_out)
    codes[:, d:] = 0
    return float(np.mean((pca.decode(codes).reshape(held_out.shape) - held_out / 255) ** 2))


# %% linear-bugs | wrong: the scale | a number from 0 to 1
def honest_error(fitting, held_out, d):  # 0-255 for 0-1
    x, new = (z.reshape(len(z), -1).astype(float) for z in (fitting, held_out))
    mean = x.mean(axis=0)
    components = np.linalg.svd(x - mean, full_matrices=False)[2][:d]
    rebuilt = (new - mean) @ components.T @ components + mean
    return np.mean((new - rebuilt) ** 2)


# %% linear-bugs | wrong: the scale | a number from 0 to 1
def honest_error(fitting, held_out, d):
    return wrong_error(fitting, held_out, d)


# %% linear-bugs | wrong: the mean | 0.
def honest_error(fitting, held_out, d):  # the mean not subtracted
    x, new = (z.reshape(len(z), -1) / 255 for z in (fitting, held_out))
    components = np.linalg.svd(x, full_matrices=False)[2][:d]
    return np.mean((new - new @ components.T @ components) ** 2)


# %% linear-bugs | wrong: the mean | 0.
def honest_error(fitting, held_out, d):  # the mean subtracted and not added again
    x, new = (z.reshape(len(z), -1) / 255 for z in (fitting, held_out))
    mean = x.mean(axis=0)
    components = np.linalg.svd(x - mean, full_matrices=False)[2][:d]
    return np.mean((new - (new - mean) @ components.T @ components) ** 2)


# %% linear-bugs | wrong: the scale | in line 2 of the cell
def honest_error(fitting, held_out, d):
    return np.mean((new - new @ components.T @ components) ** 2)


# %% linear-bugs | wrong: fitted to other pictures | 0.
def honest_error(fitting, held_out, d):  # fitted to the held-out pictures
    new = held_out.reshape(len(held_out), -1) / 255
    new = new - new.mean(axis=0)
    components = np.linalg.svd(new, full_matrices=False)[2][:d]
    return np.mean((new - new @ components.T @ components) ** 2)


# %% linear-bugs | wrong: fitted to other pictures | 0.
def honest_error(fitting, held_out, d):  # each set with a mean of its own
    x, new = (z.reshape(len(z), -1) / 255 for z in (fitting, held_out))
    x, new = x - x.mean(axis=0), new - new.mean(axis=0)
    components = np.linalg.svd(x, full_matrices=False)[2][:d]
    return np.mean((new - new @ components.T @ components) ** 2)


# %% linear-pays | right
def best_size(variances, sigma):
    sizes = range(len(variances) + 1)
    errors = [sum(variances[d:]) + d * sigma**2 for d in sizes]
    d = min(sizes, key=errors.__getitem__)
    return [d, errors[d] / len(variances)]


# %% linear-pays | right
def best_size(variances, sigma):
    v = np.array(variances)
    return np.array([np.count_nonzero(v > sigma**2), np.minimum(v, sigma**2).mean()])


# %% linear-pays | wrong: a pair | a pair (d, error)
def best_size(variances, sigma):
    return sum(v > sigma**2 for v in variances)


# %% linear-pays | wrong: the size | a d with a smaller error
def best_size(variances, sigma):  # a variance compared with a standard deviation
    d = sum(v > sigma for v in variances)
    return d, (sum(variances[d:]) + d * sigma**2) / len(variances)


# %% linear-pays | wrong: the size | a d with a smaller error
def best_size(variances, sigma):  # off by one: the last index for the count
    d = sum(v > sigma**2 for v in variances) - 1
    return d, (sum(variances[d:]) + d * sigma**2) / len(variances)


# %% linear-pays | wrong: the size | a d with a smaller error
def best_size(variances, sigma):  # more is better
    return len(variances), sigma**2


# %% linear-pays | wrong: the error | as the error
def best_size(variances, sigma):  # all of the noise stays
    d = sum(v > sigma**2 for v in variances)
    return d, sum(variances[d:]) / len(variances) + sigma**2


# %% linear-pays | wrong: the error | as the error
def best_size(variances, sigma):  # not per pixel
    d = sum(v > sigma**2 for v in variances)
    return d, sum(variances[d:]) + d * sigma**2


# %% linear-pays | wrong: the error | as the error
def best_size(variances, sigma):  # the noise is forgotten
    d = sum(v > sigma**2 for v in variances)
    return d, sum(variances[d:]) / len(variances)
