"""Answers to the tasks on unpooling."""

# %% unpooling-width | right
unpooled = np.zeros(16)
unpooled[[1, 7, 10, 13]] = [7, 9, 6, 8]
unpooled = unpooled.reshape(4, 4)

# %% unpooling-width | wrong: the shape | four rows
unpooled = [[0, 7, 0, 0, 0], [0, 0, 9, 0, 0], [6, 0, 0, 0, 0], [0, 0, 0, 8, 0]]  # the right width

# %% unpooling-width | wrong: the four values | maximum of each window once
unpooled = [[7, 7, 9, 9], [7, 7, 9, 9], [6, 6, 8, 8], [6, 6, 8, 8]]  # nearest neighbour

# %% unpooling-width | wrong: the four values | maximum of each window once
unpooled = [[0, 7, 0, 0], [0, 0, 0, 9], [0, 0, 5, 0], [0, 8, 0, 0]]

# %% unpooling-width | wrong: their cells | at [1, 2]
unpooled = [[0, 7, 0, 0], [0, 0, 9, 0], [6, 0, 0, 0], [0, 0, 0, 8]]  # nothing scrambled

# %% unpooling-width | wrong: their cells | at [0, 0]
unpooled = [[7, 0, 9, 0], [0, 0, 0, 0], [6, 0, 8, 0], [0, 0, 0, 0]]  # a bed of nails

# %% unpooling-width | wrong: their cells | at [0, 0]
unpooled = [[7, 0, 0, 0], [0, 0, 9, 0], [0, 6, 0, 0], [8, 0, 0, 0]]  # counted from 1


# %% unpooling-kept | right
def kept(image):
    rows, columns = image.shape
    windows = image.reshape(rows // 2, 2, columns // 2, 2).transpose(0, 2, 1, 3)
    best = windows.reshape(rows // 2, columns // 2, 4).argmax(axis=2)
    index = np.arange(rows * columns).reshape(rows, columns)[::2, ::2]
    return index + best // 2 * columns + best % 2


# %% unpooling-kept | right
def kept(image):
    columns, found = len(image[0]), []
    for i in range(0, len(image), 2):
        found.append([])
        for j in range(0, columns, 2):
            cells = [(i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1)]
            a, b = max(cells, key=lambda cell: image[cell])  # the first of equal ones
            found[-1].append(a * columns + b)
    return found


# %% unpooling-kept | wrong: one index for each window | shape (1, 3)
def kept(image):  # a flat list
    return np.sort(np.argsort(-image.ravel())[: image.size // 4])


# %% unpooling-kept | wrong: one index for each window | shape (1, 3)
def kept(image):  # rows and columns exchanged
    return np.zeros((image.shape[1] // 2, image.shape[0] // 2))


# %% unpooling-kept | wrong: the index in the whole image | expected  1 at [0, 0]
def kept(image):  # the values, not their places
    rows, columns = image.shape
    return image.reshape(rows // 2, 2, columns // 2, 2).max(axis=(1, 3))


# %% unpooling-kept | wrong: the index in the whole image | expected  9 at [0, 1]
def kept(image):  # counted inside of each window
    rows, columns = image.shape
    windows = image.reshape(rows // 2, 2, columns // 2, 2).transpose(0, 2, 1, 3)
    return windows.reshape(rows // 2, columns // 2, 4).argmax(axis=2)


# %% unpooling-kept | wrong: the index in the whole image | expected  9 at [0, 1]
def kept(image):  # counted with the wrong width
    rows, columns = image.shape
    places = np.zeros((rows // 2, columns // 2), int)
    for i, j in np.ndindex(*places.shape):
        a, b = divmod(image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax(), 2)
        places[i, j] = (2 * i + a) * rows + 2 * j + b
    return places


# %% unpooling-kept | wrong: the index in the whole image | expected  1 at [0, 0]
def kept(image):  # column by column
    rows, columns = image.shape
    places = np.zeros((rows // 2, columns // 2), int)
    for i, j in np.ndindex(*places.shape):
        a, b = divmod(image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax(), 2)
        places[i, j] = (2 * j + b) * rows + 2 * i + a
    return places


# %% unpooling-kept | wrong: the index in the whole image | at [0, 0]
def kept(image):  # the places are looked for among squares: wrong for negative numbers
    rows, columns = image.shape
    places = np.zeros((rows // 2, columns // 2), int)
    for i, j in np.ndindex(*places.shape):
        a, b = divmod((image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] ** 2).argmax(), 2)
        places[i, j] = (2 * i + a) * columns + 2 * j + b
    return places


# %% unpooling-kept | wrong: ties | expected  0 at [0, 0]
def kept(image):  # the last of a tie
    rows, columns = image.shape
    places = np.zeros((rows // 2, columns // 2), int)
    for i, j in np.ndindex(*places.shape):
        window = image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        a, b = divmod(3 - window[::-1, ::-1].argmax(), 2)
        places[i, j] = (2 * i + a) * columns + 2 * j + b
    return places


# %% unpooling-kept | wrong: ties | expected  3 at [0, 1]
def kept(image):  # the first in the order of columns
    rows, columns = image.shape
    places = np.zeros((rows // 2, columns // 2), int)
    for i, j in np.ndindex(*places.shape):
        b, a = divmod(image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].T.argmax(), 2)
        places[i, j] = (2 * i + a) * columns + 2 * j + b
    return places


# %% unpooling-wrong | right
def pictures_back(pictures):  # no indices at all, since no window has a tie
    found = []
    for picture in pictures:
        kept = np.zeros_like(picture)
        for i, j in np.ndindex(picture.shape[0] // 2, picture.shape[1] // 2):
            window = picture[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            kept[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = np.where(window == window.max(), window, 0)
        found.append(kept)
    return tuple(found)


# %% unpooling-wrong | right
def pictures_back(pictures):  # encode and decode in turn
    back = []
    for picture in pictures:
        flat = np.zeros(picture.size)
        values, places = ops.max_pool(picture, 2)
        flat[places] = values
        back.append(flat.reshape(picture.shape))
    return back


# %% unpooling-wrong | wrong: one picture | shape (1, 4, 4)
def pictures_back(pictures):  # the batch forgotten
    values, places = ops.max_pool(pictures[0], 2)
    return ops.max_unpool(values, places, 2, output_size=pictures[0].shape)


# %% unpooling-wrong | wrong: one picture | at [0, 0, 0]
def pictures_back(pictures):  # nearest neighbour
    return [np.kron(ops.max_pool(picture, 2)[0], np.ones((2, 2))) for picture in pictures]


# %% unpooling-wrong | wrong: several pictures | at [0,
def pictures_back(pictures):
    return wrong_pictures(pictures)


# %% unpooling-wrong | wrong: several pictures | at [0,
def pictures_back(pictures):  # only the size repaired
    codes = [ops.max_pool(picture, 2) for picture in pictures]
    return [ops.max_unpool(values, codes[-1][1], 2, output_size=pictures[0].shape)
            for values, _ in codes]


# %% unpooling-wrong | wrong: several pictures | at [1,
def pictures_back(pictures):  # the places of the first
    places = ops.max_pool(pictures[0], 2)[1]
    return [ops.max_unpool(ops.max_pool(picture, 2)[0], places, 2, output_size=picture.shape)
            for picture in pictures]


# %% unpooling-wrong | wrong: odd sizes | shape (1, 5, 5)
def pictures_back(pictures):  # only the memory repaired
    return [ops.max_unpool(*ops.max_pool(picture, 2), 2) for picture in pictures]


# %% unpooling-wrong | wrong: odd sizes | at [0,
def pictures_back(pictures):  # the missing rows and columns are padded, the places still wrong
    back = []
    for picture in pictures:
        small = ops.max_unpool(*ops.max_pool(picture, 2), 2)
        more = np.subtract(picture.shape, small.shape)
        back.append(np.pad(small, ((0, more[0]), (0, more[1]))))
    return back
