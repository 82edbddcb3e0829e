"""Trainers of transformers as learners: the contract, what is theirs, and what is said where they do not fit."""

import os

import contract
import numpy as np
import pytest
from contract import Case
from test_torch_training import arrays

from askance import ops
from askance.errors import BadLearner
from askance.learners import make_learner
from askance.progress import REPORTER
from askance.samples import Samples, objects
from extras import extra

extra("accelerate")
extra("transformers")
import trainer_models  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test is in a folder of its own, and at its end nothing lies in it but what the test itself wrote."""
    made = tmp_path / "here"
    made.mkdir()
    monkeypatch.chdir(made)
    yield made
    assert os.listdir(made) == []


def texts(n, seed):
    rng, names = np.random.default_rng(seed), sorted(trainer_models.SUBJECTS)
    said = [
        " ".join(rng.choice([*trainer_models.SUBJECTS[names[k % 3]].split(), *trainer_models.PLAIN], 3 + k % 5))
        for k in range(n)
    ]
    samples = Samples(ops.key_ids(1000 * seed, n), "text", objects(said), objects(said))
    return samples, [names[k % 3] for k in range(n)]


TEXTS = texts(36, 1)
ARRAYS = arrays(40)
PROBS = frozenset({"probs"})


def learner_of(name, kind="array"):
    return make_learner(f"trainer:trainer_models:{name}?size=16", pool_kind=kind)


CASES = {
    "numbers": Case(lambda: learner_of("numbers"), *ARRAYS, arrays(10, start=700)[0], rtol=1e-4),
    "texts": Case(lambda: learner_of("bert", "text"), *TEXTS, texts(10, 2)[0], rtol=1e-4),
}


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda c: c.__name__)
def test_a_trainer_of_numbers_passes_the_contract(check, tmp_path):
    check(CASES["numbers"], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "check",
    [
        contract.check_sample_order_is_irrelevant,
        contract.check_save_and_load,
        contract.check_same_seed_same_model_and_global_random_state_left_alone,
        contract.check_rows_do_not_depend_on_their_neighbours,
    ],
    ids=lambda c: c.__name__,
)
def test_a_trainer_of_texts_passes_what_texts_could_break(check, tmp_path):
    check(CASES["texts"], tmp_path)


@pytest.mark.parametrize("name", ["bert", "last_token", "grouped"])
def test_texts_are_learned_and_embeddings_are_what_the_last_layer_is_given(name):
    one = learner_of(name, "text")
    samples, labels = texts(24, 3)
    report = one.fit(*TEXTS, validation=(samples, labels))
    assert report.validation["accuracy"] > 0.6
    assert one.provides == {"probs", "logits", "embeddings"}
    said = one.signals(samples, one.provides)
    assert said["embeddings"].shape == (24, 16)
    weights = one._learned()
    head = "net.score" if name == "last_token" else "net.classifier"
    again = said["embeddings"] @ weights[f"{head}.weight"].T + weights.get(f"{head}.bias", 0)
    np.testing.assert_allclose(again, said["logits"], atol=1e-4)
    np.testing.assert_allclose(ops.softmax(said["logits"]), said["probs"], atol=1e-6)
    backwards = samples.take(np.arange(23, -1, -1))
    np.testing.assert_allclose(one.signals(backwards, PROBS)["probs"][::-1], said["probs"], atol=1e-5)


def test_long_texts_are_cut_and_empty_ones_are_one_unknown_token():
    one = learner_of("bert", "text")
    one.fit(*TEXTS)
    said = objects(["ball " * 12, "ball " * 50, "", "neverheard"])
    probs = one.signals(Samples(ops.key_ids(9000, 4), "text", said, said), PROBS)["probs"]
    np.testing.assert_allclose(probs[0], probs[1], atol=1e-6)
    np.testing.assert_allclose(probs[2], probs[3], atol=1e-6)
    empty = objects([""])
    alone = one.signals(Samples(ops.key_ids(9500, 1), "text", empty, empty), PROBS)["probs"]
    np.testing.assert_allclose(alone[0], probs[2], atol=1e-6)


def test_a_loss_of_the_users_own_and_a_model_of_plain_tensors():
    one = learner_of("own_loss")
    assert one.fit(*ARRAYS, validation=arrays(60, start=2000)).validation["accuracy"] > 0.6


def test_callbacks_of_the_user_are_called_and_progress_is_told(capfd):
    trainer_models.steps.clear()
    told = []
    before = REPORTER.set(lambda what, total: lambda done: told.append((what, total, done)))
    try:
        learner_of("watched").fit(*ARRAYS)
    finally:
        REPORTER.reset(before)
    assert trainer_models.steps == list(range(1, 16)), "3 epochs of 40 in batches of 8"
    assert told == [*(("training", 15, n) for n in range(1, 16)), ("training", 15, -1)]
    assert capfd.readouterr() == ("", ""), "no bars, no losses"


def test_a_model_that_the_trainer_makes_depends_on_our_seed():
    def fitted(seed):
        one = learner_of("drawn_inside")
        one.fit(*ARRAYS, seed=seed)
        return one.signals(ARRAYS[0], PROBS)["probs"]

    np.testing.assert_array_equal(fitted(1), fitted(1))
    assert np.abs(fitted(1) - fitted(2)).max() > 1e-3


def test_the_best_checkpoint_is_taken_where_the_user_asks_for_it():
    one = learner_of("best_of_two")
    one.fit(*ARRAYS)
    first = learner_of("one_epoch")
    first.fit(*ARRAYS)
    for name, a in first._learned().items():
        np.testing.assert_array_equal(one._learned()[name], a), "the second epoch goes up a cliff"


def test_weights_of_sixteen_bits_are_kept_and_come_back(tmp_path):
    one = learner_of("halves", "text")
    one.fit(*TEXTS)
    said = one.signals(TEXTS[0], PROBS)["probs"]
    assert all(a.dtype in (np.float32, np.int64) for a in one._learned().values())
    one.save(tmp_path / "kept")
    again = learner_of("halves", "text")
    again.load(tmp_path / "kept")
    np.testing.assert_array_equal(again.signals(TEXTS[0], PROBS)["probs"], said)


def test_photos_go_through_the_image_processor(tmp_path):
    from PIL import Image

    rng = np.random.default_rng(0)
    paths = [str(tmp_path / f"{n}.png") for n in range(24)]
    for n, path in enumerate(paths):
        pixels = rng.integers(0, 100, (16, 16, 3), dtype=np.uint8)
        pixels[:, :, n % 3] += 120
        Image.fromarray(pixels).save(path)
    samples, labels = Samples(ops.key_ids(0, 24), "image", objects(paths), objects(paths)), ["r", "g", "b"] * 8
    one = learner_of("photos", "image")
    assert one.fit(samples, labels, validation=(samples, labels)).validation["accuracy"] > 0.6


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("no_trainer", "array", "must return a transformers.Trainer, not Numbers"),
        ("with_data", "array", "must return a Trainer without a train_dataset"),
    ],
)
def test_a_factory_that_gives_something_else(name, kind, sentence):
    with pytest.raises(BadLearner, match=sentence):
        learner_of(name, kind)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        (
            "headless",
            TEXTS,
            "the model Body must give logits, as a classifier of transformers does, and gives last_hid",
        ),
        ("bert_of_two", TEXTS, r"must give logits \(2, 3\) for 2 samples of 3 classes, .*num_labels=classes"),
        ("bert_without_tokenizer", TEXTS, r"this one has none; make it with Trainer\(..., processing_class=tokenizer"),
        ("bert", ARRAYS, r"the model BertForSequenceClassification cannot take input_ids \(2, 4\), .*Float"),
        ("diverging", ARRAYS, "has values that are not finite; train it at a lower rate"),
    ],
)
def test_what_does_not_fit_is_one_sentence(name, data, sentence):
    one = learner_of(name, data[0].kind)
    with pytest.raises(BadLearner, match=sentence) as e:
        one.fit(*data)
    assert "\n" not in str(e.value)
