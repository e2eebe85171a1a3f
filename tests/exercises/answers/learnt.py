"""Answers to the tasks on learnt layers."""

# %% learnt-swap | right
predicted = np.array([580.0, 580, 57600, 230400])

# %% learnt-swap | wrong: four numbers | four numbers
predicted = [580, 57600, 230400]

# %% learnt-swap | wrong: the parameters | other numbers of parameters
predicted = [576, 576, 57600, 230400]  # biases forgotten

# %% learnt-swap | wrong: the parameters | other numbers of parameters
predicted = [592, 580, 57600, 230400]  # channel axes swapped: 16 biases

# %% learnt-swap | wrong: the multiplications of the transposed convolution | of the old layer
predicted = [580, 580, 230400, 230400]  # once for each output cell

# %% learnt-swap | wrong: the multiplications of the transposed convolution | of the old layer
predicted = [580, 580, 58000, 232000]  # biases multiplied

# %% learnt-swap | wrong: the multiplications of the new convolution | of the new layer
predicted = [580, 580, 57600, 57600]

# %% learnt-contained | right
layers = ["shuffle", "transposed 4", "nearest 3", "fixed"]
certain = {(a, b) for i, a in enumerate(layers) for b in layers[i + 1 :]}
certain |= {("shuffle", "transposed 3"), ("transposed 4", "transposed 3")}
certain |= {("shuffle", "bilinear 3"), ("bilinear 3", "fixed")}

# %% learnt-contained | wrong: pairs of names | pairs of two of the six names
certain = ["shuffle", "transposed 4", "nearest 3", "fixed"]

# %% learnt-contained | wrong: pairs of names | pairs of two of the six names
certain = [("shuffle", "transposed"), ("transposed", "nearest")]

# %% learnt-contained | wrong: nothing that is open | without ('transposed 4', 'bilinear 3')
certain = [("shuffle", "transposed 4"), ("shuffle", "transposed 3"), ("shuffle", "nearest 3"),
           ("transposed 4", "bilinear 3")]  # more weights, but fewer taps

# %% learnt-contained | wrong: nothing that is open | without ('transposed 3', 'nearest 3')
certain = [("transposed 3", "nearest 3"), ("shuffle", "transposed 4")]  # free against tied

# %% learnt-contained | wrong: nothing that is open | without ('transposed 4', 'shuffle')
certain = [("transposed 4", "shuffle"), ("nearest 3", "transposed 4")]  # the other way round

# %% learnt-contained | wrong: all that is certain | 3 more pairs
layers = ["shuffle", "transposed 4", "nearest 3"]  # the fixed one forgotten, but for one pair
certain = [(a, b) for i, a in enumerate(layers) for b in layers[i + 1 :]]
certain += [("shuffle", "transposed 3"), ("transposed 4", "transposed 3"),
            ("shuffle", "bilinear 3"), ("bilinear 3", "fixed")]

# %% learnt-contained | wrong: all that is certain | 2 more pairs
layers = ["shuffle", "transposed 4", "transposed 3"]  # bilinear taken for no resize-convolution
certain = [(a, b) for i, a in enumerate(layers) for b in layers[i + 1 :]]
certain += [("shuffle", "nearest 3"), ("transposed 4", "nearest 3"), ("shuffle", "fixed"),
            ("shuffle", "bilinear 3"), ("bilinear 3", "fixed")]


# %% learnt-clean | right
def cleaned(weight, r):
    new = weight.copy()
    for c, channel in np.ndindex(len(weight) // r**2, weight.shape[1]):
        block = new[c * r**2 : (c + 1) * r**2, channel]
        mean = block.mean()
        for kernel in block:
            kernel += mean - kernel.mean()
    return new


# %% learnt-clean | wrong: the shape | shape (4, 1, 3, 3)
def cleaned(weight, r):  # the blocks keep an axis of their own
    named = weight.reshape(-1, r**2, *weight.shape[1:])
    excess = named.mean(axis=(3, 4), keepdims=True)
    return named - excess + excess.mean(axis=1, keepdims=True)


# %% learnt-clean | wrong: equal sums | map 0 and input channel 0
def cleaned(weight, r):  # one map cannot notice: channels that lie C apart
    named = weight.reshape(r**2, -1, *weight.shape[1:])
    means = named.mean(axis=(3, 4), keepdims=True)
    return (named - means + means.mean(axis=0, keepdims=True)).reshape(weight.shape)


# %% learnt-clean | wrong: equal sums | map 0 and input channel 0
def cleaned(weight, r):  # input channels added up
    named = weight.reshape(-1, r**2, *weight.shape[1:])
    means = named.mean(axis=(2, 3, 4), keepdims=True)
    return (named - means + means.mean(axis=1, keepdims=True)).reshape(weight.shape)


# %% learnt-clean | wrong: equal sums | map 0 and input channel 0
def cleaned(weight, r):  # the excess taken off the wrong way
    named = weight.reshape(-1, r**2, *weight.shape[1:])
    means = named.mean(axis=(3, 4), keepdims=True)
    return (named + means - means.mean(axis=1, keepdims=True)).reshape(weight.shape)


# %% learnt-clean | wrong: the smallest change | at [0, 0, 0, 0]
def cleaned(weight, r):  # back to equal sub-kernels, as ICNR starts
    named = weight.reshape(-1, r**2, *weight.shape[1:])
    return np.repeat(named.mean(axis=1), r**2, axis=0)


# %% learnt-clean | wrong: the smallest change | at [0, 0, 0, 0]
def cleaned(weight, r):  # sums of 0
    return weight - weight.mean(axis=(2, 3), keepdims=True)


# %% learnt-clean | wrong: the smallest change | with 0.0341928 at
def cleaned(weight, r):  # all of it on the middle tap
    new, k = weight.copy(), weight.shape[-1]
    sums = weight.sum(axis=(2, 3)).reshape(-1, r**2, weight.shape[1])
    excess = (sums - sums.mean(axis=1, keepdims=True)).reshape(weight.shape[:2])
    new[:, :, k // 2, k // 2] -= excess
    return new


# %% learnt-clean | wrong: the argument | argument 1 was changed
def cleaned(weight, r):  # a view
    named = weight.reshape(-1, r**2, *weight.shape[1:])
    means = named.mean(axis=(3, 4), keepdims=True)
    named -= means - means.mean(axis=1, keepdims=True)
    return weight
