"""Answers to the tasks on sizes."""

# %% arithmetic-lengths | right
def input_lengths(m, k, stride=1, padding=0):
    lengths = []
    for n in range(1, stride * m + k + 1):
        if n + 2 * padding >= k and (n + 2 * padding - k) // stride + 1 == m:
            lengths.append(n)
    return np.array(lengths)


# %% arithmetic-lengths | wrong: stride 1 | shape (1,)
def input_lengths(m, k, stride=1, padding=0):  # one too many
    first = stride * (m - 1) + k - 2 * padding
    return [n for n in range(first, first + stride + 1) if n >= 1]


# %% arithmetic-lengths | wrong: stride 1 | expected  6 at [0]
def input_lengths(m, k, stride=1, padding=0):  # off by one
    first = stride * m + k - 2 * padding
    return [n for n in range(first, first + stride) if n >= 1]


# %% arithmetic-lengths | wrong: stride | shape (2,)
def input_lengths(m, k, stride=1, padding=0):  # the shortest only
    return [stride * (m - 1) + k - 2 * padding]


# %% arithmetic-lengths | wrong: stride | expected  9 at [0]
def input_lengths(m, k, stride=1, padding=0):  # the longest is taken for the shortest
    last = stride * (m - 1) + k - 2 * padding
    return [n for n in range(last - stride + 1, last + 1) if n >= 1]


# %% arithmetic-lengths | wrong: padding | expected  14 at [0]
def input_lengths(m, k, stride=1, padding=0):  # on one side only
    first = stride * (m - 1) + k - padding
    return list(range(first, first + stride))


# %% arithmetic-lengths | wrong: padding | with 18 at [0]
def input_lengths(m, k, stride=1, padding=0):  # added instead of taken off
    first = stride * (m - 1) + k + 2 * padding
    return list(range(first, first + stride))


# %% arithmetic-lengths | wrong: no length below 1 | [0, 1, 2, 3]
def input_lengths(m, k, stride=1, padding=0):
    first = stride * (m - 1) + k - 2 * padding
    return list(range(first, first + stride))


# %% arithmetic-crop | right
def transposed(y, w, stride=1, padding=0, output_padding=0):
    n = stride * (len(y) - 1) + len(w) - 2 * padding + output_padding
    z = [0.0] * n
    for i in range(len(y)):
        for j in range(len(w)):
            if 0 <= stride * i + j - padding < n:
                z[stride * i + j - padding] += y[i] * w[j]
    return z


# %% arithmetic-crop | wrong: the canvas | (0,)
def transposed(y, w, stride=1, padding=0, output_padding=0):
    canvas = np.zeros(stride * (len(y) - 1) + len(w) + output_padding)
    for i, value in enumerate(y):
        canvas[stride * i : stride * i + len(w)] += value * w
    return canvas[padding:-padding]


# %% arithmetic-crop | wrong: padding | shape (4,)
def transposed(y, w, stride=1, padding=0, output_padding=0):  # added instead of cropped
    canvas = np.zeros(stride * (len(y) - 1) + len(w) + output_padding)
    for i, value in enumerate(y):
        canvas[stride * i : stride * i + len(w)] += value * w
    return np.pad(canvas, padding)


# %% arithmetic-crop | wrong: padding | with 2 at [0]
def transposed(y, w, stride=1, padding=0, output_padding=0):  # at the end only
    canvas = np.zeros(stride * (len(y) - 1) + len(w) + output_padding)
    for i, value in enumerate(y):
        canvas[stride * i : stride * i + len(w)] += value * w
    return canvas[: len(canvas) - 2 * padding]


# %% arithmetic-crop | wrong: output padding on the canvas | with 0 at [7]
def transposed(y, w, stride=1, padding=0, output_padding=0):  # zeros appended
    canvas = np.zeros(stride * (len(y) - 1) + len(w))
    for i, value in enumerate(y):
        canvas[stride * i : stride * i + len(w)] += value * w
    return np.append(canvas[padding : len(canvas) - padding], [0] * output_padding)


# %% arithmetic-crop | wrong: output padding on the canvas | at [0]
def transposed(y, w, stride=1, padding=0, output_padding=0):  # at the start
    canvas = np.zeros(stride * (len(y) - 1) + len(w))
    for i, value in enumerate(y):
        canvas[stride * i : stride * i + len(w)] += value * w
    return np.pad(canvas, (output_padding, 0))[padding : len(canvas) + output_padding - padding]


# %% arithmetic-crop | wrong: output padding beyond the canvas | shape (14,)
def transposed(y, w, stride=1, padding=0, output_padding=0):  # a slice past the end
    canvas = np.zeros(stride * (len(y) - 1) + len(w))
    for i, value in enumerate(y):
        canvas[stride * i : stride * i + len(w)] += value * w
    return canvas[padding : len(canvas) - padding + output_padding]


# %% arithmetic-network | right
decoder = torch.nn.Sequential(
    torch.nn.ConvTranspose2d(8, 4, 3, 2, 1, 1), torch.nn.ReLU(),
    torch.nn.ConvTranspose2d(4, 1, 3, 2), torch.nn.ZeroPad2d((-1, 0, -1, 0)))

# %% arithmetic-network | wrong: the input goes in | a network, such as
decoder = dict(padding=1, output_padding=1)

# %% arithmetic-network | wrong: the input goes in | PyTorch says
decoder = torch.nn.Sequential(
    torch.nn.ConvTranspose2d(4, 8, kernel_size=3, stride=2, padding=1, output_padding=1),
    torch.nn.ReLU(),
    torch.nn.ConvTranspose2d(1, 4, kernel_size=3, stride=2, padding=1, output_padding=1))

# %% arithmetic-network | wrong: 7 to 28 | it gives (1, 32, 32)
decoder = wrong_decoder

# %% arithmetic-network | wrong: 7 to 28 | it gives (1, 25, 25)
decoder = torch.nn.Sequential(
    torch.nn.ConvTranspose2d(8, 4, kernel_size=3, stride=2, padding=1), torch.nn.ReLU(),
    torch.nn.ConvTranspose2d(4, 1, kernel_size=3, stride=2, padding=1))

# %% arithmetic-network | wrong: 7 to 28 | it gives (1, 29, 29)
decoder = torch.nn.Sequential(  # the second layer only cropped
    torch.nn.ConvTranspose2d(8, 4, kernel_size=3, stride=2), torch.nn.ReLU(),
    torch.nn.ConvTranspose2d(4, 1, kernel_size=3, stride=2, padding=1))

# %% arithmetic-network | wrong: every size | from 1; it gives (1, 28, 28)
decoder = torch.nn.Sequential(*wrong_decoder, torch.nn.Upsample((28, 28)))

# %% arithmetic-network | wrong: its parts | it has 581
decoder = torch.nn.Sequential(
    torch.nn.ConvTranspose2d(8, 4, kernel_size=4, stride=2, padding=1), torch.nn.ReLU(),
    torch.nn.ConvTranspose2d(4, 1, kernel_size=4, stride=2, padding=1))

# %% arithmetic-network | wrong: its parts | two ConvTranspose2d; it has Upsample
decoder = torch.nn.Sequential(
    torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(8, 4, 3, padding=1), torch.nn.ReLU(),
    torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(4, 1, 3, padding=1))

# %% arithmetic-network | wrong: its parts | the ReLU between
decoder = torch.nn.Sequential(
    torch.nn.ConvTranspose2d(8, 4, kernel_size=3, stride=2, padding=1, output_padding=1),
    torch.nn.ConvTranspose2d(4, 1, kernel_size=3, stride=2, padding=1, output_padding=1))
