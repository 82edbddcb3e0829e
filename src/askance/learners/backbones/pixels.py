"""From a photo to the array that a network wants.  Floor 4.

The whole photo is squeezed to a square, as nothing is known of where in it the subject is: a crop could lose it.
"""

from collections.abc import Mapping

import numpy as np

from askance.errors import BadLearner, nearest
from askance.images import read_image

# name -> (mean, standard deviation) of each channel on a scale of 0 to 255: x -> (x - mean) / deviation.
SCALES: Mapping[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "tf": ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),  # -1 to 1: the TensorFlow MobileNets, Inception, ViT
    "unit": ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),  # 0 to 1
    "raw": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),  # 0 to 255
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),  # torchvision's and most of PyTorch's
    "clip": ((122.7709383, 116.7460125, 104.09373615), (68.5005327, 66.6322050, 70.3231630)),
}


def check_scale(text: str, name: str) -> str:
    if name not in SCALES:
        raise BadLearner(
            f"the backbone {text!r} asks for the scale {name!r}{nearest(name, SCALES)}; there are {', '.join(SCALES)}"
        )
    return name


def square(location: str, size: int) -> np.ndarray:
    """The photo at a path or URL, squeezed: (size, size, 3) uint8, RGB."""
    from PIL import Image

    image = read_image(location, size)
    if image.size != (size, size):
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image)


def scaled(pixels: np.ndarray, scale: str, channels_first: bool) -> np.ndarray:
    """(H, W, 3) uint8 -> float32, (3, H, W) or (H, W, 3)."""
    mean, deviation = np.array(SCALES[scale], np.float32)
    factor, shift = 1 / deviation, -mean / deviation
    if channels_first:
        pixels, factor, shift = pixels.transpose(2, 0, 1), factor[:, None, None], shift[:, None, None]
    out = np.empty(pixels.shape, np.float32)  # of its own, so that a transposed input is written in order
    np.multiply(pixels, factor, out=out)
    out += shift
    return out
