"""The book's deep convolutional autoencoder, in any size of code."""

import torch
from torch import nn

from lib.arguments import integer, refuse

CODES = (2, 4, 8, 16, 32)  # the sizes of code that the book compares


class ConvAutoencoder(nn.Module):
    """28 x 28 pictures to ``code`` numbers and back, with convolutions and their transposes.

    ``encoder``: (N, 1, 28, 28) to (N, code). Five convolutions without padding make maps of
    24, 20, 9, 4 and 1 cells on a side. ``decoder``: (N, code) to (N, 1, 28, 28), the mirror:
    five transposed convolutions with the same kernels and strides, 1, 4, 9, 20, 24, 28. ReLU
    stands between layers, and nothing after the last of each. The initial weights are PyTorch's.
    ValueError for fewer than one code value.

    Source: the architecture that U. Brefeld's lecture on transposed convolutions trains on MNIST.

    >>> model = ConvAutoencoder(8)
    >>> code = model.encoder(torch.zeros(5, 1, 28, 28))
    >>> code.shape, model.decoder(code).shape
    (torch.Size([5, 8]), torch.Size([5, 1, 28, 28]))
    """

    def __init__(self, code):
        super().__init__()
        self.code = integer("code", code, 1)
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 5),
            nn.ReLU(),
            nn.Conv2d(32, 32, 5),
            nn.ReLU(),
            nn.Conv2d(32, 32, 4, stride=2),
            nn.ReLU(),
            nn.Conv2d(32, 32, 3, stride=2),
            nn.ReLU(),
            nn.Conv2d(32, code, 4),
            nn.Flatten(),
        )
        self.decoder = nn.Sequential(
            nn.Unflatten(1, (code, 1, 1)),
            nn.ConvTranspose2d(code, 32, 4),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 32, 3, stride=2),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 32, 4, stride=2),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 32, 5),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 5),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def with_shorter_code(model, x, code):
    """A new autoencoder with a shorter code, which starts from what ``model`` has learnt.

    The codes of the pictures ``x``, (N, 1, 28, 28), are projected on their first principal
    components. That is linear, so it goes into the encoder's last layer and the decoder's first,
    but for one thing: the mean code makes a different number at each cell of the decoder's first
    maps, where a bias has one for all; it gets their mean. All other layers are copied.

    >>> x = torch.rand(9, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    >>> with_shorter_code(ConvAutoencoder(4), x, 2)(x).shape
    torch.Size([9, 1, 28, 28])
    """
    small = ConvAutoencoder(code)
    if small.code > model.code:
        refuse("code", code, f"is more than the model's {model.code}", f"use {model.code} at most")
    with torch.no_grad():
        codes = torch.cat([model.encoder(part) for part in x.split(500)])
        mean = codes.mean(dim=0)
        directions = torch.linalg.svd(codes - mean, full_matrices=False)[2][: small.code]
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    last, first = "encoder.8", "decoder.1"
    weights[f"{last}.bias"] = directions @ (weights[f"{last}.bias"] - mean)
    weights[f"{last}.weight"] = torch.einsum("dc,cmij->dmij", directions, weights[f"{last}.weight"])
    weights[f"{first}.bias"] += torch.einsum("c,cmij->mij", mean, weights[f"{first}.weight"]).mean(
        dim=(1, 2)
    )
    weights[f"{first}.weight"] = torch.einsum(
        "dc,cmij->dmij", directions, weights[f"{first}.weight"]
    )
    small.load_state_dict(weights)
    return small
