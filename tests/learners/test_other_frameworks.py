"""Keras, Lightning, skorch and plain functions under the contract of learners; a text classifier made on the spot."""

import sys
from itertools import product

import contract
import numpy as np
import pytest
from contract import Case
from test_torch_training import arrays

from askance import ops
from askance.errors import BadLearner, MissingExtra
from askance.learners import make_learner
from askance.samples import Samples, objects
from extras import extra, installed

SAMPLES, LABELS = arrays(40)
UNSEEN = arrays(10, start=700)[0]
# What a fit costs in Keras and Lightning is most of a second, and the contract has a few dozen.
CHECKED = (
    contract.check_provides_is_what_it_gives,
    contract.check_sample_order_is_irrelevant,
    contract.check_save_and_load,
    contract.check_same_seed_same_model_and_global_random_state_left_alone,
    contract.check_no_samples,
    contract.check_rows_do_not_depend_on_their_neighbours,
)


def case(text, package, samples=SAMPLES, labels=LABELS, unseen=UNSEEN):
    return package, Case(lambda: make_learner(text, pool_kind=samples.kind), samples, labels, unseen, rtol=1e-4)


CASES = {
    "keras": case("keras:other_models:keras_dense?epochs=10&batch=8", "keras"),
    "lightning": case("lightning:other_models:lit?epochs=12&batch=8&passes=3", "lightning"),
    "skorch": case("skorch:other_models:skorched", "skorch"),
    "jax": case("call:other_models:Jax", "jax"),
}
NUMPY = case("call:other_models:Centroids", "numpy")[1]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "check"), list(product(CASES, CHECKED)), ids=lambda v: getattr(v, "__name__", v))
def test_other_frameworks_pass_the_contract(name, check, tmp_path):
    package, one = CASES[name]
    installed(package)
    check(one, tmp_path)


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda c: c.__name__)
def test_functions_of_arrays_pass_the_whole_contract(check, tmp_path):
    check(NUMPY, tmp_path)


@pytest.mark.parametrize("name", CASES)
def test_they_learn(name):
    package, one = CASES[name]
    installed(package)
    learner = one.make()
    report = learner.fit(SAMPLES, LABELS, validation=arrays(60, start=2000))
    assert report.validation["n"] == 60
    assert report.validation["accuracy"] > 0.6


@pytest.mark.parametrize(
    ("scheme", "package"),
    [("keras", "keras"), ("lightning", "lightning"), ("skorch", "skorch"), ("trainer", "accelerate")],
)
def test_what_is_not_installed_is_named_with_how_to_install_it(scheme, package, monkeypatch):
    for name in [n for n in sys.modules if n == package or n.startswith((f"{package}.", "askance.learners.others."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=rf"needs {package}\S*; install it with: pip install askance\[{scheme}\]"):
        make_learner(f"{scheme}:other_models:nothing", pool_kind="array")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("call:other_models:Centroid", "has no factory 'Centroid'; did you mean 'Centroids'?"),
        ("call:no_such_module:Mine", "there is no module 'no_such_module'"),
        ("call:Mine", "write module:name after the scheme"),
        ("call:other_models:Centroids?epoch=3", "has no setting 'epoch'; did you mean 'epochs'?"),
        ("call:other_models:Centroids?batch=1", "batch must be a whole number of 2 or more, not '1'"),
        ("call:other_models:Silent", "must give probs or logits"),
    ],
)
def test_what_is_wrong_is_said(text, sentence):
    with pytest.raises(BadLearner) as e:
        make_learner(text, pool_kind="array")
    assert sentence in str(e.value)


def test_numbers_that_are_not_finite_are_refused_before_and_after_a_fit(monkeypatch):
    import other_models

    bad = SAMPLES.take(np.arange(40))
    bad.data[3, 1] = np.nan
    with pytest.raises(BadLearner, match="row 3 has NaN"):
        NUMPY.make().fit(bad, LABELS)
    monkeypatch.setattr(other_models.Centroids, "fit", lambda *_: {"centres": np.full((3, 4), np.inf)})
    with pytest.raises(BadLearner, match="centres has values that are not finite"):
        NUMPY.make().fit(SAMPLES, LABELS)


def test_keras_models_of_logits_and_of_softmax_are_told_apart():
    installed("keras")
    learner = make_learner("keras:other_models:keras_logits?epochs=3", pool_kind="array")
    learner.fit(SAMPLES, LABELS)
    probs = learner.signals(UNSEEN, frozenset({"probs"}))["probs"]
    np.testing.assert_allclose(probs.sum(1), 1, atol=1e-5)
    assert learner.signals(UNSEEN, frozenset({"embeddings"}))["embeddings"].shape == (10, 8)


def test_photos_come_with_their_channels_first_where_pytorch_wants_them(tmp_path):
    installed("skorch")
    from PIL import Image

    rng = np.random.default_rng(0)
    for n in range(24):
        pixels = rng.integers(0, 100, (16, 16, 3), dtype=np.uint8)
        pixels[:, :, n % 3] += 120
        Image.fromarray(pixels).save(tmp_path / f"{n}.png")
    paths = [str(tmp_path / f"{n}.png") for n in range(24)]
    samples = Samples(ops.key_ids(0, 24), "image", objects(paths), objects(paths))
    learner = make_learner("skorch:other_models:skorched_photos?size=16", pool_kind="image")
    report = learner.fit(
        samples, ["abc"[n % 3] for n in range(24)], validation=(samples, ["abc"[n % 3] for n in range(24)])
    )
    assert report.validation["accuracy"] > 0.6


# ---- texts

WORDS = {"sport": "ball goal team match run", "food": "bread salt soup oven taste", "law": "court judge rule act plea"}


def texts(n, seed):
    rng = np.random.default_rng(seed)
    names = sorted(WORDS)
    said = [" ".join(rng.choice([*WORDS[names[k % 3]].split(), "the", "a", "of"], 3 + k % 5)) for k in range(n)]
    samples = Samples(ops.key_ids(1000 * seed, n), "text", objects(said), objects(said))
    return samples, [names[k % 3] for k in range(n)]


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory):
    """A BERT of two layers and its tokenizer, from a config: nothing is downloaded."""
    transformers, tokenizers = extra("transformers"), extra("tokenizers")
    torch = extra("torch")
    folder = tmp_path_factory.mktemp("bert")
    words = ["[PAD]", "[UNK]", "the", "a", "of", *" ".join(WORDS.values()).split()]
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]")
    fast.save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def reader(folder, **options):
    words = {"epochs": "15", "rate": "0.01", "tokens": "12", "passes": "3", "batch": "16"}
    words |= {k: str(v) for k, v in options.items()}
    said = "&".join(f"{k}={v}" for k, v in words.items())
    return make_learner(f"torch:transformers:{folder}?{said}", pool_kind="text")


@pytest.mark.torch
def test_a_text_classifier_is_fine_tuned_and_says_all_that_a_network_says(tiny_bert, tmp_path):
    samples, labels = texts(60, 1)
    other, theirs = texts(30, 2)
    one = reader(tiny_bert)
    report = one.fit(samples, labels, validation=(other, theirs))
    assert report.validation["accuracy"] > 0.8
    assert one.provides == {"probs", "logits", "embeddings", "members"}
    said = one.signals(other, one.provides)
    assert said["embeddings"].shape == (30, 16)
    assert said["members"].shape == (30, 3, 3)
    assert np.abs(said["members"][:, 0] - said["members"][:, 1]).max() > 1e-3
    alone = one.signals(other.take(np.array([4])), one.provides)
    for name in one.provides:
        np.testing.assert_allclose(alone[name][0], said[name][4], atol=1e-4), "padding does not matter"
    one.save(tmp_path)
    again = reader(tiny_bert)
    again.load(tmp_path)
    np.testing.assert_allclose(again.signals(other, frozenset({"probs"}))["probs"], said["probs"], atol=1e-6)
    assert len(one.signals(other.take(np.zeros(0, np.int64)), frozenset({"probs"}))) == 0


@pytest.mark.torch
def test_only_networks_that_bring_their_tokens_read_texts(tiny_bert):
    with pytest.raises(BadLearner, match="says nothing of how they are cut into tokens"):
        make_learner("torch:tiny_nets:dense", pool_kind="text")
    with pytest.raises(BadLearner, match="learns from texts here"):
        reader(tiny_bert).fit(SAMPLES, LABELS)
    learner = make_learner("call:other_models:Words", pool_kind="text")
    samples, labels = texts(60, 1)
    assert learner.fit(samples, labels, validation=texts(30, 2)).validation["accuracy"] > 0.6
