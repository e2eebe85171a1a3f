"""Answers to the tasks on grids in networks."""

# %% networks-scores | right
above_zero = ({8, 4, 2}, (8, 4), [8])

# %% networks-scores | wrong: three lists | three lists
above_zero = [2, 4, 8]

# %% networks-scores | wrong: three lists | three lists
above_zero = [[2, 4, 8], [4, 8], [8, 16]]

# %% networks-scores | wrong: the last upsampler alone | case A
above_zero = [[2], [4], [8]]

# %% networks-scores | wrong: the last upsampler alone | case A
above_zero = [[8], [4, 8], [2, 4, 8]]

# %% networks-scores | wrong: the one in the middle | case B
above_zero = [[2, 4, 8], [2, 4, 8], [2, 4, 8]]

# %% networks-scores | wrong: the one in the middle | case B
above_zero = [[2, 4, 8], [2, 4], [2]]

# %% networks-scores | wrong: the first alone | case C
above_zero = [[2, 4, 8], [4, 8], [4, 8]]

# %% networks-gradient | right
gradients = tuple(map(torch.tensor, ([1.0, 2], [3, 2], [1, 1, 0], [1, 3, 2, 3])))

# %% networks-gradient | wrong: the periods | lists of 2, 2, 3 and 4
gradients = [[1, 2], [3, 2], [1, 1], [1, 3, 2, 3]]

# %% networks-gradient | wrong: the periods | lists of 2, 2, 3 and 4
gradients = [[[1, 2], [2, 4]], [[9, 6], [6, 4]], [1, 1, 0], [1, 3, 2, 3]]

# %% networks-gradient | wrong: one convolution | case A: a period in another order
gradients = [[2, 1], [3, 2], [1, 1, 0], [3, 2, 3, 1]]

# %% networks-gradient | wrong: one convolution | case B: a period with other numbers
gradients = [[1, 2], [2, 2], [1, 1, 0], [1, 3, 2, 3]]

# %% networks-gradient | wrong: one convolution | case C: a period with other numbers
gradients = [[1, 2], [3, 2], [1, 1, 1], [1, 3, 2, 3]]

# %% networks-gradient | wrong: two convolutions | case D: a period with other numbers
gradients = [[1, 2], [3, 2], [1, 1, 0], [1, 2, 1, 2]]

# %% networks-gradient | wrong: two convolutions | case D: a period with other numbers
gradients = [[1, 2], [3, 2], [1, 1, 0], [1, 2, 2, 4]]


# %% networks-wrong | right
def decoder():
    large = torch.nn.Upsample(scale_factor=4, mode="bilinear")
    return torch.nn.Sequential(torch.nn.Conv2d(8, 9, 3, padding=1), torch.nn.ReLU(), large,
                               torch.nn.Conv2d(9, 1, 5, padding="same"))


# %% networks-wrong | right
def decoder():  # a blur behind each transposed convolution
    blur = torch.nn.Sequential(torch.nn.ZeroPad2d((0, 1, 0, 1)), torch.nn.AvgPool2d(2, stride=1))
    return torch.nn.Sequential(
        torch.nn.ConvTranspose2d(8, 4, kernel_size=4, stride=2, padding=1), blur, torch.nn.ReLU(),
        torch.nn.ConvTranspose2d(4, 1, kernel_size=4, stride=2, padding=1), blur)


# %% networks-wrong | wrong: the shapes | and not (2, 1, 22, 22)
def decoder():
    return torch.nn.Sequential(
        torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(8, 4, 3), torch.nn.ReLU(),
        torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(4, 1, 3))


# %% networks-wrong | wrong: the shapes | expected input
def decoder():  # channels swapped
    return torch.nn.Sequential(
        torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(4, 8, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(8, 1, 3, padding=1))


# %% networks-wrong | wrong: enough to learn | and not 9
def decoder():
    return torch.nn.Sequential(torch.nn.Conv2d(8, 1, 1),
                               torch.nn.Upsample(scale_factor=4, mode="bilinear"))


# %% networks-wrong | wrong: the ripple | ripple 0
def decoder():
    return wrong


# %% networks-wrong | wrong: the ripple | ripple 0
def decoder():  # the second doubling still has phases of its own
    return torch.nn.Sequential(
        torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(8, 4, 3, padding=1), torch.nn.ReLU(),
        torch.nn.ConvTranspose2d(4, 1, kernel_size=4, stride=2, padding=1))


# %% networks-wrong | wrong: the ripple | ripple 0
def decoder():  # an ordinary convolution at the end does not take the pattern away
    return torch.nn.Sequential(
        torch.nn.ConvTranspose2d(8, 8, kernel_size=2, stride=2), torch.nn.ReLU(),
        torch.nn.ConvTranspose2d(8, 4, kernel_size=2, stride=2), torch.nn.ReLU(),
        torch.nn.Conv2d(4, 1, 3, padding=1))


# %% networks-wrong | wrong: the ripple | ripple 0
def decoder():
    return torch.nn.Sequential(
        torch.nn.Conv2d(8, 16, 3, padding=1), torch.nn.PixelShuffle(2), torch.nn.ReLU(),
        torch.nn.Conv2d(4, 4, 3, padding=1), torch.nn.PixelShuffle(2))


# %% networks-wrong | right
def decoder():  # pixel shuffle of equal channels is nearest neighbour
    class Doubling(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.shuffle = torch.nn.PixelShuffle(2)

        def forward(self, x):
            return self.shuffle(x.repeat_interleave(4, dim=1))

    return torch.nn.Sequential(
        Doubling(), torch.nn.Conv2d(8, 4, 3, padding=1), torch.nn.ReLU(),
        Doubling(), torch.nn.Conv2d(4, 1, 3, padding=1))


# %% networks-wrong | wrong: whatever the weights are | with other weights too
def decoder():  # equal taps are a start as well
    network = torch.nn.Sequential(
        torch.nn.ConvTranspose2d(8, 4, kernel_size=4, stride=2, padding=1), torch.nn.ReLU(),
        torch.nn.ConvTranspose2d(4, 1, kernel_size=4, stride=2, padding=1))
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, 0.1)
    return network


# %% networks-wrong | wrong: whatever the weights are | with other weights too
def decoder():  # ICNR is a start
    def shuffled(c_in, c_out):
        conv = torch.nn.Conv2d(c_in, 4 * c_out, 3, padding=1)
        conv.weight.data = conv.weight.data[::4].repeat_interleave(4, 0)
        conv.bias.data = conv.bias.data[::4].repeat_interleave(4)
        return torch.nn.Sequential(conv, torch.nn.PixelShuffle(2))

    return torch.nn.Sequential(shuffled(8, 4), torch.nn.ReLU(), shuffled(4, 1))
