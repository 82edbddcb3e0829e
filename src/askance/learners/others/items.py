"""Samples as a Trainer of transformers takes them: one mapping each, of tokens, of pixels or of numbers.  Floor 4."""

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np
from transformers import ImageProcessingMixin, PreTrainedTokenizerBase

from askance.errors import BadLearner
from askance.learners.others.tensors import shaped

SANE = 10**9  # a tokenizer that was told no length says that it takes more tokens than this


def items(trainer: Any, x: np.ndarray) -> list[dict[str, Any]]:
    """x: texts (n,) object, photos (n, S, S, 3) in 0 to 1, or arrays (n, ...) -> what the data collator is given.

    Texts go through the Trainer's tokenizer, photos through its image processor where it has one.  Other arrays are
    given as tensors under the name of the model's main input.
    """
    if x.dtype == object:
        return _tokens(trainer, x.tolist())
    if x.ndim == 4 and x.shape[3] == 3 and isinstance(trainer.processing_class, ImageProcessingMixin):
        photos = list(np.rint(x * 255).astype(np.uint8))
        said = trainer.processing_class(images=photos, return_tensors="pt")
        return _rows(said, len(x))
    return _rows({main_input(trainer.model): shaped(x)}, len(x))


def with_labels(trainer: Any, x: np.ndarray, y: np.ndarray) -> list[dict[str, Any]]:
    """The same, each with its class number under `labels`, or under what TrainingArguments.label_names says."""
    names = trainer.label_names
    name = names[0] if names and "labels" not in names else "labels"
    return [item | {name: int(c)} for item, c in zip(items(trainer, x), y, strict=True)]


def main_input(model: Any) -> str:
    """What the model itself names as its main input, if its forward takes that, else the first thing it takes."""
    takes = list(signature(model.forward).parameters)
    said = getattr(model, "main_input_name", "")
    return said if said in takes else takes[0]


def _tokens(trainer: Any, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Not padded: that is the business of the data collator.  A text without a token becomes one unknown token."""
    tokenizer = trainer.processing_class
    if not isinstance(tokenizer, PreTrainedTokenizerBase):
        raise BadLearner(
            "texts are cut into tokens by the Trainer's own tokenizer, and this one has none; make it with "
            "Trainer(..., processing_class=tokenizer)"
        )
    most = _most(tokenizer, trainer.model)
    found = _rows(tokenizer(texts, truncation=most is not None, max_length=most), len(texts))
    first = tokenizer.model_input_names[0]
    unknown = tokenizer.unk_token_id or tokenizer.pad_token_id or 0
    alone = {name: [int(name == "attention_mask")] for name in found[0]} | {first: [unknown]}
    return [item if item[first] else alone for item in found]


def _most(tokenizer: Any, model: Any) -> int | None:
    """The tokens that a text may have: what the tokenizer says, or else the positions of the model."""
    if tokenizer.model_max_length < SANE:
        return int(tokenizer.model_max_length)
    return getattr(getattr(model, "config", None), "max_position_embeddings", None)


def _rows(columns: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    return [{name: column[n] for name, column in columns.items()} for n in range(count)]
