"""`torchvision:NAME`: an image classifier of torchvision, with its best pretrained weights.  Floor 4.

    torchvision:resnet18        torchvision:resnet18?weights=/models/resnet18-f37072fd.pth

weights  a file of weights (a state dict) on this machine, where the internet cannot be reached
"""

from pathlib import Path
from typing import Any

from askance.errors import BadLearner, nearest
from askance.learners.backbones import Kind, check_kind, check_options
from askance.learners.backbones.classifiers import TorchClassifier, torch_classifier
from askance.learners.backbones.torch_models import Module, first_line, need


def open_model(text: str, target: str, options: dict[str, str], kind: Kind | None) -> TorchClassifier:
    check_options(text, options, ("weights",))
    check_kind(text, "image", kind)
    models = need("torchvision.models", "torchvision", text)
    names = models.list_models(module=models)
    if target not in names:
        raise BadLearner(f"torchvision has no classifier {target!r}{nearest(target, names)}")
    best = models.get_model_weights(target).DEFAULT
    try:
        model = (
            with_file(models, target, options["weights"])
            if "weights" in options
            else models.get_model(target, weights=best)
        )
    except (OSError, RuntimeError) as e:  # no internet is a URLError, which is an OSError; other weights a RuntimeError
        raise BadLearner(
            f"cannot load {text!r}: {first_line(e)}  Where the internet cannot be reached, fetch {best.url} elsewhere "
            f"and give the file: torchvision:{target}?weights=/path/to/{Path(best.url).name}"
        ) from None
    return torch_classifier(text, model, best.transforms(), len(best.meta["categories"]))


def with_file(models: Any, name: str, file: str) -> Module:
    import torch

    model = models.get_model(name, weights=None)
    model.load_state_dict(torch.load(Path(file).expanduser(), map_location="cpu", weights_only=True))
    return model
