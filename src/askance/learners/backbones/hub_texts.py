"""Text models of transformers: the average of their tokens, or what sentence-transformers makes of them.  Floor 4."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np

from askance.errors import BadLearner
from askance.learners.backbones import Kind
from askance.learners.backbones.hashing import fingerprint_of
from askance.learners.backbones.hub import load
from askance.learners.backbones.hub_images import one_tensor
from askance.learners.backbones.torch_models import Module, Tensor, device, hash_weights, pooled

LONGEST = 512  # tokens of a text that are read, where the model does not say
Embed = Callable[[list[str]], np.ndarray]  # B texts -> (B, D)


@dataclass(frozen=True)
class HubTexts:
    """Texts are cut into tokens by the thread that runs the model: a fast tokenizer cannot serve several at once."""

    text: str
    fingerprint: str
    outputs: Mapping[str, int]
    embed: Embed = field(repr=False, compare=False)
    kind: Kind = "text"

    def prepare(self, item: str) -> np.ndarray:
        return np.array(item, dtype=object)

    def run(self, batch: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        return {"embedding": self.embed([str(one) for one in batch])}


def open_hub(text: str, where: Mapping[str, str], config: Any) -> HubTexts:
    embed, recipe = sentence_encoder(where) if find_spec("sentence_transformers") else averaged(text, where)
    return HubTexts(text, fingerprint_of(*recipe, "float32"), {"embedding": embed(["one"]).shape[1]}, embed)


def sentence_encoder(where: Mapping[str, str]) -> tuple[Embed, tuple[str, ...]]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(where["pretrained_model_name_or_path"], revision=where["revision"])

    def embed(texts: list[str]) -> np.ndarray:
        return np.asarray(model.encode(texts, show_progress_bar=False, convert_to_numpy=True), np.float32)

    return embed, (hash_weights(model), "sentence-transformers", str(model))


def averaged(text: str, where: Mapping[str, str]) -> tuple[Embed, tuple[str, ...]]:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
    model, missing = load(text, transformers.AutoModel, where)
    model = model.to(device())
    if tokenizer.pad_token is None:  # GPT and its kin; the padding is masked, so that any token will do
        tokenizer.pad_token = tokenizer.eos_token
    longest = min(LONGEST, tokenizer.model_max_length)
    if longest < 1:
        raise BadLearner(f"the tokenizer of {text!r} reads no tokens at all; its model_max_length is {longest}")

    def embed(texts: list[str]) -> np.ndarray:
        import torch

        words = tokenizer(texts, padding=True, truncation=True, max_length=longest, return_tensors="pt").to(device())
        with torch.inference_mode():
            return pooled(mean_of_tokens(model, dict(words)))

    return embed, (hash_weights(model, missing), "mean of tokens", str(longest), tokenizer_hash(tokenizer))


def mean_of_tokens(model: Module, words: dict[str, Tensor]) -> Tensor:
    """(B, D): the average over the tokens that are not padding; of CLIP and SigLIP their own text embedding."""
    shared = getattr(model, "get_text_features", None)
    if shared is not None:
        return one_tensor(shared(**words), True)
    tokens = model(**words).last_hidden_state
    mask = words["attention_mask"].unsqueeze(-1).to(tokens.dtype)
    return (tokens * mask).sum(1) / mask.sum(1).clamp(min=1.0)


def tokenizer_hash(tokenizer: Any) -> str:
    return fingerprint_of(type(tokenizer).__name__, sorted(tokenizer.get_vocab().items()))
