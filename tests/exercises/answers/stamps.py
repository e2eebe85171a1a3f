"""Answers to the tasks on stamps."""

# %% stamps-by-hand | right
outputs = (np.convolve([1, 2, -1], [3, 1, 2]),
           np.convolve([1, 0, 2, 0, -1], [3, 1, 2]),
           np.convolve([1, 0, 0, 0, 2, 0, 0, 0, -1], [3, 1, 2]))

# %% stamps-by-hand | wrong: the lengths | for stride 2
outputs = [[3, 7, 1, 3, -2], [3, 1, 8, 2, 1], [3, 1, 2, 0, 6, 2, 4, 0, -3, -1, -2]]

# %% stamps-by-hand | wrong: the lengths | for stride 4
outputs = [[3, 7, 1, 3, -2], [3, 1, 8, 2, 1, -1, -2], [3, 1, 2, 0, 6, 2, 4, 0, -3, -1, -2, 0]]

# %% stamps-by-hand | wrong: stride 1 | in cell 0
outputs = [[2, 5, 3, 5, -3], [2, 1, 7, 2, 4, -1, -3],
           [2, 1, 3, 0, 4, 2, 6, 0, -2, -1, -3]]

# %% stamps-by-hand | wrong: stride 1 | in cell 1
outputs = [[3, 6, -3, -1, -2], [3, 1, 6, 2, -3, -1, -2],
           [3, 1, 2, 0, 6, 2, 4, 0, -3, -1, -2]]

# %% stamps-by-hand | wrong: stride 2 | in cell 2
outputs = [[3, 7, 1, 3, -2], [3, 1, 6, 2, -3, -1, -2],
           [3, 1, 2, 0, 6, 2, 4, 0, -3, -1, -2]]

# %% stamps-by-hand | wrong: stride 4 | in cell 3
outputs = [[3, 7, 1, 3, -2], [3, 1, 8, 2, 1, -1, -2],
           [3, 1, 2, 6, 2, 4, 0, 0, -3, -1, -2]]


# %% stamps-bugs | right
def stamps(y, w, stride=1):
    stuffed = np.zeros(stride * (len(y) - 1) + 1)
    stuffed[::stride] = y
    return np.convolve(stuffed, w)


# %% stamps-bugs | right
def stamps(y, w, stride=1):
    z = [0] * (stride * len(y) - stride + len(w))
    for t in range(len(z)):
        for j in range(len(w)):
            i, rest = divmod(t - j, stride)
            if rest == 0 and 0 <= i < len(y):
                z[t] += w[j] * y[i]
    return z


# %% stamps-bugs | wrong: the length | ValueError
def stamps(y, w, stride=1):
    return wrong_stamps(y, w, stride)


# %% stamps-bugs | wrong: the length | 6 cells
def stamps(y, w, stride=1):  # one cell too many
    z = np.zeros(stride * len(y) + len(w))
    for i in range(len(y)):
        z[stride * i : stride * i + len(w)] += y[i] * w
    return z


# %% stamps-bugs | wrong: the length | 9 cells
def stamps(y, w, stride=1):  # the stride on the wrong side
    return np.convolve(y, w)[::stride]


# %% stamps-bugs | wrong: one stamp | with -0.5 at [0]
def stamps(y, w, stride=1):  # flipped kernel
    z = np.zeros(stride * (len(y) - 1) + len(w))
    for i in range(len(y)):
        z[stride * i : stride * i + len(w)] += y[i] * w[::-1]
    return z


# %% stamps-bugs | wrong: one stamp | with 1 at [1]
def stamps(y, w, stride=1):  # taps apart, and not stamps
    z = np.zeros(stride * (len(y) - 1) + len(w))
    for i in range(len(y)):
        z[i : i + len(w)] += y[i] * w
    return z


# %% stamps-bugs | wrong: stamps that meet | 7 at [1]
def stamps(y, w, stride=1):  # one of the two bugs
    z = np.zeros(stride * (len(y) - 1) + len(w))
    for i in range(len(y)):
        z[stride * i : stride * i + len(w)] = y[i] * w
    return z


# %% stamps-column | right
def completed(printed):
    taps = printed[:, 0][printed[:, 0] != 0]
    kernel, shift = np.zeros(12), np.arange(6)
    kernel[[0, 3, 6]] = taps
    return np.stack([np.roll(kernel, i) for i in shift], axis=1).tolist()


# %% stamps-column | wrong: the shape | shape (12, 6)
def completed(printed):
    return printed


# %% stamps-column | wrong: the shape | shape (12, 6)
def completed(printed):  # rows, and not columns
    return np.insert(printed, 5, 0, axis=0)


# %% stamps-column | wrong: the lost column | a stamp that begins in row 3
def completed(printed):  # a column of zeros
    return np.insert(printed, 5, 0, axis=1)


# %% stamps-column | wrong: the lost column | a stamp that begins in row 3
def completed(printed):  # the taps in neighbouring rows
    column = np.zeros(12)
    column[3:6] = printed[:, 0][printed[:, 0] != 0]
    return np.insert(printed, 3, column, axis=1)


# %% stamps-column | wrong: its place | in place 3
def completed(printed):  # at the end
    taps = printed[:, 0][printed[:, 0] != 0]
    starts = {int(np.argmax(column != 0)) for column in printed.T}
    (lost,) = set(range(6)) - starts
    column = np.zeros(12)
    column[[lost, lost + 3, lost + 6]] = taps
    return np.column_stack([printed, column])
