"""Campaigns whose labels no model here learns from: asked, kept and served in a good order all the same."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from askance.campaign import Campaign, Config, PoolConfig
from askance.errors import BadConfig, BadLabel


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.csv"
    with path.open("w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["text"])
        out.writerows([f"Ann {word} number {n} from Rome"] for n, word in enumerate(["wrote", "sang", "sent"] * 4))
    return path


def answered(c: Campaign, value: object, n: int = 1) -> None:
    for task in c.ask("ann", n):
        assert c.tell("ann", task, value)  # type: ignore[arg-type]


def test_spans_are_asked_for_in_the_order_of_a_cold_start(texts: Path, tmp_path: Path) -> None:
    pool = PoolConfig(str(texts), text="text")
    c = Campaign.create(tmp_path / "c", Config(pool=pool, labels="spans", classes=("PER", "LOC"), batch=3, warmup=3))
    for _ in range(6):
        if c.step().picks:
            answered(c, [{"start": 0, "end": 3, "label": "PER"}], 3)
    assert len(c.labels()) == 12
    assert set(c.labels().values()) == {'[{"end":3,"label":"PER","start":0}]'}
    assert c.step().picks == (), "the end of the pool is no error"
    assert c.history().rounds[1].fit is None
    assert (c.status()["labels"], c.status()["classes"]) == (12, {})
    c.close()


def test_boxes_on_photos_need_no_learner_to_be_named(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for n in range(6):
        Image.new("RGB", (40, 30), (40 * n, 10, 200)).save(photos / f"{n}.png")
    c = Campaign.create(
        tmp_path / "c", Config(pool=PoolConfig(str(photos)), labels="boxes", classes=("cat",), batch=2, warmup=2)
    )
    assert (c.config.learner, c.config.strategy) == ("none", "random")
    c.step()
    with pytest.raises(BadLabel, match=r"box 1: 'dog' is not one of the classes 'cat'"):
        answered(c, [{"x": 1, "y": 1, "w": 4, "h": 4, "label": "dog"}])
    answered(c, [{"x": 1, "y": 1, "w": 4, "h": 4, "label": "cat"}], 2)
    assert len(c.step().picks) == 2
    c.close()


def test_a_rating_is_learned_as_a_number_and_a_preference_as_a_class(config, tmp_path: Path) -> None:
    for kind, learner, values in (
        ("rating(high=9)", "ridge", ["2", "7", "5", "3"]),
        ("preference", "linear", ["left", "right", "tie", "left"]),
    ):
        settings = config(labels=kind, learner=learner, batch=4, warmup=4, strategy="", warmup_strategy="")
        pool = PoolConfig(settings.pool.source, features=settings.pool.features, id="key")
        c = Campaign.create(tmp_path / learner, Config(**{**vars(settings), "pool": pool}))
        c.step()
        for task, value in zip(c.ask("ann", 4), values, strict=True):
            c.tell("ann", task, value)
        assert c.step().fit is not None
        c.close()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"labels": "boxes"}, "take the names of what is marked; write classes"),
        ({"labels": "rating", "classes": ("a", "b")}, "classes have no place beside labels = 'rating'"),
        ({"labels": "spans", "classes": ("a",), "open_classes": True}, "open_classes is for labels = 'class'"),
        ({"labels": "spans", "classes": ("a",), "strategy": "margin"}, "margin needs probs"),
    ],
)
def test_what_cannot_be_gets_a_sentence(texts: Path, tmp_path: Path, changes: dict, why: str) -> None:
    with pytest.raises(BadConfig, match=why):
        Campaign.create(tmp_path / "c", Config(pool=PoolConfig(str(texts), text="text"), **changes))


@pytest.mark.parametrize(("labels", "answer"), [("rating", "3"), ("number(low=0)", "2.5")])
def test_numbers_of_texts_are_asked_for_though_nothing_predicts_them(
    texts: Path, tmp_path: Path, labels: str, answer: str
) -> None:
    c = Campaign.create(
        tmp_path / "c", Config(pool=PoolConfig(str(texts), text="text"), labels=labels, batch=3, warmup=3)
    )
    assert c.config.learner == "none"
    for _ in range(2):
        c.step()
        answered(c, answer, 3)
    assert len(c.labels()) == 6
    assert c.step().fit is None
    c.close()


def test_classes_may_be_asked_for_without_any_model(texts: Path, tmp_path: Path) -> None:
    said = Config(pool=PoolConfig(str(texts), text="text"), classes=("a", "b"), learner="none", batch=4, warmup=4)
    c = Campaign.create(tmp_path / "c", said)
    c.step()
    for n, task in enumerate(c.ask("ann", 4)):
        c.tell("ann", task, "ab"[n % 2])
    assert c.step().fit is None
    assert c.status()["classes"] == {"a": 2, "b": 2}
    c.close()
