"""`timm:NAME`: an image model of timm, with its pretrained weights.  Floor 4.

    timm:resnet18.a1_in1k        timm:resnet18?weights=/models/resnet18.safetensors

weights  a file of weights on this machine, where the hub cannot be reached
"""

from askance.errors import BadLearner, nearest
from askance.learners.backbones import Kind, check_kind, check_options
from askance.learners.backbones.classifiers import TorchClassifier, torch_classifier
from askance.learners.backbones.torch_models import first_line, need


def open_model(text: str, target: str, options: dict[str, str], kind: Kind | None) -> TorchClassifier:
    check_options(text, options, ("weights",))
    check_kind(text, "image", kind)
    timm = need("timm", '"askance[timm]"', text)
    if "/" not in target and ":" not in target and not timm.is_model(target.partition(".")[0]):
        raise BadLearner(f"timm has no model {target!r}{nearest(target, timm.list_models())}")
    here = options.get("weights", "")
    try:
        model = timm.create_model(target, pretrained=not here, checkpoint_path=here)
    except (OSError, RuntimeError) as e:  # the hub's own errors are OSErrors; weights of another model a RuntimeError
        raise BadLearner(
            f"cannot load {text!r}: {first_line(e)}  Where the hub cannot be reached, fetch the weights elsewhere and "
            f"give the file: timm:{target}?weights=/path/to/model.safetensors"
        ) from None
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
    return torch_classifier(text, model, transform, int(model.num_classes))
