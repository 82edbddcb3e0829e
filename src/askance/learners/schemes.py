"""The table of all learners: what each is called, what it reads and gives, and who makes it.  Floor 4."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from askance.learners import makers
from askance.learners.request import Request
from askance.protocols import Learner
from askance.samples import Kind


@dataclass(frozen=True)
class Scheme:
    """One sort of learner, as `make_learner` reads it and as the documentation lists it.

    options  the ones that it takes here; None where the learner itself knows them and checks them
    """

    form: str
    what: str
    gives: str
    reads: tuple[Kind, ...]
    make: Callable[[Request], Learner]
    options: tuple[str, ...] | None = ("members",)


OTHERS: tuple[Kind, ...] = ("image", "array")
NUMBERS: tuple[Kind, ...] = ("table", "array", "signals")
SCHEMES: Mapping[str, Scheme] = {
    "onnx": Scheme(
        "onnx:FILE",
        "an ONNX network, frozen, with a linear head",
        "probs, embeddings",
        ("image",),
        makers.backbone,
        None,
    ),
    "transformers": Scheme(
        "transformers:NAME",
        "a network of the Hugging Face hub, frozen, with a linear head",
        "probs, embeddings",
        ("image", "text"),
        makers.backbone,
        None,
    ),
    "timm": Scheme(
        "timm:NAME",
        "a network of timm, frozen, with a linear head",
        "probs, embeddings",
        ("image",),
        makers.backbone,
        None,
    ),
    "torchvision": Scheme(
        "torchvision:NAME",
        "a network of torchvision, frozen, with a linear head",
        "probs, embeddings",
        ("image",),
        makers.backbone,
        None,
    ),
    "torch": Scheme(
        "torch:module:factory",
        "your own PyTorch network, trained on the labels",
        "probs, logits, embeddings; members by dropout",
        ("image", "array", "text"),
        makers.torch,
        None,
    ),
    "keras": Scheme(
        "keras:module:factory",
        "your own Keras 3 model, on any backend",
        "probs, embeddings",
        OTHERS,
        makers.others,
        None,
    ),
    "lightning": Scheme(
        "lightning:module:factory",
        "your own Lightning module, trained by Lightning",
        "probs, logits, embeddings; members by dropout",
        OTHERS,
        makers.others,
        None,
    ),
    "skorch": Scheme("skorch:module:factory", "your own skorch net", "probs, embeddings", OTHERS, makers.others, None),
    "trainer": Scheme(
        "trainer:module:factory",
        "your own Trainer of transformers, with its model",
        "probs, logits, embeddings",
        (*OTHERS, "text"),
        makers.others,
        None,
    ),
    "call": Scheme(
        "call:module:factory",
        "two functions of yours, fit and says: JAX or anything else",
        "what they give",
        (*OTHERS, "text"),
        makers.others,
        None,
    ),
    "cnn": Scheme(
        "cnn",
        "a small convolutional network, trained from scratch",
        "probs, logits, embeddings, members by dropout",
        ("image",),
        makers.torch,
        None,
    ),
    "ssl": Scheme(
        "ssl:METHOD",
        "features learned from the pool itself, by simclr or vicreg, with a linear head",
        "probs, embeddings",
        ("image",),
        makers.ssl,
        None,
    ),
    "asal": Scheme(
        "asal:LEARNER",
        "a network, and real samples nearest to what a generator makes up where it is most in doubt",
        "synthetic, and what that learner gives",
        ("image", "array"),
        makers.asal,
        None,
    ),
    "mel": Scheme(
        "mel",
        "log-mel energies of recordings with a linear head",
        "probs, embeddings",
        ("audio",),
        makers.backbone,
        ("members", "bands", "parts"),
    ),
    "tfidf": Scheme(
        "tfidf",
        "words and word pairs with a linear head",
        "probs, embeddings",
        ("text",),
        makers.tfidf,
        ("members", "dims"),
    ),
    "linear": Scheme("linear", "the features with a linear head", "probs, embeddings", NUMBERS, makers.linear),
    "sklearn": Scheme(
        "sklearn:Name(...)",
        "any classifier of scikit-learn, or steps joined by |",
        "embeddings; probs and decision where it has them",
        NUMBERS,
        makers.sklearn,
        ("members", "calibrate"),
    ),
    "ridge": Scheme(
        "ridge",
        "for numbers: linear regression in closed form",
        "prediction, variance, outputs, embeddings",
        NUMBERS,
        makers.ridge,
    ),
    "gp": Scheme("gp", "for numbers: a Gaussian process", "prediction, variance, embeddings", NUMBERS, makers.gp, ()),
    "mlp": Scheme(
        "mlp",
        "for numbers: a small network",
        "prediction, hidden, layers, embeddings; outputs and member_layers with members",
        NUMBERS,
        makers.mlp,
        ("members", "width", "depth", "decay"),
    ),
    "regressor": Scheme(
        "regressor:Name(...)",
        "for numbers: any regressor of scikit-learn, or steps joined by |",
        "prediction, embeddings; outputs, variance and hidden where it has them",
        NUMBERS,
        makers.regressor,
    ),
    "precomputed": Scheme(
        "precomputed", "your own matrix, as it is", "what the matrix holds", ("signals",), makers.precomputed
    ),
    "none": Scheme(
        "none",
        "nothing: for labels that no model here learns from",
        "nothing",
        ("image", "audio", "text", *NUMBERS),
        makers.none,
        (),
    ),
    "pseudo": Scheme(
        "pseudo:LEARNER",
        "any of these, trained also on what it is sure of",
        "what that learner gives",
        ("image", "audio", "text", *NUMBERS),
        makers.pseudo,
        None,
    ),
}
