"""Texts by TF-IDF: scikit-learn's numbers, words of the pool, and nothing known of labels."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from askance import ops
from askance.errors import BadLearner
from askance.learners import tfidf, vocabulary
from askance.learners.tfidf import TfidfLearner
from askance.learners.vocabulary import read_vocabulary
from askance.samples import Samples, objects

TEXTS = [
    *("the cat purrs", "a cat and a kitten", "kitten purrs and sleeps", "the cat sleeps", "cat cat cat", "my kitten"),
    *("the dog barks", "a dog and a puppy", "puppy barks at the dog", "the dog runs", "dog dog dog", "my puppy"),
]
LABELS = ["cat"] * 6 + ["dog"] * 6


def pool(texts: list[str]) -> Samples:
    return Samples(ops.key_ids(0, len(texts)), "text", objects(texts), objects([str(n) for n in range(len(texts))]))


def test_the_vectors_are_scikit_learns() -> None:
    words, vectors = read_vocabulary(objects(TEXTS), dims=4)
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, token_pattern=r"(?u)\b\w+\b")
    np.testing.assert_allclose(vectors.toarray(), theirs.fit_transform(TEXTS).toarray(), atol=1e-12)
    assert words.words == tuple(theirs.get_feature_names_out())
    new = ["the kitten barks barks", "unheard of"]
    np.testing.assert_allclose(words.vectors(objects(new)).toarray(), theirs.transform(new).toarray(), atol=1e-12)


def test_words_of_one_text_alone_are_left_out_unless_there_are_no_others() -> None:
    words, _ = read_vocabulary(objects(TEXTS), dims=4)
    assert "runs" not in words.words
    assert "kitten" in words.words
    assert read_vocabulary(objects(["one two", "three"]), dims=4)[0].words == ("one", "one two", "three", "two")


def test_features_are_words_and_directions() -> None:
    words, vectors = read_vocabulary(objects(TEXTS), dims=4)
    x = words.features(vectors)
    assert x.shape == (12, len(words.words) + 4)
    np.testing.assert_allclose(np.asarray(x.multiply(x).sum(1)), 1, atol=1e-6)


def test_embeddings_are_the_main_directions() -> None:
    words, vectors = read_vocabulary(objects(TEXTS), dims=5)
    _, _, directions = np.linalg.svd(vectors.toarray())
    overlap = np.linalg.svd(words.axes.T @ directions[:5].T)[1]
    np.testing.assert_allclose(overlap, 1, atol=1e-4)  # the same plane
    lengths = np.linalg.norm(words.embeddings(vectors), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)
    assert not words.embeddings(words.vectors(objects(["unheard of"]))).any()


def test_embeddings_are_there_before_any_label_and_tell_topics_apart() -> None:
    learner = TfidfLearner(dims=6)
    learner.prepare(pool(TEXTS))
    e = learner.signals(pool(TEXTS), learner.cold)["embeddings"]
    same = e @ e.T
    assert same[:6, :6].mean() > same[:6, 6:].mean() + 0.1


def test_it_learns_from_few_words_and_reads_new_texts() -> None:
    learner = TfidfLearner()
    learner.prepare(pool(TEXTS))
    report = learner.fit(pool(TEXTS), LABELS)
    assert report.chosen["C_by"] == "5-fold cross-validation"
    new = Samples(np.array([7, 8], np.uint64), "text", objects(["that kitten", "that puppy"]), objects(["x", "y"]))
    probs = learner.signals(new, frozenset({"probs"}))["probs"]
    assert (np.array(learner.classes)[probs.argmax(1)] == ["cat", "dog"]).all()


def test_a_fit_uses_words_that_no_labelled_text_has() -> None:
    """The vocabulary is the pool's, so it does not change as labels come in."""
    learner = TfidfLearner(dims=4)
    learner.prepare(pool(TEXTS))
    before = learner.signals(pool(TEXTS), frozenset({"embeddings"}))["embeddings"]
    learner.fit(pool(TEXTS).take(np.array([0, 6])), ["cat", "dog"])
    np.testing.assert_array_equal(learner.signals(pool(TEXTS), frozenset({"embeddings"}))["embeddings"], before)


def test_vectors_of_the_pool_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    learner = TfidfLearner(dims=4)
    learner.prepare(pool(TEXTS))
    plain = TfidfLearner(dims=4)
    plain.prepare(pool(TEXTS))
    plain._kept = None
    for rows in (np.array([3, 1, 8]), np.arange(12)):
        one, two = (x.signals(pool(TEXTS).take(rows), x.cold)["embeddings"] for x in (learner, plain))
        np.testing.assert_allclose(one, two, atol=1e-6)
    monkeypatch.setattr(vocabulary.Vocabulary, "vectors", None)  # reading a text again would fail
    learner.fit(pool(TEXTS), LABELS)
    learner.signals(pool(TEXTS), learner.provides)
    with pytest.raises(TypeError):
        plain.signals(pool(TEXTS), plain.cold)


def test_a_vast_pool_is_sampled_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tfidf, "MOST_TEXTS", 8)
    one, two = TfidfLearner(dims=3), TfidfLearner(dims=3)
    one.prepare(pool(TEXTS))
    two.prepare(pool(TEXTS).take(np.arange(11, -1, -1)))
    everything = frozenset({"embeddings"})
    e = one.signals(pool(TEXTS), everything)["embeddings"]
    assert e.shape == (12, 3)
    np.testing.assert_allclose(e, two.signals(pool(TEXTS), everything)["embeddings"], atol=1e-6)


def test_texts_of_all_sorts() -> None:
    odd = ["", "!!!", "猫 は かわいい", "犬 が 吠える", "ça va", "a" * 10_000, "word\x00word", "😀 😀"] * 2
    learner = TfidfLearner(dims=3, members=2)
    learner.prepare(pool(odd))
    learner.fit(pool(odd), [f"{n % 2}" for n in range(16)])
    signals = learner.signals(pool(odd), learner.provides)
    assert all(np.isfinite(signals[name]).all() for name in learner.provides)


def test_texts_without_words_are_an_error() -> None:
    with pytest.raises(BadLearner, match="none of the 2 texts has a word in it"):
        TfidfLearner().prepare(pool(["...", ""]))
    with pytest.raises(BadLearner, match="dims=0; embeddings need at least 1"):
        TfidfLearner(dims=0)
    with pytest.raises(BadLearner, match="tfidf reads text samples, and these are array"):
        TfidfLearner().prepare(Samples(np.array([1], np.uint64), "array", np.ones((1, 2)), objects(["x"])))


@pytest.mark.data
def test_real_headlines(shared_data) -> None:
    from pyarrow import csv

    table = csv.read_csv(shared_data("ag_news") / "test.csv.gz").slice(0, 1500)
    texts, labels = table.column("text").to_pylist(), [str(v) for v in table.column("label").to_pylist()]
    news, train = pool(texts), np.arange(len(texts)) < 500
    learner = TfidfLearner(dims=32)
    learner.prepare(news)
    report = learner.fit(news.take(train), labels[:500], validation=(news.take(~train), labels[500:]))
    assert report.validation["accuracy"] > 0.74
    few = learner.fit(news.take(np.arange(50)), labels[:50], validation=(news.take(~train), labels[500:]))
    assert few.validation["accuracy"] > 0.45  # the words alone give 0.35
