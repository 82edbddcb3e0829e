"""Frozen networks that turn a photo, a recording or a text into numbers, and the text that opens one.  Floor 4.

    onnx:FILE                 any ONNX image model, on the CPU through onnxruntime; nothing else to install
    transformers:NAME         an image or text model of the Hugging Face hub, or a folder it was saved to
    timm:NAME                 an image model of timm
    torchvision:NAME          an image model of torchvision
    mel                       the loudness of a recording in bands of pitch; no network at all

Options follow a question mark: onnx:model.onnx?scale=imagenet&size=224
"""

import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Literal, Protocol

import numpy as np

from askance.errors import BadLearner, nearest

Kind = Literal["image", "audio", "text"]

# scheme -> the module that opens it, imported on use: some need packages that not everybody has.
SCHEMES = {
    "onnx": "askance.learners.backbones.onnx_file",
    "transformers": "askance.learners.backbones.hub",
    "timm": "askance.learners.backbones.timm_models",
    "torchvision": "askance.learners.backbones.torchvision_models",
    "mel": "askance.learners.backbones.mel",
}
NAMELESS = {"mel"}  # there is but one of it


class Backbone(Protocol):
    """A network whose weights are never changed.

    text         what opens it again
    fingerprint  hexadecimal: changes when the weights, the preprocessing or the precision do, and with nothing else
    kind         the samples that it reads
    outputs      name -> width: {"embedding": D}, and "logits": C where the network is itself a classifier
    """

    @property
    def text(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def outputs(self) -> Mapping[str, int]: ...

    def prepare(self, item: str) -> np.ndarray:
        """One sample, ready for `run`: the photo or recording at this path or URL, decoded; or the text.

        Called in many threads at once.  A file that cannot be read is a BadPool that says why.
        """

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """What the network says of B prepared samples: {"embedding": (B, D) float32, ...}.  One thread at a time."""


def open_backbone(text: str, kind: Kind | None = None) -> Backbone:
    """'onnx:model.onnx?size=128' -> Backbone.  `kind`: what the pool holds, for models that read both."""
    scheme = re.split("[:?]", text, maxsplit=1)[0]
    target, options = split_options(text, text.removeprefix(scheme).removeprefix(":"))
    if scheme not in SCHEMES:
        raise BadLearner(
            f"no backbone begins with {scheme!r}{nearest(scheme, SCHEMES)}; there are {', '.join(sorted(SCHEMES))}"
        )
    if not target and scheme not in NAMELESS:
        raise BadLearner(f"the backbone {text!r} names no model; write it after the colon, as in onnx:model.onnx")
    opener: Callable[[str, str, dict[str, str], Kind | None], Backbone] = import_module(SCHEMES[scheme]).open_model
    return opener(text, target, options, kind)


def split_options(text: str, rest: str) -> tuple[str, dict[str, str]]:
    """'m.onnx?size=96&scale=tf' -> ('m.onnx', {"size": "96", ...}); a ? that no option follows belongs to the name."""
    found = re.fullmatch(r"(.*?)(?:\?(\w+=.*))?", rest, re.DOTALL)
    target, tail = found.groups() if found else (rest, None)
    options: dict[str, str] = {}
    for part in tail.split("&") if tail else ():
        name, equals, value = part.partition("=")
        if not equals or not name or name in options:
            raise BadLearner(
                f"cannot read the option {part!r} of the backbone {text!r}; options are NAME=VALUE, each once"
            )
        options[name] = value
    return target, options


def check_options(text: str, options: Mapping[str, str], known: Sequence[str]) -> None:
    """Options that a backbone does not have are an error that names the nearest."""
    for name in options:
        if name not in known:
            there = f"it takes {', '.join(known)}" if known else "it takes none"
            raise BadLearner(f"the backbone {text!r} has no option {name!r}{nearest(name, known)}; {there}")


def check_kind(text: str, kind: Kind, wanted: Kind | None) -> None:
    if wanted is not None and wanted != kind:
        raise BadLearner(f"the backbone {text!r} reads {kind} samples, and these are {wanted}")
