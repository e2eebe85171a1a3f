"""Answers to the tasks on resize-convolutions."""

# %% resizing-order | right
w, x = np.array([1, 10, 100]), np.array([2, 1, 3])
both_orders = np.array([np.correlate(x.repeat(2), w, "same"),
                        np.correlate(x, w, "same").repeat(2)])

# %% resizing-order | wrong: two rows | two lists of six
both_orders = [[0, 220, 122, 112, 311, 331, 33, 0], [120, 312, 31]]

# %% resizing-order | wrong: two rows | two lists of six
both_orders = [[122, 112, 311, 331], [120, 120, 312, 312]]  # without padding

# %% resizing-order | wrong: first enlarge | another number at [0, 0]
both_orders = [[22, 221, 211, 113, 133, 330], [21, 21, 213, 213, 130, 130]]  # flipped

# %% resizing-order | wrong: first enlarge | another number at [0, 0]
both_orders = [[120, 120, 312, 312, 31, 31], [220, 122, 112, 311, 331, 33]]  # exchanged

# %% resizing-order | wrong: first enlarge | another number at [0, 0]
both_orders = [[222, 122, 112, 311, 331, 333], [122, 122, 312, 312, 331, 331]]  # repeated edges

# %% resizing-order | wrong: first convolve | another number at [1, 0]
both_orders = [[220, 122, 112, 311, 331, 33], [220, 122, 112, 311, 331, 33]]

# %% resizing-matrix | right
tie = np.stack([np.convolve([1, 1, 1], e[::-1]) for e in np.eye(3)], axis=1)

# %% resizing-matrix | wrong: the shape | five rows
tie = [[0, 0, 1, 1, 1], [0, 1, 1, 1, 0], [1, 1, 1, 0, 0]]

# %% resizing-matrix | wrong: the shape | five rows
tie = [[0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]]  # for doubling

# %% resizing-matrix | wrong: the sums of the phases | phase 1
tie = [[0, 0, 1], [0, 1, 0], [1, 1, 1], [1, 1, 0], [1, 0, 0]]

# %% resizing-matrix | wrong: the sums of the phases | phase 0
tie = [[0, 0, 1], [0, 0, 1], [0, 1, 0], [0, 1, 0], [1, 0, 0]]  # each weight repeated

# %% resizing-matrix | wrong: the taps | at [0, 0]
tie = [[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 1, 1], [0, 0, 1]]  # not flipped

# %% resizing-matrix | wrong: the taps | at [0, 1]
tie = [[0, 1, 1], [0, 0, 1], [1, 1, 1], [1, 0, 0], [1, 1, 0]]


# %% resizing-weights | right
def weights_of(taps):
    T = np.stack([np.convolve([1, 1], e[::-1]) for e in np.eye(len(taps) - 1)], axis=1)
    w = np.linalg.lstsq(T, np.array(taps))[0]
    return w if np.allclose(T @ w, taps) else None


# %% resizing-weights | right
def weights_of(taps):  # a division of polynomials
    quotient, rest = np.polydiv(taps, [1.0, 1])
    return None if np.abs(rest).max() > 1e-9 else tuple(quotient[::-1])


# %% resizing-weights | wrong: the number of weights | expected  3 numbers
def weights_of(taps):  # both ends
    return [taps[-1], *(b - a for a, b in zip(taps, taps[1:]))]


# %% resizing-weights | wrong: the number of weights | expected  3 numbers
def weights_of(taps):  # the stride is taken for the number of weights
    return taps[::2] if sum(taps[::2]) == sum(taps[1::2]) else None


# %% resizing-weights | wrong: the number of weights | None
def weights_of(taps):  # equal taps only
    return [taps[0]] * (len(taps) - 1) if len(set(taps)) == 1 else None


# %% resizing-weights | wrong: the kernel they make | these make [3.0, 5.0, 6.0, 4.0]
def weights_of(taps):  # not flipped
    found = []
    for tap in taps:
        found.append(tap - (found[-1] if found else 0))
    return None if found.pop() else found


# %% resizing-weights | wrong: the kernel they make | these make
def weights_of(taps):  # differences from both sides
    if sum(taps[::2]) != sum(taps[1::2]):
        return None
    return [taps[j] - taps[j + 1] for j in range(len(taps) - 1)][::-1]


# %% resizing-weights | wrong: kernels that nothing makes | expected  None
def weights_of(taps):  # does not look at what is left over
    found = []
    for tap in taps:
        found.append(tap - (found[-1] if found else 0))
    return found[-2::-1]


# %% resizing-weights | wrong: kernels that nothing makes | expected  None
def weights_of(taps):  # the best weights, good or not
    T = np.stack([np.convolve([1, 1], e[::-1]) for e in np.eye(len(taps) - 1)], axis=1)
    return np.linalg.lstsq(T, np.array(taps))[0]
