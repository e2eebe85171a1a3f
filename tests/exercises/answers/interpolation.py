"""Answers to the tasks on interpolation."""

# %% interpolation-places | right
def places(n, m, align_corners=False):
    if align_corners:
        return np.linspace(0, n - 1, m)
    edges = np.linspace(0, n, m + 1)
    return np.minimum(np.maximum((edges[1:] + edges[:-1]) / 2 - 0.5, 0), n - 1)


# %% interpolation-places | wrong: half-pixel centres | with 0.333333 at [1]
def places(n, m, align_corners=False):  # corners of the cells for their centres
    t = np.arange(m)
    return t * (n - 1) / (m - 1) if align_corners else t * n / m


# %% interpolation-places | wrong: half-pixel centres | with -0.333333 at [0]
def places(n, m, align_corners=False):  # outside of the line
    t = np.arange(m)
    return t * (n - 1) / (m - 1) if align_corners else (t + 0.5) * n / m - 0.5


# %% interpolation-places | wrong: half-pixel centres | in line 2 of the cell: return
def places(n, m, align_corners=False):
    return np.clip(u, 0, n - 1)


# %% interpolation-places | wrong: aligned corners | 0.75, 1.0], with 0.25 at [1]
def places(n, m, align_corners=False):  # one option for both
    return np.clip((np.arange(m) + 0.5) * n / m - 0.5, 0, n - 1)


# %% interpolation-places | wrong: aligned corners | 0.5, 0.75], with 0.25 at [1]
def places(n, m, align_corners=False):  # off by one: m steps
    t = np.arange(m)
    return t * (n - 1) / m if align_corners else np.clip((t + 0.5) * n / m - 0.5, 0, n - 1)


# %% interpolation-matrix | right
six_by_three = np.array([[4, 0, 0], [3, 1, 0], [1, 3, 0], [0, 3, 1], [0, 1, 3], [0, 0, 4]]) / 4

# %% interpolation-matrix | wrong: the shape | six rows
six_by_three = np.array([[4, 0, 0], [3, 1, 0], [1, 3, 0], [0, 3, 1], [0, 1, 3], [0, 0, 4]]).T / 4

# %% interpolation-matrix | wrong: each row is an average | row 0 have 0.75
six_by_three = np.array([[3, 0, 0], [3, 1, 0], [1, 3, 0], [0, 3, 1], [0, 1, 3], [0, 0, 3]]) / 4

# %% interpolation-matrix | wrong: the weights | 0.6 at [1, 0]
six_by_three = np.array([[5, 0, 0], [3, 2, 0], [1, 4, 0], [0, 4, 1], [0, 2, 3], [0, 0, 5]]) / 5

# %% interpolation-matrix | wrong: the weights | another number at [1, 0]
six_by_three = np.array([[4, 0, 0], [4, 0, 0], [2, 2, 0], [0, 4, 0], [0, 2, 2], [0, 0, 4]]) / 4


# %% interpolation-bugs | right
def enlarge(image, r):
    def matrix(n):
        u = np.clip((np.arange(r * n) + 0.5) / r - 0.5, 0, n - 1)
        return np.maximum(0, 1 - np.abs(u[:, None] - np.arange(n)))

    rows, columns = image.shape
    return matrix(rows) @ image @ matrix(columns).T


# %% interpolation-bugs | wrong: the inside of the picture | there
def enlarge(image, r):
    return wrong_enlarge(image, r)


# %% interpolation-bugs | wrong: the inside of the picture | shape
def enlarge(image, r):  # rows and columns exchanged
    return np.kron(image, np.ones((r, r))).T


# %% interpolation-bugs | wrong: the inside of the picture | there
def enlarge(image, r):
    return np.kron(image, np.ones((r, r)))


# %% interpolation-bugs | wrong: the first rows and columns | at [0, 0]
def enlarge(image, r):
    rows, columns = image.shape
    result = np.zeros((r * rows, r * columns))
    for a, b in np.ndindex(*result.shape):
        u, v = (a + 0.5) / r - 0.5, (b + 0.5) / r - 0.5
        i, j = int(u), int(v)
        g, f = u - i, v - j
        below, beside = min(i + 1, rows - 1), min(j + 1, columns - 1)
        top = (1 - f) * image[i, j] + f * image[i, beside]
        bottom = (1 - f) * image[below, j] + f * image[below, beside]
        result[a, b] = (1 - g) * top + g * bottom
    return result


# %% interpolation-tables | right
made_by = [["corners", "truncated"], ["half-pixel", "truncated"], ["corners", "rounded"]]

# %% interpolation-tables | wrong: three answers | three pairs
made_by = ["corners", "half-pixel", "corners"]

# %% interpolation-tables | wrong: the conventions | table B
made_by = [("corners", "truncated"), ("corners", "truncated"), ("corners", "rounded")]

# %% interpolation-tables | wrong: the conventions | table A
made_by = [("half-pixel", "truncated"), ("half-pixel", "rounded"), ("corners", "rounded")]

# %% interpolation-tables | wrong: the whole numbers | table B
made_by = [("corners", "truncated"), ("half-pixel", "rounded"), ("corners", "rounded")]
