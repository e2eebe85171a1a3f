"""Answers to the tasks on the head to head."""

# %% comparison-interval | right
def interval(first, second, comparisons):
    d = second.mean(axis=1) - first.mean(axis=1)
    found = stats.ttest_1samp(d, 0).confidence_interval(1 - 0.05 / comparisons)
    return [found.low, found.high]


# %% comparison-interval | wrong: the middle | an interval around
def interval(first, second, comparisons):  # first minus second
    low, high = wrong_interval(second, first, comparisons)
    return low, high


# %% comparison-interval | wrong: the middle | two numbers
def interval(first, second, comparisons):  # half the width only
    d = (second - first).mean(axis=1)
    t = stats.t.ppf(1 - 0.05 / comparisons / 2, len(d) - 1)
    return t * d.std(ddof=1) / np.sqrt(len(d))


# %% comparison-interval | wrong: one picture, one comparison | [0]
def interval(first, second, comparisons):  # pictures and ends put right, but not S
    d = (second - first).mean(axis=1)
    half = stats.t.ppf(1 - 0.05 / comparisons / 2, len(d) - 1) * d.std() / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


# %% comparison-interval | wrong: one picture, one comparison | [0]
def interval(first, second, comparisons):  # one end
    d = (second - first).mean(axis=1)
    half = stats.t.ppf(1 - 0.05 / comparisons, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


# %% comparison-interval | wrong: one picture, one comparison | [0]
def interval(first, second, comparisons):  # not within a seed
    a, b = first.mean(axis=1), second.mean(axis=1)
    t = stats.t.ppf(1 - 0.05 / comparisons / 2, 2 * len(a) - 2)
    half = t * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))
    return b.mean() - a.mean() - half, b.mean() - a.mean() + half


# %% comparison-interval | wrong: one picture, one comparison | [0]
def interval(first, second, comparisons):  # the normal distribution
    d = (second - first).mean(axis=1)
    half = stats.norm.ppf(1 - 0.05 / comparisons / 2) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


# %% comparison-interval | wrong: several comparisons | [0]
def interval(first, second, comparisons):  # no correction
    d = (second - first).mean(axis=1)
    half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


# %% comparison-interval | wrong: many pictures | [0]
def interval(first, second, comparisons):  # every picture a draw of its own
    d = (second - first).ravel()
    half = stats.t.ppf(1 - 0.05 / comparisons / 2, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


# %% comparison-interval | wrong: many pictures | [0]
def interval(first, second, comparisons):  # axes swapped
    d = (second - first).mean(axis=0)
    if len(d) == 1:
        d = (second - first)[:, 0]
    half = stats.t.ppf(1 - 0.05 / comparisons / 2, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


# %% comparison-choose | right
def choices(measured, most_ripple, most_multiplications, comparisons):
    left = {kind: np.array(numbers["error"]) for kind, numbers in measured.items()
            if not any(ripple > most_ripple for ripple in numbers["ripple"])
            and not numbers["multiplications"] > most_multiplications}
    if not left:
        return ()
    best = min(left, key=lambda kind: left[kind].mean())
    names = []
    for kind in left:
        if kind == best or stats.ttest_rel(left[kind], left[best]).pvalue >= 0.05 / comparisons:
            names.append(kind)
    return tuple(sorted(names, key=lambda kind: left[kind].mean()))


# %% comparison-choose | wrong: only admissible kinds | which is not admissible
def choices(measured, most_ripple, most_multiplications, comparisons):  # the lowest error alone
    return [min(measured, key=lambda kind: np.mean(measured[kind]["error"]))]


# %% comparison-choose | wrong: only admissible kinds | which is not admissible
def choices(measured, most_ripple, most_multiplications, comparisons):  # the mean ripple
    return [kind for kind, numbers in measured.items()
            if np.mean(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]


# %% comparison-choose | wrong: only admissible kinds | a list with some of the names
def choices(measured, most_ripple, most_multiplications, comparisons):  # a single name
    return "nearest"


# %% comparison-choose | wrong: the best first | first
def choices(measured, most_ripple, most_multiplications, comparisons):  # less, not at most
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) < most_ripple
            and numbers["multiplications"] < most_multiplications]
    return sorted(left, key=lambda kind: np.mean(measured[kind]["error"]))[:1]


# %% comparison-choose | wrong: the best first | first
def choices(measured, most_ripple, most_multiplications, comparisons):  # by the lowest ripple
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]
    return sorted(left, key=lambda kind: np.mean(measured[kind]["ripple"]))[:1]


# %% comparison-choose | wrong: the best first | first
def choices(measured, most_ripple, most_multiplications, comparisons):  # by the luckiest seed
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]
    return sorted(left, key=lambda kind: min(measured[kind]["error"]))[:1]


# %% comparison-choose | wrong: what the rule leaves open | after nearest
def choices(measured, most_ripple, most_multiplications, comparisons):  # only the best
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]
    return sorted(left, key=lambda kind: np.mean(measured[kind]["error"]))[:1]


# %% comparison-choose | wrong: what the rule leaves open | after nearest
def choices(measured, most_ripple, most_multiplications, comparisons):  # not within a seed
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]
    ranked = sorted(left, key=lambda kind: np.mean(measured[kind]["error"]))
    return [kind for kind in ranked if kind == ranked[0] or stats.ttest_ind(
        measured[kind]["error"], measured[ranked[0]]["error"]).pvalue >= 0.05 / comparisons]


# %% comparison-choose | wrong: what the rule leaves open | after nearest
def choices(measured, most_ripple, most_multiplications, comparisons):  # no correction
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]
    ranked = sorted(left, key=lambda kind: np.mean(measured[kind]["error"]))
    return [kind for kind in ranked if kind == ranked[0] or stats.ttest_rel(
        measured[kind]["error"], measured[ranked[0]]["error"]).pvalue >= 0.05]


# %% comparison-choose | wrong: what the rule leaves open | after nearest
def choices(measured, most_ripple, most_multiplications, comparisons):  # each with its neighbour
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]
    ranked = sorted(left, key=lambda kind: np.mean(measured[kind]["error"]))
    for n, (a, b) in enumerate(zip(ranked, ranked[1:]), start=1):
        test = stats.ttest_rel(measured[a]["error"], measured[b]["error"])
        if test.pvalue < 0.05 / comparisons:
            return ranked[:n]
    return ranked


# %% comparison-choose | wrong: what the rule leaves open | in order of their mean errors
def choices(measured, most_ripple, most_multiplications, comparisons):
    left = [kind for kind, numbers in measured.items()
            if max(numbers["ripple"]) <= most_ripple
            and numbers["multiplications"] <= most_multiplications]
    ranked = sorted(left, key=lambda kind: np.mean(measured[kind]["error"]))
    return ranked[:1] + [kind for kind in left if kind != ranked[0] and stats.ttest_rel(
        measured[kind]["error"], measured[ranked[0]]["error"]).pvalue >= 0.05 / comparisons]
