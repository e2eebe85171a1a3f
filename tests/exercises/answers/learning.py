"""Answers to the tasks on learnt kernels."""

# %% learning-kernels | right
taught_by = ("noise", "shifted", "plain", "fast")

# %% learning-kernels | wrong: four words | each of the four
taught_by = ["noise", "shifted", "fast"]

# %% learning-kernels | wrong: four words | each of the four
taught_by = ["plain", "shifted", "plain", "fast"]

# %% learning-kernels | wrong: the fast waves | 'fast' for another kernel than B
taught_by = ["plain", "fast", "noise", "shifted"]

# %% learning-kernels | wrong: the shifted blur | another kernel than A
taught_by = ["shifted", "noise", "plain", "fast"]

# %% learning-kernels | wrong: the noise | another kernel than C
taught_by = ["plain", "shifted", "noise", "fast"]


# %% learning-gradient | right
def kernel_gradient(y, w, x):
    def loss(w):
        return np.mean((enlarge(y, w) - x) ** 2)

    return np.array([(loss(w + tap) - loss(w - tap)) / 2 for tap in np.eye(4)])


# %% learning-gradient | right
def kernel_gradient(y, w, x):
    miss = np.pad(enlarge(y, w) - x, 1)
    return [2 / len(x) * (y @ miss[j : j + 2 * len(y) : 2]) for j in range(4)]


# %% learning-gradient | wrong: four numbers | four numbers
def kernel_gradient(y, w, x):  # with respect to the output
    return 2 * (enlarge(y, w) - x) / len(x)


# %% learning-gradient | wrong: four numbers | four numbers
def kernel_gradient(y, w, x):  # with respect to the input
    miss = np.pad(enlarge(y, w) - x, 1)
    return [2 / len(x) * miss[2 * i : 2 * i + 4] @ w for i in range(len(y))]


# %% learning-gradient | wrong: the direction | the opposite direction
def kernel_gradient(y, w, x):
    miss = x - enlarge(y, w)
    return [2 * np.mean(miss * enlarge(y, tap)) for tap in np.eye(4)]


# %% learning-gradient | wrong: the direction | an angle of
def kernel_gradient(y, w, x):  # off by one: the crop forgotten
    miss = np.pad(enlarge(y, w) - x, (0, 2))
    return [2 / len(x) * (y @ miss[j : j + 2 * len(y) : 2]) for j in range(4)]


# %% learning-gradient | wrong: the direction | an angle of
def kernel_gradient(y, w, x):  # flipped
    miss = enlarge(y, w) - x
    return [2 * np.mean(miss * enlarge(y, tap)) for tap in np.eye(4)[::-1]]


# %% learning-gradient | wrong: the direction | an angle of
def kernel_gradient(y, w, x):  # the output in place of the error
    return [2 * np.mean(enlarge(y, w) * enlarge(y, tap)) for tap in np.eye(4)]


# %% learning-gradient | wrong: the size | at [0]
def kernel_gradient(y, w, x):  # the factor of the square
    miss = enlarge(y, w) - x
    return [np.mean(miss * enlarge(y, tap)) for tap in np.eye(4)]


# %% learning-gradient | wrong: the size | at [0]
def kernel_gradient(y, w, x):  # a sum for the mean
    miss = enlarge(y, w) - x
    return [2 * np.sum(miss * enlarge(y, tap)) for tap in np.eye(4)]
