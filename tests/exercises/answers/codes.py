"""Answers to the tasks on what a code holds."""

# %% codes-free | right
may_change = tuple(["same", "free"] * 3 + ["same"])

# %% codes-free | wrong: seven words | each "same" or "free"
may_change = ["same", "free", "same", "free", "same", "free"]

# %% codes-free | wrong: seven words | each "same" or "free"
may_change = [True, False, True, False, True, False, True]

# %% codes-free | wrong: what is drawn | 1 other word among A, C, E, G
may_change = ["same", "free", "same", "free", "same", "free", "free"]

# %% codes-free | wrong: what is drawn | 4 other words among A, C, E, G
may_change = ["free", "same", "free", "same", "free", "same", "free"]

# %% codes-free | wrong: what lies between the two halves | 1 other word among B, D, F
may_change = ["same", "free", "same", "free", "same", "same", "same"]

# %% codes-free | wrong: what lies between the two halves | 3 other words among B, D, F
may_change = ["same"] * 7

# %% codes-middles | right
middles = (5.0, 5.83, 3.2, 4.0)

# %% codes-middles | right
codes = np.array([1, 4])
middles = np.array([2 * 2.5, 2 * np.hypot(*codes) / 2**0.5, 2 * 2 / np.sum(1 / codes),
                    2 * np.exp(np.log(codes).mean())])

# %% codes-middles | wrong: between the ends | a picture between 2 and 8 at [1]
middles = [5, 2 * (1**2 + 4**2) / 2, 2 * (1 + 1 / 4) / 2, 2 * np.log(4) / 2]  # h not undone

# %% codes-middles | wrong: between the ends | four numbers
middles = [5, 5.83, 3.2]

# %% codes-middles | wrong: a straight change | another number at [0]
middles = [2.5, 2.92, 2.01, 2.01]  # the code, and not its picture

# %% codes-middles | wrong: a straight change | another number at [0]
middles = [4, 4, 4, 4]

# %% codes-middles | wrong: bent changes | another number at [1]
middles = [5, 5, 5, 5]  # the same reconstructions, so the same middle

# %% codes-middles | wrong: bent changes | another number at [3]
middles = [5, 5.83, 3.2, 5]

# %% codes-middles | wrong: bent changes | another number at [2]
middles = [5, 5.83, 6.4, 4]  # decoded twice

# %% codes-plane | right
both = table + table.T - 2 * np.diag(np.diag(table))
a, b = divmod(int(both.argmax()), 10)
three_classes = (int(np.argmax(np.diag(table))), b, a)

# %% codes-plane | right
apart = cKDTree(plane)
own = [np.mean(labels[apart.query(plane[labels == c], 2)[1][:, 1]] == c) for c in range(10)]
pairs = [(table[a, b] + table[b, a], a, b) for a in range(10) for b in range(a)]
three_classes = np.array([np.argmax(own), *max(pairs)[1:]])

# %% codes-plane | wrong: three classes | three whole numbers from 0 to 9
three_classes = [np.diag(table).argmax(), np.triu(table + table.T, 1).max()]

# %% codes-plane | wrong: three classes | three whole numbers from 0 to 9
three_classes = [np.diag(table).max(), 4, 10]  # the number of digits, not the class

# %% codes-plane | wrong: a region of its own | have a neighbour of their own
three_classes = [np.diag(table).argmin(), 0, 1]  # the most mixed one

# %% codes-plane | wrong: a shared region | two different classes
three_classes = [np.diag(table).argmax()] * 3

# %% codes-plane | wrong: a shared region | another pair
pair = np.unravel_index((table + table.T + 1000 * np.eye(10)).argmin(), (10, 10))
three_classes = [np.diag(table).argmax(), *pair]  # the pair that is best told apart
