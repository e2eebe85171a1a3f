"""Answers to the tasks on measuring a checkerboard."""

# %% measuring-ripple | right
def ripple(y):
    return ops.layer_ripple(y)


# %% measuring-ripple | right
def ripple(y):  # mean square less squared mean, map by map
    above = below = 0
    for row in y:
        for one in row:
            above += one.size * ((one**2).mean() - one.mean() ** 2)
            below += (one**2).sum()
    return 0 if below == 0 else (above / below) ** 0.5


# %% measuring-ripple | wrong: one map | expected  0.36
def ripple(y):  # one mistake of three repaired
    deviation = y - y.mean(axis=(2, 3), keepdims=True)
    return np.sqrt(np.mean(deviation**2)) / y.mean() if y.any() else 0.0


# %% measuring-ripple | wrong: one map | expected  0.
def ripple(y):  # mean of absolute values for rms
    deviation = y - y.mean(axis=(2, 3), keepdims=True)
    return np.sqrt(np.mean(deviation**2)) / np.abs(y).mean() if y.any() else 0.0


# %% measuring-ripple | wrong: several maps | expected  0
def ripple(y):  # the mean of all maps
    rms = np.sqrt(np.mean(y**2))
    return np.sqrt(np.mean((y - y.mean()) ** 2)) / rms if rms else 0.0


# %% measuring-ripple | wrong: several maps | expected  0.
def ripple(y):  # the mean of the maps' ripples
    rms = np.sqrt(np.mean(y**2, axis=(2, 3)))
    return np.mean(y.std(axis=(2, 3)) / np.where(rms, rms, 1))


# %% measuring-ripple | wrong: several maps | expected  0
def ripple(y):  # each map's mean over batch and channels
    deviation = y - y.mean(axis=(0, 1), keepdims=True)
    rms = np.sqrt(np.mean(y**2))
    if y.shape[:2] == (1, 1):
        deviation = y - y.mean()
    return np.sqrt(np.mean(deviation**2)) / rms if rms else 0.0


# %% measuring-ripple | wrong: nothing but zeros | nan
def ripple(y):
    deviation = y - y.mean(axis=(2, 3), keepdims=True)
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.mean(deviation**2) / np.mean(y**2))


# %% measuring-even | right
def evened(kernel, stride):  # one tap of each phase takes it all
    new = [0.0] * len(kernel)
    for r in range(stride):
        new[r] = sum(kernel) / stride
    return new


# %% measuring-even | right
def evened(kernel, stride):  # the nearest one, by a projection
    A = np.array([np.arange(len(kernel)) % stride == r for r in range(stride)], dtype=float)
    return kernel + np.linalg.pinv(A) @ (kernel.sum() / stride - A @ kernel)


# %% measuring-even | wrong: the number of taps | 5 taps
def evened(kernel, stride):  # one tap for each phase
    return np.full(stride, kernel.sum() / stride)


# %% measuring-even | wrong: the sum of all taps | sum 6, and not 2
def evened(kernel, stride):  # equal sums, but each of them 1
    new = kernel.copy()
    for r in range(stride):
        new[r] += 1 - new[r::stride].sum()
    return new


# %% measuring-even | wrong: the sum of all taps | and not
def evened(kernel, stride):  # the difference is given to each tap in full
    new = kernel.copy()
    for r in range(stride):
        new[r::stride] += kernel.sum() / stride - kernel[r::stride].sum()
    return new


# %% measuring-even | wrong: the sums of the phases | yours are 3.6, 2.4
def evened(kernel, stride):  # equal taps: no help with 3 and 2 of them
    return np.full(len(kernel), kernel.sum() / len(kernel))


# %% measuring-even | wrong: the sums of the phases | yours are
def evened(kernel, stride):  # neighbouring taps, not those of one phase
    new, size = kernel.copy(), -(-len(kernel) // stride)
    for r in range(0, len(kernel), size):
        part = new[r : r + size]
        part += (kernel.sum() * size / len(kernel) - part.sum()) / len(part)
    return new * kernel.sum() / new.sum()


# %% measuring-even | wrong: the argument | argument 1 was changed
def evened(kernel, stride):  # a view of the argument
    mean = kernel.sum() / stride
    for r in range(stride):
        taps = kernel[r::stride]
        taps += (mean - taps.sum()) / len(taps)
    return kernel


# %% measuring-stride | right
def stride_of(picture):
    two, three, four, five = (ops.checkerboard_score(picture, s) for s in (2, 3, 4, 5))
    if max(three, five) > four:
        return 3 if three > five else 5
    return 4 if four > 1.1 * two else 2


# %% measuring-stride | right
def stride_of(picture):  # what neither of its divisors explains
    rest = {2: ops.checkerboard_score(picture, 2), 3: ops.checkerboard_score(picture, 3),
            5: ops.checkerboard_score(picture, 5)}
    rest[4] = np.sqrt(max(ops.checkerboard_score(picture, 4) ** 2 - rest[2] ** 2, 0))
    return 4 if rest[4] > 0.02 else max(rest, key=rest.get)


# %% measuring-stride | wrong: strides 3 and 5 | expected  3
def stride_of(picture):  # the smallest score
    return min((2, 3, 4, 5), key=lambda s: ops.checkerboard_score(picture, s))


# %% measuring-stride | wrong: stride 2 | expected  2
def stride_of(picture):  # the means of the phases
    return max((2, 3, 4, 5), key=lambda s: np.std([picture[r::s].mean() for r in range(s)]))


# %% measuring-stride | wrong: stride 4 | expected  4
def stride_of(picture):  # the first that is not small
    return next(s for s in (2, 3, 4, 5) if ops.checkerboard_score(picture, s) > 0.015)


# %% measuring-stride | wrong: stride 4 | expected  4
def stride_of(picture):  # 4 left out
    return max((2, 3, 5), key=lambda s: ops.checkerboard_score(picture, s))


# %% measuring-stride | wrong: stride 2 | expected  2
def stride_of(picture):
    scores = {s: ops.checkerboard_score(picture, s) + 1e-3 * (s == 4) for s in (2, 3, 4, 5)}
    return max(scores, key=scores.get)


# %% measuring-stride | wrong: stride 2 | expected  2
def stride_of(picture):  # the last of the two
    scores = {s: ops.checkerboard_score(picture, s) for s in (2, 3, 4, 5)}
    return max(s for s in scores if scores[s] > 0.9 * max(scores.values()))
