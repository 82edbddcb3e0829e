"""The learner of a frozen network and a linear head."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_backbone import classifier_model, colours_of, means_model, plain_pictures

from askance import ops
from askance.errors import BadLearner, BadPool, MissingSignal
from askance.learners.backbones import open_backbone
from askance.learners.frozen import FrozenLearner
from askance.protocols import Learner
from askance.samples import Samples, objects
from askance.select import select
from askance.signals import check_values

ALL = frozenset({"embeddings", "probs", "members"})


@pytest.fixture
def photos(tmp_path: Path) -> Samples:
    (tmp_path / "photos").mkdir()
    return plain_pictures(tmp_path / "photos", each=16)


def learner_in(folder: Path, members: int = 0, seed: int = 0) -> FrozenLearner:
    model = folder / "tiny_64.onnx"
    return FrozenLearner(open_backbone(f"onnx:{classifier_model(model, seed)}"), folder / "cache", members)


def split(samples: Samples) -> tuple[Samples, Samples]:
    even = np.arange(len(samples)) % 2 == 0
    return samples.take(even), samples.take(~even)


def test_it_learns_and_says_how_well(photos: Samples, tmp_path: Path) -> None:
    learner = learner_in(tmp_path, members=4)
    assert isinstance(learner, Learner)
    train, test = split(photos)
    report = learner.fit(train, colours_of(train), validation=(test, colours_of(test)))
    assert learner.classes == ("blue", "green", "red")
    assert report.chosen["C"] > 0
    assert report.validation == {"accuracy": 1.0, "n": 24}
    assert report.seconds > 0
    said = learner.signals(test, ALL)
    check_values(said, ALL)
    assert {name: said[name].shape for name in ALL} == {
        "embeddings": (24, 4),
        "probs": (24, 3),
        "members": (24, 4, 3),
    }
    guesses = np.array(learner.classes)[said["probs"].argmax(1)]
    assert guesses.tolist() == colours_of(test)


def test_before_any_fit_it_gives_the_networks_own_classes(photos: Samples, tmp_path: Path) -> None:
    learner = learner_in(tmp_path)
    assert learner.cold == {"embeddings", "probs"} == learner.provides
    assert learner.classes == ()
    said = learner.signals(photos, frozenset({"probs", "embeddings"}))
    backbone = learner.backbone
    logits = backbone.run([backbone.prepare(p) for p in photos.data])["logits"]
    assert np.allclose(said["probs"], ops.softmax(logits), atol=5e-3)
    batch = select("dbal", said, 6)
    assert len(set(batch.ids.tolist())) == 6
    learner.fit(photos, ["x" if c == "red" else "y" for c in colours_of(photos)])
    assert learner.signals(photos, frozenset({"probs"}))["probs"].shape == (48, 2)


def test_a_network_without_classes_of_its_own_gives_only_embeddings_before_a_fit(
    photos: Samples, tmp_path: Path
) -> None:
    learner = FrozenLearner(open_backbone(f"onnx:{means_model(tmp_path / 'm_64.onnx')}"), tmp_path / "cache")
    assert learner.cold == {"embeddings"}
    assert learner.signals(photos, learner.cold).names == {"embeddings"}
    with pytest.raises(MissingSignal, match=r"does not give probs before its first fit; it gives embeddings"):
        learner.signals(photos, frozenset({"probs"}))
    with pytest.raises(MissingSignal, match=r"does not give members; it gives embeddings, probs"):
        learner.signals(photos, frozenset({"members"}))


def test_the_same_labels_in_any_order_give_the_same_learner(photos: Samples, tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(len(photos))
    said = []
    for rows in (np.arange(len(photos)), order):
        learner = learner_in(tmp_path, members=3)
        learner.fit(photos.take(rows), colours_of(photos.take(rows)), seed=5)
        said.append(learner.signals(photos, ALL))
    for name in ALL:
        assert np.array_equal(said[0][name], said[1][name]), name


def test_photos_that_cannot_be_read_are_left_out_everywhere(photos: Samples, tmp_path: Path) -> None:
    Path(photos.data[0]).write_bytes(b"cut")
    Path(photos.data[20]).unlink()
    bad = photos.ids[[0, 20]].tolist()
    learner = learner_in(tmp_path)
    report = learner.fit(photos, colours_of(photos), validation=(photos, colours_of(photos)))
    assert report.validation["n"] == 46
    assert report.validation["accuracy"] > 0.9, "labels and rows must not have slipped against each other"
    said = learner.signals(photos, frozenset({"probs"}))
    assert list(said.skipped) == bad
    assert np.array_equal(said.ids, np.setdiff1d(photos.ids, bad))
    strict = FrozenLearner(learner.backbone, tmp_path / "cache", strict=True)
    with pytest.raises(BadPool, match="red_0"):
        strict.signals(photos, frozenset({"embeddings"}))


def test_it_is_saved_and_loaded_without_pickle(photos: Samples, tmp_path: Path) -> None:
    learner = learner_in(tmp_path, members=2)
    learner.fit(photos, colours_of(photos))
    learner.save(tmp_path / "kept")
    other = learner_in(tmp_path, members=2)
    other.load(tmp_path / "kept")
    assert other.classes == learner.classes
    for name in ALL:
        assert np.array_equal(other.signals(photos, ALL)[name], learner.signals(photos, ALL)[name])
    assert json.loads((tmp_path / "kept" / "learner.json").read_text())["backbone"] == learner.backbone.text
    assert not [p for p in (tmp_path / "kept").rglob("*") if p.is_file() and p.suffix not in (".json", ".npz")]


def test_one_that_was_never_fitted_can_be_saved_too(tmp_path: Path) -> None:
    learner_in(tmp_path).save(tmp_path / "kept")
    other = learner_in(tmp_path)
    other.load(tmp_path / "kept")
    assert other.classes == ()


def test_a_head_of_another_network_is_refused(photos: Samples, tmp_path: Path) -> None:
    learner = learner_in(tmp_path)
    learner.fit(photos, colours_of(photos))
    learner.save(tmp_path / "kept")
    with pytest.raises(BadLearner, match="weights or preprocessing are not those"):
        learner_in(tmp_path, seed=1).load(tmp_path / "kept")
    with pytest.raises(BadLearner, match="cannot load a learner"):
        learner_in(tmp_path).load(tmp_path / "nowhere")


def test_what_cannot_be_learned_from_is_one_sentence(photos: Samples, tmp_path: Path) -> None:
    learner = learner_in(tmp_path)
    with pytest.raises(BadLearner, match="at least two classes"):
        learner.fit(photos, ["one"] * len(photos))
    with pytest.raises(BadLearner, match="2 labels for 48 samples"):
        learner.fit(photos, ["a", "b"])
    texts = replace(photos, kind="text", data=objects(["word"] * len(photos)))
    with pytest.raises(BadLearner, match="reads image samples, and these are text"):
        learner.signals(texts, frozenset({"embeddings"}))


def test_the_users_cache_is_shared_and_a_folder_of_ones_own_is_not(
    photos: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKANCE_CACHE", str(tmp_path / "users"))
    backbone = learner_in(tmp_path).backbone
    shared = FrozenLearner(backbone)
    shared.signals(photos, frozenset({"embeddings"}))
    assert (tmp_path / "users" / "features").is_dir()
    moved = replace(photos, data=photos.data[::-1])  # the same ids on other photos: another pool's 1, 2, 3
    now = shared.signals(moved, frozenset({"embeddings"}))["embeddings"]
    assert np.allclose(now, shared.signals(photos, frozenset({"embeddings"}))["embeddings"][::-1])


@pytest.mark.data
def test_real_photos_are_learned_from_200_labels(
    shared_data: Callable[[str], Path], cats_dogs: Path, tmp_path: Path
) -> None:
    backbone = open_backbone(f"onnx:{shared_data('pretrained')}/mobilenet_v1_0.25_128.onnx")
    paths = sorted(cats_dogs.glob("*/*.jpg"))
    rows = np.random.default_rng(0).permutation(len(paths))
    names = objects([f"{p.parent.name}_{p.name}" for p in paths])
    samples = Samples(np.arange(len(paths), dtype=np.uint64), "image", objects([str(p) for p in paths]), names)
    train, test = samples.take(rows[:200]), samples.take(rows[200:])
    learner = FrozenLearner(backbone, tmp_path)
    report = learner.fit(train, colours_of(train), validation=(test, colours_of(test)))
    assert learner.classes == ("Cat", "Dog")
    assert report.validation["accuracy"] > 0.74  # .82 was measured; the bound is three standard errors below
