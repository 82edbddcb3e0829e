"""`onnx:FILE`: an ONNX image model, run by onnxruntime on the CPU.  Floor 4.

    onnx:model.onnx?size=128&scale=imagenet&output=features&logits=scores

size    pixels a side; else what the model fixes, else the number that ends the name (mobilenet_224.onnx), else 224
scale   tf (-1 to 1, the default), unit, raw (that of a model that takes bytes), imagenet, clip: see pixels.SCALES
output  the output to take as the embedding; else the one named like one, else the last that is not the logits.  Maps
        (N, D, H, W) and tokens (N, T, D) are averaged to (N, D)
logits  the output that holds the class scores before the softmax; else one with "logit" in its name, if there is one

`size` and `scale` are also read from the model's own metadata, under these names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from askance.errors import BadLearner, nearest
from askance.images import read_image
from askance.learners.backbones import Kind, check_kind, check_options
from askance.learners.backbones.hashing import fingerprint_of, hash_files
from askance.learners.backbones.pixels import check_scale, scaled, squeezed
from askance.learners.cores import cores

EMBEDDING_NAMES = ("embedding", "feature", "pool")  # what exporters call it, as a part of the name


@dataclass(frozen=True)
class OnnxFile:
    text: str
    fingerprint: str
    outputs: Mapping[str, int]
    size: int
    scale: str
    channels_first: bool
    names: tuple[str, ...]  # of the model's outputs, in the order of `outputs`
    session: Any = field(repr=False, compare=False)
    kind: Kind = "image"

    def prepare(self, item: str) -> np.ndarray:
        return squeezed(read_image(item, self.size), self.size)

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        wanted = self.session.get_inputs()[0]
        x = scaled(batch, self.scale, self.channels_first).astype(INPUT_TYPES[wanted.type], copy=False)
        found = self.session.run(list(self.names), {wanted.name: x})
        return dict(zip(self.outputs, map(flat, found), strict=True))


INPUT_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}


def open_model(text: str, target: str, options: dict[str, str], kind: Kind | None) -> OnnxFile:
    check_options(text, options, ("size", "scale", "output", "logits"))
    check_kind(text, "image", kind)
    path = Path(target).expanduser()
    session = open_session(path)
    said = {**session.get_modelmeta().custom_metadata_map, **options}
    channels_first, fixed = input_layout(path, session)
    size = whole(text, said["size"]) if "size" in said else fixed or size_in_name(path) or 224
    if fixed and size != fixed:
        raise BadLearner(f"{path} takes images of {fixed} x {fixed} pixels only; leave size={size} out")
    takes_bytes = INPUT_TYPES[session.get_inputs()[0].type] is np.uint8
    scale = check_scale(text, said.get("scale", "raw" if takes_bytes else "tf"))
    names = output_names(path, session, said)
    recipe = (scale, size, channels_first, tuple(names.items()), "squeezed bilinear", "float32")
    one = OnnxFile(
        text=text,
        fingerprint=fingerprint_of(hash_files(model_files(path)), *recipe),
        outputs=dict.fromkeys(names, 0),
        size=size,
        scale=scale,
        channels_first=channels_first,
        names=tuple(names.values()),
        session=session,
    )
    return with_widths(one, path)


def open_session(path: Path) -> Any:
    import onnxruntime as ort

    if not path.is_file():
        raise BadLearner(f"there is no model file {path}{nearest(path.name, siblings(path))}")
    options = ort.SessionOptions()
    options.intra_op_num_threads = cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: they are raised, and need not be printed besides
    # Threads that spin while they wait would take the cores from those that decode the next photos.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as e:  # onnxruntime's own errors share no base but Exception
        raise BadLearner(f"{path} is no ONNX model that onnxruntime can load: {first_line(e)}") from None


def siblings(path: Path) -> list[str]:
    return [p.name for p in path.parent.glob("*.onnx")] if path.parent.is_dir() else []


def model_files(path: Path) -> list[Path]:
    """The file, and the ones beside it that hold the weights of a model of over 2 GB."""
    return [path, *sorted(p for p in path.parent.glob(f"{path.name}?*") if p.name.endswith("data"))]


def input_layout(path: Path, session: Any) -> tuple[bool, int]:
    """(whether the channels come first, pixels a side or 0 where any size goes)."""
    inputs = session.get_inputs()
    shape = inputs[0].shape
    if len(inputs) != 1 or len(shape) != 4 or inputs[0].type not in INPUT_TYPES:
        listed = ", ".join(f"{i.name} {i.type} {i.shape}" for i in inputs)
        raise BadLearner(
            f"{path} is no image model: it must take one input N x 3 x H x W or N x H x W x 3, not {listed}"
        )
    channels_first = shape[1] == 3 or shape[3] != 3
    channels, sides = (shape[1], shape[2:]) if channels_first else (shape[3], shape[1:3])
    if isinstance(channels, int) and channels != 3:
        raise BadLearner(f"{path} takes images of {channels} channels; only models of colour images (3) can be used")
    if isinstance(sides[0], int) and isinstance(sides[1], int) and sides[0] != sides[1]:
        raise BadLearner(f"{path} takes images of {sides[0]} x {sides[1]} pixels; only squares can be used")
    return channels_first, next((s for s in sides if isinstance(s, int)), 0)


def size_in_name(path: Path) -> int:
    """mobilenet_v1_0.25_128.onnx -> 128; 0 when the name does not end in a likely size."""
    found = re.search(r"[_@-](\d{2,4})$", path.stem)
    size = int(found[1]) if found else 0
    # Networks are made for multiples of their stride or patch; resnet_50, resnet_152 and vgg-16 name something else.
    return size if size >= 64 and (size % 16 == 0 or size % 14 == 0) else 0


def output_names(path: Path, session: Any, said: Mapping[str, str]) -> dict[str, str]:
    """{"embedding": a name of the model's, "logits": another}; the logits only where there are some."""
    names = [o.name for o in session.get_outputs()]
    for option in ("output", "logits"):
        if option in said and said[option] not in names:
            guess = nearest(said[option], names)
            raise BadLearner(f"{path} has no output {said[option]!r}{guess}; it has {', '.join(names)}")
    logits = said.get("logits") or next((n for n in names if "logit" in n.lower()), None)
    rest = [n for n in names if n != logits] or names
    like = [n for part in EMBEDDING_NAMES for n in rest if part in n.lower()]
    embedding = said.get("output") or [*rest[-1:], *like[:1]][-1]
    return {"embedding": embedding} | ({"logits": logits} if logits else {})


def with_widths(one: OnnxFile, path: Path) -> OnnxFile:
    """Runs the model once, on grey: its widths, and whether it runs at all, are then known and not guessed."""
    grey = np.full((one.size, one.size, 3), 127, np.uint8)
    try:
        found = one.run([grey] * 2)
    except BadLearner:
        raise
    except Exception as e:
        raise BadLearner(f"{path} does not run on images of {one.size} x {one.size} pixels: {first_line(e)}") from None
    if any(len(a) != 2 for a in found.values()):
        raise BadLearner(f"{path} takes one image at a time; export it with a batch of any size (dynamic axis 0)")
    widths = {name: a.shape[1] for name, a in found.items()}
    return replace(one, outputs=widths)


def flat(a: np.ndarray) -> np.ndarray:
    """(B, D), (B, D, H, W) or tokens (B, T, D) -> (B, D) float32; maps and tokens are averaged."""
    if a.ndim == 4:
        a = a.mean((2, 3), dtype=np.float32)
    elif a.ndim == 3:
        a = a.mean(1, dtype=np.float32)
    if a.ndim != 2:
        raise BadLearner(f"an output of shape {a.shape} is no embedding; name another one with ?output=")
    return np.ascontiguousarray(a, np.float32)


def whole(text: str, value: str) -> int:
    if not value.isdigit() or not 8 <= int(value) <= 4096:
        raise BadLearner(f"the backbone {text!r} has size={value}; it must be a whole number of pixels, 8 to 4096")
    return int(value)


def first_line(e: Exception) -> str:
    return str(e).strip().partition("\n")[0][:300]
