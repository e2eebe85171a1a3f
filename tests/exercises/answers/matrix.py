"""Answers to the tasks on the convolution matrix."""

# %% matrix-fill | right
by_hand = np.eye(3, 5, -1)[:, :5] * 0
for i, j in np.ndindex(3, 3):
    if 0 <= 2 * i + j - 1 < 5:
        by_hand[i, 2 * i + j - 1] = [1, -2, 3][j]

# %% matrix-fill | wrong: the shape | one row for each output
by_hand = [[-2, 0, 0], [3, 1, 0], [0, -2, 0], [0, 3, 1], [0, 0, -2]]

# %% matrix-fill | wrong: the shape | five cells
by_hand = [[1, -2, 3, 0, 0, 0, 0], [0, 0, 1, -2, 3, 0, 0], [0, 0, 0, 0, 1, -2, 3]]

# %% matrix-fill | wrong: the shape | one row for each output
by_hand = [[-2, 3, 0, 0, 0], [1, -2, 3, 0, 0], [0, 1, -2, 3, 0],
           [0, 0, 1, -2, 3], [0, 0, 0, 1, -2]]

# %% matrix-fill | wrong: where the taps stand | in row 0
by_hand = [[1, -2, 3, 0, 0], [0, 0, 1, -2, 3], [0, 0, 0, 0, 1]]

# %% matrix-fill | wrong: where the taps stand | in row 0
by_hand = [[-2, 3, 0, 0, 1], [0, 1, -2, 3, 0], [3, 0, 0, 1, -2]]

# %% matrix-fill | wrong: the taps | another number at [0, 1]
by_hand = [[-2, 1, 0, 0, 0], [0, 3, -2, 1, 0], [0, 0, 0, 3, -2]]

# %% matrix-fill | wrong: the taps | another number at [0, 0]
by_hand = [[1, -2, 0, 0, 0], [0, 1, -2, 3, 0], [0, 0, 0, -2, 3]]


# %% matrix-lecture | right
def orders(W):
    picture = np.array([[3, 1, 4], [1, 5, 9], [2, 6, 5], [3, 5, 8]])
    taps = W[0][W[0] != 0]
    wanted = np.stack([taps @ picture[r : r + 3] for r in range(2)])
    for given in ("row", "column"):
        for listed in ("row", "column"):
            order = {"row": "C", "column": "F"}
            result = W @ picture.ravel(order=order[given])
            if np.array_equal(result.reshape(2, 3, order=order[listed]), wanted):
                return [given, listed]


# %% matrix-lecture | right
def orders(W):
    start = [int(np.argmax(row != 0)) for row in W]
    return {(0, 1, 2): ("row", "row"), (0, 3, 1): ("row", "column"),
            (0, 4, 8): ("column", "row"), (0, 1, 4): ("column", "column")}[tuple(start[:3])]


# %% matrix-lecture | wrong: two words | two words
def orders(W):
    return "column" if W[0, 1] else "row"


# %% matrix-lecture | wrong: the input | 1 column to the right
def orders(W):  # outputs first
    return ("column" if W[1, 1] else "row"), ("column" if W[0, 1] else "row")


# %% matrix-lecture | wrong: the input | f2 of the first output is 1 column
def orders(W):  # what lies side by side is taken for a row
    return ("row" if W[0, 1] else "column"), "row"


# %% matrix-lecture | wrong: the outputs | [1, 5, 9, 2, 6, 10]
def orders(W):  # the same on both sides, because it ought to be
    order = "column" if W[0, 1] else "row"
    return order, order


# %% matrix-lecture | wrong: the outputs | f1 is in columns [1, 2, 5, 6, 9, 10]
def orders(W):  # a step of one column is taken for a step along the picture
    step = np.argmax(W[1] != 0)
    return ("column" if W[0, 1] else "row"), ("row" if step in (1, 4) else "column")


# %% matrix-lecture | wrong: two words | KeyError
def orders(W):  # the taps taken for 1, 2, 3
    below = {1: "column", 3: "row"}
    order = below[int(np.argmax(W[0] == 2)) - int(np.argmax(W[0] == 1))]
    return order, order


# %% matrix-orders | right
def to_row_order(W, input_shape, output_shape):
    def permutation(shape):  # from column order to row order
        return np.eye(shape[0] * shape[1])[
            np.arange(shape[0] * shape[1]).reshape(shape[::-1]).T.ravel()]

    return permutation(output_shape) @ W @ permutation(input_shape).T


# %% matrix-orders | right
def to_row_order(W, input_shape, output_shape):
    (a, b), (c, d) = output_shape, input_shape
    return W.reshape(b, a, d, c).transpose(1, 0, 3, 2).reshape(a * b, c * d)


# %% matrix-orders | wrong: the shape | shape (6, 12)
def to_row_order(W, input_shape, output_shape):
    return W.T


# %% matrix-orders | wrong: the input | at [0, 1]
def to_row_order(W, input_shape, output_shape):
    return W


# %% matrix-orders | wrong: the input | at [0, 1]
def to_row_order(W, input_shape, output_shape):  # the inverse lists
    def places(shape):
        return np.arange(shape[0] * shape[1]).reshape(shape).ravel(order="F")

    return W[places(output_shape)][:, places(input_shape)]


# %% matrix-orders | wrong: the outputs | at [1, 0]
def to_row_order(W, input_shape, output_shape):  # one side only
    places = np.arange(W.shape[1]).reshape(input_shape, order="F").ravel()
    return W[:, places]


# %% matrix-orders | wrong: the outputs | at [1, 0]
def to_row_order(W, input_shape, output_shape):  # the inverse list on one side
    i = np.arange(W.shape[1]).reshape(input_shape, order="F").ravel()
    o = np.arange(W.shape[0]).reshape(output_shape).ravel(order="F")
    return W[o][:, i]
