"""Answers to the tasks on uses."""

# %% uses-alarms | right
detector = (90, 495, 0.154, 0.9495, 0.99)

# %% uses-alarms | wrong: five numbers | shares from 0 to 1
detector = [90, 495, 15.4, 94.95, 99]  # in per cent

# %% uses-alarms | wrong: the alarms | another number at [1]
detector = [90, 500, 90 / 590, 0.949, 0.99]  # 5 % of all pieces

# %% uses-alarms | wrong: the alarms | another number at [0]
detector = [9000, 5, 0.999, 0.9, 0.99]  # rates for the wrong pieces

# %% uses-alarms | wrong: the trust in an alarm | another number at [2]
detector = [90, 495, 0.9, 0.9495, 0.99]  # the share of faulty pieces that are found

# %% uses-alarms | wrong: the trust in an alarm | another number at [2]
detector = [90, 495, 0.95, 0.9495, 0.99]

# %% uses-alarms | wrong: all pieces | another number at [3]
detector = [90, 495, 90 / 585, 0.925, 0.99]  # the mean of 90 % and 95 %

# %% uses-alarms | wrong: all pieces | another number at [4]
detector = [90, 495, 90 / 585, 0.9495, 0]


# %% uses-area | right
def area(normal, other):
    pairs = [(a > b) + (a == b) / 2 for a in other for b in normal]
    return sum(pairs) / len(pairs)


# %% uses-area | right
def area(normal, other):  # under the curve itself, one threshold after the other
    scores = sorted({*normal, *other}, reverse=True)
    alarms = [0] + [np.mean(np.array(normal) >= t) for t in scores]
    hits = [0] + [np.mean(np.array(other) >= t) for t in scores]
    return sum((b - a) * (g + h) / 2 for a, b, g, h in zip(alarms, alarms[1:], hits, hits[1:]))


# %% uses-area | right
def area(normal, other):
    from scipy.stats import rankdata

    ranks = rankdata([*normal, *other])[len(normal):]
    n = len(other)
    return (ranks.sum() - n * (n + 1) / 2) / (n * len(normal))


# %% uses-area | wrong: an area that can be counted | came out
def area(normal, other):  # upside down
    return np.mean([(b > a) + (a == b) / 2 for a in other for b in normal])


# %% uses-area | wrong: an area that can be counted | came out
def area(normal, other):  # not a share
    return sum(a > b for a in other for b in normal)


# %% uses-area | wrong: an area that can be counted | came out
def area(normal, other):  # the means instead of the pairs
    return float(np.mean(other) > np.mean(normal))


# %% uses-area | wrong: an area that can be counted | in line 2 of the cell
def area(normal, other):
    return np.mean(other[:, None] > normal)  # a list has no such index


# %% uses-area | wrong: all pairs | came out
def area(normal, other):  # never below a coin
    value = np.mean([(a > b) + (a == b) / 2 for a in other for b in normal])
    return max(value, 1 - value) if len(normal) * len(other) > 6 else value


# %% uses-area | wrong: all pairs | came out
def area(normal, other):  # a single threshold, half-way between the lists
    if len(normal) * len(other) < 7:
        return np.mean([a > b for a in other for b in normal])
    t = (np.mean(normal) + np.mean(other)) / 2
    return (np.mean(np.array(other) > t) + np.mean(np.array(normal) <= t)) / 2


# %% uses-area | wrong: equal scores | 0.5
def area(normal, other):  # ties count nothing
    return np.mean([a > b for a in other for b in normal])


# %% uses-area | wrong: equal scores | 0.5
def area(normal, other):  # ties count as hits
    return np.mean([a >= b for a in other for b in normal])


# %% uses-area | wrong: equal scores | came out
def area(normal, other):  # ties left out
    pairs = [a > b for a in other for b in normal if a != b]
    return np.mean(pairs) if pairs else 0.5


# %% uses-correct | right
def correct(y, given):
    result = np.array(y, dtype=float)
    for i, j in np.ndindex(*given.shape):
        block = result[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        block += given[i, j] - block.mean()
    return result


# %% uses-correct | right
def correct(y, given):
    import torch
    import torch.nn.functional as F

    y, given = torch.tensor(y)[None, None], torch.tensor(given)[None, None]
    lacks = given - F.avg_pool2d(y, 2)
    return (y + F.interpolate(lacks, scale_factor=2))[0, 0]


# %% uses-correct | wrong: the size | shape (2, 4)
def correct(y, given):
    return given - y.reshape(len(given), 2, -1, 2).mean(axis=(1, 3))


# %% uses-correct | wrong: the block means | in block [0, 0]
def correct(y, given):  # the sign
    missing = y.reshape(len(given), 2, -1, 2).mean(axis=(1, 3)) - given
    return y + np.kron(missing, np.ones((2, 2)))


# %% uses-correct | wrong: the block means | in block [0, 0]
def correct(y, given):  # every second pixel for the means
    return y + np.kron(given - y[::2, ::2], np.ones((2, 2)))


# %% uses-correct | wrong: the block means | in block [0, 0]
def correct(y, given):  # copies side by side, not pixel by pixel
    missing = given - y.reshape(len(given), 2, -1, 2).mean(axis=(1, 3))
    return y + np.tile(missing, (2, 2))


# %% uses-correct | wrong: the block means | in block [0, 0]
def correct(y, given):  # the four pixels share what each of them lacks
    missing = given - y.reshape(len(given), 2, -1, 2).mean(axis=(1, 3))
    return y + np.kron(missing, np.ones((2, 2))) / 4


# %% uses-correct | wrong: the block means | in block [0, 0]
def correct(y, given):  # one mean for the whole picture
    return y + given.mean() - y.mean()


# %% uses-correct | wrong: the nearest | another number at
def correct(y, given):  # nothing of y is left
    return given.repeat(2, axis=0).repeat(2, axis=1)


# %% uses-correct | wrong: the nearest | another number at
def correct(y, given):  # all in one pixel
    missing = given - y.reshape(len(given), 2, -1, 2).mean(axis=(1, 3))
    return y + np.kron(missing, [[4, 0], [0, 0]])


# %% uses-correct | wrong: the nearest | another number at
def correct(y, given):  # a factor for a sum
    means = y.reshape(len(given), 2, -1, 2).mean(axis=(1, 3))
    return y * np.kron(given / means, np.ones((2, 2)))


# %% uses-correct | wrong: y as it was | argument 1 was changed
def correct(y, given):
    missing = given - y.reshape(len(given), 2, -1, 2).mean(axis=(1, 3))
    y += np.kron(missing, np.ones((2, 2)))
    return y
