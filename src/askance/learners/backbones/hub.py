"""`transformers:NAME`: a model of the Hugging Face hub, or of a folder it was saved to.  Floor 4.

    transformers:microsoft/resnet-18        transformers:/models/dinov2-small        transformers:NAME?revision=v1

revision  the branch, tag or commit of the hub
kind      image or text, for models that read both (CLIP, SigLIP); else what the pool holds
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from askance.errors import BadLearner
from askance.learners.backbones import Backbone, Kind, check_kind, check_options
from askance.learners.backbones.torch_models import Module, first_line, need

OPENERS: Mapping[Kind, str] = {
    "image": "askance.learners.backbones.hub_images",
    "text": "askance.learners.backbones.hub_texts",
}


def open_model(text: str, target: str, options: dict[str, str], kind: Kind | None) -> Backbone:
    check_options(text, options, ("revision", "kind"))
    given = options.get("kind", kind)
    if given not in ("image", "text", None):
        raise BadLearner(f"the backbone {text!r} has kind={given}; it must be image or text")
    install = '"askance[text]"' if given == "text" else '"askance[vision]"'
    transformers = need("transformers", install, text)
    need("torch", install, text)
    place = str(Path(target).expanduser())
    where = {"pretrained_model_name_or_path": place, "revision": options.get("revision", "main")}
    with quiet(transformers), unreachable_named(text, transformers):
        config = transformers.AutoConfig.from_pretrained(**where)
        found = cast(Kind, given or ("image" if reads_images(transformers, where) else "text"))
        check_kind(text, found, kind)
        backbone: Backbone = import_module(OPENERS[found]).open_hub(text, where, config)
    return backbone


def reads_images(transformers: Any, where: Mapping[str, str]) -> bool:
    try:
        transformers.AutoImageProcessor.from_pretrained(**where)
    except (OSError, ValueError):
        return False
    return True


def load(text: str, auto: Any, where: Mapping[str, str]) -> tuple[Module, list[str]]:
    """(the model, the parameters that the checkpoint lacks).  Only a pooler may be missing: it is not used then."""
    model, said = auto.from_pretrained(**where, output_loading_info=True)
    missing = sorted(said["missing_keys"])
    if lost := [name for name in missing if "pooler" not in name]:
        raise BadLearner(f"the checkpoint of {text!r} lacks weights of its own model, among them {lost[0]}")
    return model.eval().float(), missing


@contextmanager
def unreachable_named(text: str, transformers: Any) -> Iterator[None]:
    """A model that is neither on this machine nor to be had."""
    try:
        yield
    except BadLearner:
        raise
    except (OSError, ValueError) as e:
        raise BadLearner(
            f"cannot load {text!r}: {first_line(e)}  Where the hub cannot be reached, fetch the model elsewhere "
            "(huggingface-cli download NAME --local-dir FOLDER) and give the folder: transformers:/path/to/FOLDER"
        ) from None


@contextmanager
def quiet(transformers: Any) -> Iterator[None]:
    """No tables and bars of another library in our output; what it would say is an error of ours or nothing."""
    logging = transformers.utils.logging
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
