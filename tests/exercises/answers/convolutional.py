"""Answers to the tasks on the convolutional autoencoder."""

# %% convolutional-sides | right
come_back = np.array([4 * ((n - 1) // 4) + 1 for n in (28, 29, 30, 31, 32, 33)])

# %% convolutional-sides | wrong: six sides | six numbers
come_back = [25, 29, 33]

# %% convolutional-sides | wrong: never larger | a side of 28 at most
come_back = [29, 29, 29, 33, 33, 33]  # rounded up

# %% convolutional-sides | wrong: the sides | another number at [0]
come_back = [28, 29, 30, 31, 32, 33]  # the mirror undoes everything

# %% convolutional-sides | wrong: the sides | another number at [0]
come_back = [27, 29, 29, 31, 31, 33]  # one of the strides forgotten

# %% convolutional-sides | wrong: the sides | another number at [1]
come_back = [25, 25, 29, 29, 29, 29]  # off by one


# %% convolutional-network | right
def repaired_pair():
    class Decoder(nn.Module):  # asks for its sizes, with one activation for both places
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(8, 32 * 49)
            self.second = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1)
            self.third = nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1)

        def forward(self, z):
            maps = self.first(z).relu().reshape(len(z), 32, 7, 7)
            maps = self.second(maps, output_size=(14, 14)).relu()
            return self.third(maps, output_size=(28, 28))

    class Cells(nn.Module):  # one bias for all cells, as the convolution has
        def __init__(self):
            super().__init__()
            self.layer = nn.ConvTranspose2d(8, 32, 7)

        def forward(self, z):
            return self.layer(z[:, :, None, None]).flatten(1)

    bend, decoder = nn.ReLU(), Decoder()
    decoder.first = Cells()
    encoder = nn.Sequential(
        nn.Conv2d(1, 16, 3, 2, 1), bend, nn.Conv2d(16, 32, 3, 2, 1), bend,
        nn.Conv2d(32, 8, 7), nn.Flatten())
    return [encoder, decoder]


# %% convolutional-network | wrong: two networks | a pair (encoder, decoder)
def repaired_pair():
    return nn.Sequential(*wrong_pair())


# %% convolutional-network | wrong: the sizes | from the decoder, not (3, 1, 25, 25)
def repaired_pair():
    encoder, decoder = wrong_pair()
    return encoder[:-1], decoder[:-1]


# %% convolutional-network | wrong: the sizes | not (3, 1, 27, 27)
def repaired_pair():  # one of the two places
    encoder, decoder = wrong_pair()
    decoder[2].output_padding = (1, 1)
    return encoder[:-1], decoder[:-1]


# %% convolutional-network | wrong: the sizes | not (3, 1, 22, 22)
def repaired_pair():  # padding crops
    encoder, decoder = wrong_pair()
    decoder[2].padding = decoder[4].padding = (2, 2)
    decoder[2].output_padding = decoder[4].output_padding = (1, 1)
    return encoder[:-1], decoder[:-1]


# %% convolutional-network | wrong: the sizes | from the encoder, not (3, 32, 2, 2)
def repaired_pair():  # padding in front of the code: a wider code
    encoder, decoder = wrong_pair()
    return nn.Sequential(*encoder[:-2], nn.AvgPool2d(3)), decoder[:-1]


# %% convolutional-network | wrong: the sizes | it cannot take (3, 8)
def repaired_pair():  # the decoder wants cells
    encoder, decoder = wrong_pair()
    decoder[2].output_padding = decoder[4].output_padding = (1, 1)
    return nn.Sequential(*encoder[:-1], nn.Flatten()), decoder[:-1]


# %% convolutional-network | wrong: the same weights | parameters, as before, not
def repaired_pair():  # another kernel for the size
    encoder, decoder = wrong_pair()
    decoder[2] = nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1)
    decoder[4] = nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1)
    return encoder[:-1], decoder[:-1]


# %% convolutional-network | wrong: the code | of either sign; for 16 pictures they lie from 0 up
def repaired_pair():
    encoder, decoder = wrong_pair()
    decoder[2].output_padding = decoder[4].output_padding = (1, 1)
    return encoder, decoder[:-1]


# %% convolutional-network | wrong: the output | numbers below 0 and above 1
def repaired_pair():
    encoder, decoder = wrong_pair()
    decoder[2].output_padding = decoder[4].output_padding = (1, 1)
    return encoder[:-1], decoder


# %% convolutional-network | wrong: the output | numbers below 0 and above 1
def repaired_pair():
    encoder, decoder = wrong_pair()
    decoder[2].output_padding = decoder[4].output_padding = (1, 1)
    decoder[5] = nn.ReLU()
    return encoder[:-1], decoder


# %% convolutional-network | wrong: the other activations | in the decoder, which is linear
def repaired_pair():
    encoder, decoder = wrong_pair()
    decoder[2].output_padding = decoder[4].output_padding = (1, 1)
    return encoder[:-1], decoder[::2]


# %% convolutional-network | wrong: the other activations | in the encoder, which is linear
def repaired_pair():
    encoder, decoder = wrong_pair()
    decoder[2].output_padding = decoder[4].output_padding = (1, 1)
    return encoder[::2], decoder[:-1]


# %% convolutional-loss | right
def loss(outputs, pictures):
    total = 0
    for output, picture in zip(outputs, pictures, strict=True):
        total += np.sum((output[0] - picture.astype(float) / 255) ** 2)
    return total / pictures.size


# %% convolutional-loss | right
def loss(outputs, pictures):
    import torch

    return nn.MSELoss()(torch.tensor(outputs), torch.tensor(pictures)[:, None] / 255.0)


# %% convolutional-loss | wrong: one picture | came out
def loss(outputs, pictures):
    return wrong_loss(outputs, pictures)


# %% convolutional-loss | wrong: one picture | came out
def loss(outputs, pictures):  # 0-255 for 0-1 on both sides
    return np.mean((255 * outputs[:, 0] - pictures) ** 2)


# %% convolutional-loss | wrong: one picture | came out
def loss(outputs, pictures):  # whole numbers that wrap round
    return np.mean((np.uint8(255 * outputs[:, 0]) - pictures) ** 2) / 255**2


# %% convolutional-loss | wrong: a perfect output | 0
def loss(outputs, pictures):
    return np.mean((outputs - pictures / 255) ** 2)


# %% convolutional-loss | wrong: one picture | came out
def loss(outputs, pictures):  # the channel after the rows
    return np.mean((outputs - pictures[:, :, None] / 255) ** 2)


# %% convolutional-loss | wrong: a perfect output | index 1 is out of bounds
def loss(outputs, pictures):  # channels for the batch
    return sum(np.mean((outputs[0, i] - p / 255) ** 2) for i, p in enumerate(pictures))


# %% convolutional-loss | wrong: a perfect output | came out
def loss(outputs, pictures):  # the batch as the channels of one picture
    return np.mean((outputs - pictures[None] / 255) ** 2)


# %% convolutional-loss | wrong: each with its own | came out
def loss(outputs, pictures):  # the batch forgotten
    return np.mean((outputs[0, 0] - pictures[0] / 255) ** 2)


# %% convolutional-loss | wrong: one picture | came out
def loss(outputs, pictures):  # a mean that is taken too early
    return np.mean((outputs.mean(axis=(1, 2, 3)) - pictures.mean(axis=(1, 2)) / 255) ** 2)


# %% convolutional-loss | wrong: one picture | came out
def loss(outputs, pictures):  # per picture and not per pixel
    return np.sum((outputs[:, 0] - pictures / 255) ** 2) / len(pictures)
