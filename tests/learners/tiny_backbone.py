"""Small networks and pictures that the tests of backbones, pipeline, cache and learner make for themselves."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from askance.samples import Samples, objects

COLOURS = {"red": (250, 20, 30), "green": (10, 230, 40), "blue": (5, 15, 240)}


def save_model(path: Path, inputs, outputs, nodes, weights=(), metadata=None) -> Path:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, [numpy_helper.from_array(a, n) for n, a in weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def floats(name: str, *shape: object):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def means_model(path: Path, nhwc: bool = False, side: object = "S", metadata=None) -> Path:
    """embedding: the mean of each channel of the input, so that what a network is given can be read off it."""
    shape, axes = (("N", side, side, 3), [1, 2]) if nhwc else (("N", 3, side, side), [2, 3])
    node = helper.make_node("ReduceMean", ["x"], ["embedding"], axes=axes, keepdims=0)
    return save_model(path, [floats("x", *shape)], [floats("embedding", "N", 3)], [node], metadata=metadata)


def classifier_model(path: Path, seed: int = 0) -> Path:
    """A convolution, then embedding (N, 4), then logits (N, 3)."""
    rng = np.random.default_rng(seed)
    weights = [
        ("k", rng.normal(size=(4, 3, 3, 3)).astype(np.float32)),
        ("w", rng.normal(size=(4, 3)).astype(np.float32)),
        ("b", np.array([0.1, -0.2, 0.3], np.float32)),
    ]
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["c"], strides=[2, 2]),
        helper.make_node("Relu", ["c"], ["maps"]),
        helper.make_node("GlobalAveragePool", ["maps"], ["p"]),
        helper.make_node("Flatten", ["p"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "w", "b"], ["logits"]),
    ]
    outputs = [floats("logits", "N", 3), floats("embedding", "N", 4), floats("maps", "N", 4, "h", "w")]
    return save_model(path, [floats("x", "N", 3, "H", "W")], outputs, nodes, weights)


def plain_pictures(folder: Path, each: int = 8) -> Samples:
    """`each` nearly plain pictures of every colour, as PNG; names say the colour."""
    rng = np.random.default_rng(0)
    paths = []
    for colour, rgb in COLOURS.items():
        for n in range(each):
            pixels = np.clip(rng.normal(rgb, 12, size=(24, 24, 3)), 0, 255).astype(np.uint8)
            paths.append(folder / f"{colour}_{n}.png")
            Image.fromarray(pixels).save(paths[-1])
    return samples_of(paths)


def samples_of(paths: list[Path], first: int = 1000) -> Samples:
    ids = np.arange(first, first + len(paths), dtype=np.uint64)
    return Samples(ids, "image", objects([str(p) for p in paths]), objects([p.name for p in paths]))


def colours_of(samples: Samples) -> list[str]:
    return [str(name).split("_")[0] for name in samples.names]
