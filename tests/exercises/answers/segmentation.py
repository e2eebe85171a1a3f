"""Answers to the tasks on segmentation."""

# %% segmentation-marks | right
marks = (0.90625, np.array([0.963, 0.5, 0]), 0.8333, 0.6)

# %% segmentation-marks | wrong: four entries | [right, [iou, iou, iou], where, what]
marks = [58 / 64, 52 / 54, 6 / 12, 0, 10 / 12, 6 / 10]

# %% segmentation-marks | wrong: the right pixels | another number at [0]
marks = [62 / 64, [52 / 54, 6 / 12, 0], 10 / 12, 6 / 10]  # wrong classes of ink forgotten

# %% segmentation-marks | wrong: the right pixels | another number at [0]
marks = [(52 / 54 + 6 / 12) / 3, [52 / 54, 6 / 12, 0], 10 / 12, 6 / 10]  # mean over classes

# %% segmentation-marks | wrong: the three IoUs | another number at [1][0]
marks = [58 / 64, [52 / 52, 6 / 12, 0], 10 / 12, 6 / 10]

# %% segmentation-marks | wrong: the three IoUs | another number at [1][1]
marks = [58 / 64, [52 / 54, 6 / 6, 0], 10 / 12, 6 / 10]  # hits and misses only

# %% segmentation-marks | wrong: the three IoUs | another number at [1][2]
marks = [58 / 64, [52 / 54, 6 / 12, 1], 10 / 12, 6 / 10]

# %% segmentation-marks | wrong: where | another number at [2]
marks = [58 / 64, [52 / 54, 6 / 12, 0], 10 / 10, 6 / 10]

# %% segmentation-marks | wrong: what | another number at [3]
marks = [58 / 64, [52 / 54, 6 / 12, 0], 10 / 12, 6 / 12]  # false alarms among them


# %% segmentation-loss | right
def pixel_loss(scores, target):
    total = 0
    for n, i, j in np.ndindex(*target.shape):
        a = scores[n, :, i, j]
        total += np.log(np.exp(a).sum()) - a[target[n, i, j]]
    return total / target.size


# %% segmentation-loss | right
def pixel_loss(scores, target):
    scores = scores - scores.max(axis=1, keepdims=True)
    chosen = np.take_along_axis(scores, target[:, None], axis=1)[:, 0]
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - chosen))


# %% segmentation-loss | wrong: a single pixel | came out
def pixel_loss(scores, target):  # the softmax forgotten
    return -np.take_along_axis(scores, target[:, None], axis=1).mean()


# %% segmentation-loss | wrong: a single pixel | came out
def pixel_loss(scores, target):  # the sign
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return np.log(np.take_along_axis(p, target[:, None], axis=1)).mean()


# %% segmentation-loss | wrong: the mean over all pixels | expected  1.60944
def pixel_loss(scores, target):
    return wrong_loss(scores, target)


# %% segmentation-loss | wrong: the mean over all pixels | expected  1.60944
def pixel_loss(scores, target):  # a mean over scenes of a sum over pixels
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    right = np.take_along_axis(p, target[:, None], axis=1)
    return -np.log(right).sum(axis=(1, 2, 3)).mean()


# %% segmentation-loss | wrong: each pixel with its scores | came out
def pixel_loss(scores, target):  # channels last, for the computer only
    return wrong_loss(scores, target) * len(scores) / target.size


# %% segmentation-loss | wrong: a single pixel | came out
def pixel_loss(scores, target):  # the batch last
    rows = scores.T.reshape(-1, 5)
    p = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(p)), target.reshape(-1)]).mean()


# %% segmentation-loss | wrong: each pixel with its scores | came out
def pixel_loss(scores, target):  # the right axis last, rows and columns exchanged
    rows = np.swapaxes(scores, 1, 3).reshape(-1, 5)
    p = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(p)), target.reshape(-1)]).mean()


# %% segmentation-loss | wrong: each pixel with its scores | came out
def pixel_loss(scores, target):  # the batch forgotten
    a, c = scores[0].reshape(5, -1), target[0].reshape(-1)
    if len(scores) > 1 and target.shape[1:] == (1, 1):
        return np.mean([pixel_loss(s[None], t[None]) for s, t in zip(scores, target)])
    return np.mean(np.log(np.exp(a).sum(axis=0)) - a[c, np.arange(len(c))])


# %% segmentation-loss | wrong: each pixel with its scores | came out
def pixel_loss(scores, target):  # the softmax over the whole scene
    count = scores.shape[2] * scores.shape[3]
    p = np.exp(scores) / np.exp(scores).sum(axis=(1, 2, 3), keepdims=True) * count
    return -np.log(np.take_along_axis(p, target[:, None], axis=1)).mean()


# %% segmentation-iou | right
def mean_iou(answer, truth, classes):
    table = np.zeros((classes, classes))
    np.add.at(table, (truth.ravel(), answer.ravel()), 1)
    hits, either = np.diag(table), table.sum(axis=0) + table.sum(axis=1) - np.diag(table)
    return (hits[either > 0] / either[either > 0]).mean()


# %% segmentation-iou | right
def mean_iou(answer, truth, classes):
    places = list(np.ndindex(*truth.shape))
    ious = {}
    for c in sorted({*answer.flat, *truth.flat}):
        said, true = ({p for p in places if z[p] == c} for z in (answer, truth))
        ious[c] = len(said & true) / len(said | true)
    return sum(ious.values()) / len(ious)


# %% segmentation-iou | wrong: one scene | came out
def mean_iou(answer, truth, classes):  # a mean over pixels
    return np.mean(answer == truth)


# %% segmentation-iou | wrong: one scene | came out
def mean_iou(answer, truth, classes):  # false alarms forgotten
    return np.mean([np.mean(answer[truth == c] == c) for c in np.unique(truth)])


# %% segmentation-iou | wrong: one scene | came out
def mean_iou(answer, truth, classes):  # hits counted twice in the union
    return np.mean([np.sum((answer == c) & (truth == c)) / (np.sum(answer == c)
                    + np.sum(truth == c)) for c in np.union1d(answer, truth)])


# %% segmentation-iou | wrong: one scene | came out
def mean_iou(answer, truth, classes):  # the background left out
    kinds = [c for c in np.union1d(answer, truth) if c]
    return np.mean([np.sum((answer == c) & (truth == c)) / np.sum((answer == c) | (truth == c))
                    for c in kinds])


# %% segmentation-iou | wrong: all scenes together | came out
def mean_iou(answer, truth, classes):  # scene by scene
    def of_one(a, t):
        return np.mean([np.sum((a == c) & (t == c)) / np.sum((a == c) | (t == c))
                        for c in np.union1d(a, t)])

    return np.mean([of_one(a, t) for a, t in zip(answer, truth)])


# %% segmentation-iou | wrong: all scenes together | came out
def mean_iou(answer, truth, classes):  # the batch forgotten
    a, t = answer[0], truth[0]
    return np.mean([np.sum((a == c) & (t == c)) / np.sum((a == c) | (t == c))
                    for c in np.union1d(a, t)])


# %% segmentation-iou | wrong: a class that is missed, or made up | expected  0.375
def mean_iou(answer, truth, classes):  # classes of the truth only
    return np.mean([np.sum((answer == c) & (truth == c)) / np.sum((answer == c) | (truth == c))
                    for c in np.unique(truth)])


# %% segmentation-iou | wrong: a class that is missed, or made up | expected  0.375
def mean_iou(answer, truth, classes):  # classes of the answer only
    return np.mean([np.sum((answer == c) & (truth == c)) / np.sum((answer == c) | (truth == c))
                    for c in np.unique(answer)])


# %% segmentation-iou | wrong: a class that does not occur | came out  0.5
def mean_iou(answer, truth, classes):  # 0 for it
    return sum(np.sum((answer == c) & (truth == c)) / max(np.sum((answer == c) | (truth == c)), 1)
               for c in range(classes)) / classes


# %% segmentation-iou | wrong: a class that does not occur | came out  nan
def mean_iou(answer, truth, classes):  # nothing divided by nothing
    with np.errstate(invalid="ignore"):
        return np.mean([np.sum((answer == c) & (truth == c)) / np.sum(
            (answer == c) | (truth == c)) for c in range(classes)])


# %% segmentation-iou | wrong: a class that does not occur | came out
def mean_iou(answer, truth, classes):  # 1 for it
    either = [np.sum((answer == c) | (truth == c)) for c in range(classes)]
    both = [np.sum((answer == c) & (truth == c)) for c in range(classes)]
    return np.mean([b / e if e else 1 for b, e in zip(both, either)])
