"""From a photo to the array that a network wants.  Floor 4.

The whole photo is squeezed to a square, as nothing is known of where in it the subject is: a crop could lose it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from askance.errors import BadLearner, nearest

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


def squeezed(image: Image.Image, size: int) -> np.ndarray:
    """(size, size, 3) uint8.  The gap lets Pillow halve a large picture cheaply before it resizes with care."""
    if image.size != (size, size):
        image = image.resize((size, size), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(image)


def scaled(batch: Sequence[np.ndarray], scale: str, channels_first: bool) -> np.ndarray:
    """B pictures (H, W, 3) uint8 -> float32, (B, 3, H, W) or (B, H, W, 3).

    In one array for the whole batch: bytes are a quarter of the memory to keep waiting, and an array of floats for each
    picture takes longer to be had from the system than to be filled.
    """
    mean, deviation = np.array(SCALES[scale], np.float32)
    factor, shift = 1 / deviation, -mean / deviation
    if channels_first:
        batch, factor, shift = [p.transpose(2, 0, 1) for p in batch], factor[:, None, None], shift[:, None, None]
    out = np.empty((len(batch), *batch[0].shape), np.float32)
    for picture, pixels in zip(out, batch, strict=True):
        np.copyto(picture, pixels)
        picture *= factor
        picture += shift
    return out
