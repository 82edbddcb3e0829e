"""Text classifiers of the Hugging Face hub, all layers fine-tuned: AutoModelForSequenceClassification.  Floor 4."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner, MissingExtra
from askance.learners.torch.factories import Factory


class TextLogits(nn.Module):
    """x (B, 2, L) whole numbers: the tokens and where there are any -> logits (B, C)."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        longest = max(1, int(x[:, 1].sum(1).max())) if len(x) else 1  # what is padding in all of them costs nothing
        ids, mask = x[:, 0, :longest], x[:, 1, :longest]
        logits: torch.Tensor = self.model(input_ids=ids, attention_mask=mask).logits
        return logits


def pretrained_on_text(text: str, name: str) -> Factory:
    """A text classifier of the hub, or of a folder it was saved to, with a new last layer."""
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError:
        raise MissingExtra(f"{text} needs transformers; install it with: pip install askance[text]") from None
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as e:
        raise BadLearner(f"{text}: no such model can be opened: {str(e).splitlines()[0]}") from None

    def make(classes: int) -> nn.Module:
        found = AutoModelForSequenceClassification.from_pretrained(
            name, num_labels=classes, ignore_mismatched_sizes=True
        )
        found.config.pad_token_id = tokenizer.pad_token_id
        return TextLogits(found)

    def tokens(texts: Sequence[str], most: int) -> np.ndarray:
        """(N, 2, most) int64, each text cut to `most` tokens or padded on the right."""
        if not len(texts):
            return np.zeros((0, 2, most), np.int64)
        said = tokenizer(
            list(texts),
            max_length=most,
            truncation=True,
            padding="max_length",
            padding_side="right",
            return_tensors="np",
        )
        return np.stack([said["input_ids"], said["attention_mask"]], axis=1).astype(np.int64)

    return Factory(text, make, tokens=tokens)
