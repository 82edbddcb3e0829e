"""Trainers of Hugging Face transformers: their own arguments, loss, schedule, collator and callbacks.  Floor 4."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import accelerate  # noqa: F401  # without it a Trainer cannot be made, and transformers says so only then
import numpy as np
import torch
from torch import nn
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainerCallback, TrainingArguments, set_seed
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK
from transformers.utils import logging

from askance import ops
from askance.errors import BadLearner
from askance.learners.others.items import items, with_labels
from askance.learners.others.model import Arrays
from askance.learners.others.tensors import arrays_of, put_back
from askance.learners.torch.forward import last_linear, out_of_memory
from askance.progress import bar

SPEAKERS = (PrinterCallback, ProgressCallback, *INTEGRATION_TO_CALLBACK.values())


class TrainerModel:
    """`factory(classes)` gives a Trainer without data; its model maps a batch to an output with logits (B, classes)."""

    def __init__(self, factory: Callable[[int], Any]):
        self.factory = factory
        head = last_linear(self._made(2).model)
        self.provides = ("probs", "logits", *(["embeddings"] if head is not None and head.out_features == 2 else []))
        self._asked: tuple[Arrays, Trainer] | None = None

    def fit(self, x: np.ndarray, y: np.ndarray, classes: int, seed: int) -> Arrays:
        trainer = self._made(classes)
        with quiet(), TemporaryDirectory(prefix="askance-trainer-") as folder, ExitStack() as stack:
            confine(trainer.args, folder)
            trainer.args.seed = seed % 2**32
            trainer.label_names = trainer.label_names or ["labels"]  # else they are dropped before a loss sees them
            try_out(trainer, x[:2], classes)
            trainer.train_dataset = with_labels(trainer, x, y)
            trainer.add_callback(Told(stack))
            set_seed(trainer.args.seed)  # the Trainer, when it was made, has set the one of its arguments
            trainer.train()
        return {**arrays_of(trainer.model), "classes": np.array(classes)}

    def says(self, weights: Arrays, x: np.ndarray) -> dict[str, np.ndarray]:
        if self._asked is None or self._asked[0] is not weights:
            trainer = self._made(int(weights["classes"]))
            put_back(trainer.model, weights)
            in_order(trainer.args)
            self._asked = weights, trainer
        trainer = self._asked[1]
        with quiet(), listening(trainer.model) as heard:
            trainer.predict(items(trainer, x))
        logits = np.concatenate([said for said, _ in heard])
        found = {"probs": ops.softmax(logits), "logits": logits}
        if "embeddings" not in self.provides:
            return found
        return found | {"embeddings": np.concatenate([vectors for _, vectors in heard])}

    def _made(self, classes: int) -> Trainer:
        with quiet(), unwritten():
            trainer = self.factory(classes)
        if not isinstance(trainer, Trainer):
            raise BadLearner(f"a factory of trainer: must return a transformers.Trainer, not {type(trainer).__name__}")
        if trainer.train_dataset is not None:
            raise BadLearner("a factory of trainer: must return a Trainer without a train_dataset: that is the labels")
        for kind in SPEAKERS:
            trainer.remove_callback(kind)
        return trainer


class Told(TrainerCallback):  # type: ignore[misc]
    """Says how far a fit is.  stack: is closed after the fit, and the bar with it."""

    def __init__(self, stack: ExitStack):
        self.stack = stack

    def on_train_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        self.done = self.stack.enter_context(bar("training", state.max_steps))

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        self.done(state.global_step)


def confine(args: TrainingArguments, folder: str) -> None:
    """What is written goes into the folder, and is what the best checkpoint needs, or nothing."""
    args.output_dir, args.push_to_hub, args.disable_tqdm = folder, False, True
    if not args.load_best_model_at_end:
        args.save_strategy = "no"


def in_order(args: TrainingArguments) -> None:
    """Samples are asked about one after the other on one device, and no losses or metrics are worked out."""
    args.train_sampling_strategy, args.group_by_length = "sequential", False  # the one name of 5, the other of 4
    args.prediction_loss_only, args.disable_tqdm, args._n_gpu = True, True, 1


def try_out(trainer: Trainer, x: np.ndarray, classes: int) -> None:
    """A model that does not take these samples, or not that many classes, is known before the loss fails on it."""
    name = type(trainer.model).__name__
    batch = next(iter(trainer.get_test_dataloader(items(trainer, x))))
    try:
        with torch.no_grad():
            out = trainer.model.eval()(**batch)
    except (RuntimeError, TypeError, ValueError, IndexError) as e:
        if isinstance(e, RuntimeError) and out_of_memory(e):
            raise
        shapes = ", ".join(f"{key} {tuple(a.shape)}" for key, a in batch.items())
        raise BadLearner(f"the model {name} cannot take {shapes}: {(str(e).splitlines() or [''])[0]}") from e
    logits = logits_of(trainer.model, out)
    if logits.shape != (len(x), classes):
        raise BadLearner(
            f"the model {name} must give logits ({len(x)}, {classes}) for {len(x)} samples of {classes} classes, and "
            f"gives {tuple(logits.shape)}; make it with num_labels=classes"
        )


def logits_of(model: nn.Module, out: Any) -> torch.Tensor:
    """Of an output of transformers, a mapping, or a plain tensor."""
    found = out.get("logits") if isinstance(out, dict) else out
    if isinstance(found, torch.Tensor):
        return found.detach().float()
    got = ", ".join(out) if isinstance(out, dict) else type(out).__name__
    raise BadLearner(
        f"the model {type(model).__name__} must give logits, as a classifier of transformers does, and gives {got}"
    )


@contextmanager
def listening(model: nn.Module) -> Iterator[list[tuple[np.ndarray, np.ndarray]]]:
    """Inside, the list grows by (logits (B, C), embeddings (B, D)) with each batch that the model is asked about."""
    heard, caught, head = list[tuple[np.ndarray, np.ndarray]](), list[torch.Tensor](), last_linear(model)

    def catch(_: nn.Module, args: tuple[Any, ...], out: torch.Tensor) -> None:
        caught[:] = [args[0].detach(), out.detach()]

    def note(_: nn.Module, args: tuple[Any, ...], out: Any) -> None:
        logits = logits_of(model, out)
        vectors = embedding(caught[0].float(), caught[1].float(), logits) if caught else logits[:, :0]
        heard.append((ops.as_numpy(logits), ops.as_numpy(vectors)))

    with ExitStack() as undo:
        if head is not None:
            undo.callback(head.register_forward_hook(catch).remove)
        undo.callback(model.register_forward_hook(note).remove)
        yield heard


def embedding(inputs: torch.Tensor, outputs: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """(B, D), the input of the last layer: (B, D) itself, or (B, L, D) where it is asked about every token.

    Then the model takes the logits of one token, such as the last, and ours is the token whose logits they are.
    """
    if inputs.ndim == 2 or outputs.shape[-1] != logits.shape[-1]:
        return inputs.flatten(1)
    inputs, outputs = inputs.flatten(1, -2), outputs.flatten(1, -2)
    place = (outputs - logits[:, None]).abs().sum(2).argmin(1)
    return inputs[torch.arange(len(inputs), device=inputs.device), place]


@contextmanager
def unwritten() -> Iterator[None]:
    """A Trainer makes its output folder when it is made, unless its process is one that writes nothing."""
    before = TrainingArguments.should_save
    TrainingArguments.should_save = False
    try:
        yield
    finally:
        TrainingArguments.should_save = before


@contextmanager
def quiet() -> Iterator[None]:
    """Transformers tells of new layers, devices and steps by logs, bars and warnings, of no use to those who label."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
