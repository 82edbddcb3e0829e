"""The small network of the cats-and-dogs article: three convolutions and two dense layers.  Floor 4.

The article's Keras model has 684,866 parameters at 64 x 64 pixels and two classes: 684,162 that are trained, and
the 704 running means and variances of its four batch normalisations, which Keras counts and PyTorch calls buffers.
"""

from torch import nn

SIZE = 64  # pixels a side that the first dense layer is made for


def cnn(classes: int) -> nn.Sequential:
    """(B, 3, 64, 64) in 0..1 -> logits (B, classes).  The first convolution is padded, the others are not."""
    return nn.Sequential(
        *_block(3, 32, padding=1),
        *_block(32, 64),
        *_block(64, 128),
        nn.Flatten(),
        nn.Linear(128 * 6 * 6, 128),
        nn.ReLU(),
        nn.BatchNorm1d(128),
        nn.Dropout(0.5),
        nn.Linear(128, classes),
    )


def _block(inside: int, outside: int, padding: int = 0) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inside, outside, 3, padding=padding),
        nn.ReLU(),
        nn.BatchNorm2d(outside),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
    )
