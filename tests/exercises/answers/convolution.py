"""Answers to the tasks on convolution."""

# %% convolution-length | right
def output_length(n, k, stride=1, padding=0, dilation=1):
    places, end = 0, dilation * (k - 1) + 1
    while end <= n + 2 * padding:
        places, end = places + 1, end + stride
    return places


# %% convolution-length | right
def output_length(n, k, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (k - 1), stride))


# %% convolution-length | wrong: one place after the other | expected  7
def output_length(n, k, stride=1, padding=0, dilation=1):  # off by one
    return max(0, (n + 2 * padding - dilation * (k - 1) - 1) // stride)


# %% convolution-length | wrong: padding | expected  11
def output_length(n, k, stride=1, padding=0, dilation=1):  # on one side only
    return max(0, (n + padding - dilation * (k - 1) - 1) // stride + 1)


# %% convolution-length | wrong: padding | expected  11
def output_length(n, k, stride=1, padding=0, dilation=1):  # cropped, as its transpose does
    return max(0, (n - 2 * padding - dilation * (k - 1) - 1) // stride + 1)


# %% convolution-length | wrong: dilation | came out  2
def output_length(n, k, stride=1, padding=0, dilation=1):  # dk for the extent
    return max(0, (n + 2 * padding - dilation * k) // stride + 1)


# %% convolution-length | wrong: stride | output_length(11, 4, stride=3)
def output_length(n, k, stride=1, padding=0, dilation=1):  # not rounded down
    return max(0, (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1)


# %% convolution-length | wrong: stride | came out  2
def output_length(n, k, stride=1, padding=0, dilation=1):  # every stride-th of the places
    return max(0, (n + 2 * padding - dilation * (k - 1)) // stride)


# %% convolution-length | wrong: no place at all | came out  -2
def output_length(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


# %% convolution-length | wrong: no place at all | came out  1
def output_length(n, k, stride=1, padding=0, dilation=1):  # rounded towards zero
    return max(0, int((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1)


# %% convolution-bugs | right
def convolve(x, w, stride=1):
    return np.correlate(x, w, mode="valid")[::stride]


# %% convolution-bugs | right
def convolve(x, w, stride=1):
    sums = []
    for i in range((len(x) - len(w)) // stride + 1):
        sums.append(sum(float(w[j]) * float(x[stride * i + j]) for j in range(len(w))))
    return sums


# %% convolution-bugs | wrong: every kernel | convolve([0, 1, 4, 9, 16, 25, 36, 49, 64], [1, 2, 3])
def convolve(x, w, stride=1):
    return wrong_convolve(x, w, stride)


# %% convolution-bugs | wrong: every kernel | shape (7,)
def convolve(x, w, stride=1):  # off by one
    return np.array([x[i : i + len(w)] @ w for i in range(0, len(x) - len(w), stride)])


# %% convolution-bugs | wrong: every kernel | 14 at [0]
def convolve(x, w, stride=1):  # the stride repaired, the kernel still flipped
    starts = range(0, len(x) - len(w) + 1, stride)
    return np.array([x[i : i + len(w)] @ w[::-1] for i in starts])


# %% convolution-bugs | wrong: every stride | stride=2
def convolve(x, w, stride=1):
    places = (len(x) - len(w)) // stride + 1
    return np.array([x[i : i + len(w)] @ w for i in range(places)])


# %% convolution-bugs | wrong: every stride | stride=2
def convolve(x, w, stride=1):  # the input thinned, and not the output
    return np.correlate(x[::stride], w, mode="valid")


# %% convolution-network | right
network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 16, 3, 2, (1, 1)),
    torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Conv2d(16, 32, 3, 2, 1)))


# %% convolution-network | right
network = torch.nn.Sequential(
    torch.nn.ZeroPad2d(1), torch.nn.Conv2d(3, 16, kernel_size=3, stride=2), torch.nn.ReLU(),
    torch.nn.ZeroPad2d(1), torch.nn.Conv2d(16, 32, kernel_size=3, stride=2))


# %% convolution-network | right
class Two(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(3, 16, (3, 3), stride=2, padding=1)
        self.second = torch.nn.Conv2d(16, 32, (3, 3), stride=2, padding=1)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))


network = Two()

# %% convolution-network | wrong: the picture goes in | PyTorch says
network = wrong_network

# %% convolution-network | wrong: the picture goes in | a network, such as
network = [3, 16, 32]

# %% convolution-network | wrong: the size | shape (32, 7, 7)
network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 16, kernel_size=3, stride=2),
    torch.nn.ReLU(),
    torch.nn.Conv2d(16, 32, kernel_size=3, stride=2))

# %% convolution-network | wrong: the size | shape (3, 8, 8)
network = torch.nn.Sequential(  # channel numbers of the second layer exchanged as well
    torch.nn.Conv2d(3, 16, kernel_size=3, stride=2, padding=1),
    torch.nn.ReLU(),
    torch.nn.Conv2d(16, 3, kernel_size=3, stride=2, padding=1))

# %% convolution-network | wrong: its parts | it has
network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 16, kernel_size=2, stride=2),
    torch.nn.ReLU(),
    torch.nn.Conv2d(16, 32, kernel_size=2, stride=2))

# %% convolution-network | wrong: its parts | a ReLU between
network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 16, kernel_size=3, stride=2, padding=1),
    torch.nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1))

# %% convolution-network | wrong: its parts | has Conv2d, MaxPool2d
network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 16, kernel_size=3, padding=1), torch.nn.MaxPool2d(2),
    torch.nn.ReLU(),
    torch.nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1))

# %% convolution-network | wrong: where the kernels stand | it reads 4 to 10
class Shifted(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(3, 16, 3, stride=2)
        self.second = torch.nn.Conv2d(16, 32, 3, stride=2)
        self.relu = torch.nn.ReLU()

    def forward(self, x):  # the zeros at the end only
        x = self.first(torch.nn.functional.pad(x, (0, 1, 0, 1)))
        return self.second(torch.nn.functional.pad(self.relu(x), (0, 1, 0, 1)))


network = Shifted()

# %% convolution-network | wrong: where the kernels stand | it reads 2 to 6
network = torch.nn.Sequential(  # stride in one layer only
    torch.nn.Conv2d(3, 16, kernel_size=3, padding=1),
    torch.nn.ReLU(),
    torch.nn.Conv2d(16, 32, kernel_size=3, stride=4, padding=1))
