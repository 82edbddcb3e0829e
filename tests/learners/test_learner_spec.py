"""The text of a learner: what it may say, and what is said of one that cannot be read."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from askance.errors import BadLearner
from askance.learners import Prepared, default_learner, make_learner
from askance.learners.linear import LinearLearner
from askance.learners.precomputed import PrecomputedLearner
from askance.learners.schemes import SCHEMES
from askance.learners.sk import SklearnLearner
from askance.learners.spec import read
from askance.learners.tfidf import TfidfLearner
from askance.protocols import Learner
from askance.samples import Kind
from extras import extra


def test_texts_make_learners() -> None:
    svc = make_learner("sklearn:SVC(C=2, kernel='linear')?members=8&calibrate=isotonic", pool_kind="table")
    assert isinstance(svc, SklearnLearner)
    assert (svc.plan.estimator.C, svc.plan.members, svc.plan.calibrate) == (2, 8, "isotonic")
    assert isinstance(make_learner("linear", pool_kind="array"), LinearLearner)
    tfidf = make_learner(" tfidf?dims=16 ", pool_kind="text")
    assert isinstance(tfidf, TfidfLearner)
    assert tfidf.dims == 16
    given = make_learner("precomputed", pool_kind="signals", classes=("a", "b"))
    assert isinstance(given, PrecomputedLearner)
    for learner in (svc, tfidf, given):
        assert isinstance(learner, Learner)
        assert isinstance(learner, Prepared)


def test_the_parts_of_a_text() -> None:
    onnx = read("onnx:/models/v2?final/model.onnx?size=96&members=10", "image")
    assert (onnx.target, onnx.options) == ("/models/v2?final/model.onnx", {"size": "96", "members": "10"})
    assert read(r"onnx:C:\nets\a.onnx", "image").target == r"C:\nets\a.onnx"
    torch = read("torch:nets:small?epochs=3", "image")
    assert (torch.plain(), torch.options) == ("torch:nets:small", {"epochs": "3"})
    assert read("transformers:facebook/dinov2-small", "image").target == "facebook/dinov2-small"
    assert read("sklearn:SVC(class_weight={'a?b=c': 1})", "table").target == "SVC(class_weight={'a?b=c': 1})"
    assert read("timm:resnet18?name=a%26b", "image").options == {"name": "a&b"}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_pool_has_a_default_or_is_told_what_to_name(kind: Kind) -> None:
    if kind == "image":
        with pytest.raises(BadLearner, match="needs a learner to be named: for image pools there are onnx:FILE"):
            default_learner(kind)
    else:
        assert isinstance(make_learner(default_learner(kind), pool_kind=kind), Learner)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("tfdif", "text", "no learner begins with 'tfdif'; did you mean 'tfidf'?"),
        ("sklear:SVC", "table", "did you mean 'sklearn'?"),
        ("SVC(C=1)", "table", "did you mean 'sklearn:SVC(C=1)'?"),
        ("nets/model.onnx", "image", "did you mean 'onnx:nets/model.onnx'?"),
        ("zzz", "image", "there are onnx:FILE, transformers:NAME"),
        ("", "image", "no learner begins with ''; there are onnx:FILE"),
        ("onnx", "image", "the learner 'onnx' is not complete; write it as onnx:FILE"),
        ("sklearn:", "table", "write it as sklearn:Name(...)"),
        ("tfidf:words", "text", "the learner 'tfidf' takes nothing after a colon, and 'tfidf:words' has 'words' there"),
        ("tfidf", "image", "the learner 'tfidf' reads text pools, and this one holds image; for image pools there are"),
        ("sklearn:SVC", "image", "reads table and array and signals pools, and this one holds image"),
        ("onnx:model.onnx", "table", "for table pools there are linear, sklearn:Name(...)"),
        ("precomputed", "array", "reads signals pools, and this one holds array"),
        ("linear?member=3", "table", "the learner 'linear' has no option 'member'; did you mean 'members'?; it takes"),
        ("linear?members=many", "table", "members=many in 'linear?members=many' must be a whole number"),
        ("linear?members=1", "table", "a committee needs at least 2"),
        ("linear?members=2&members=3", "table", "'members' is given twice"),
        ("linear?members=2&&", "table", "cannot read the option ''"),
        (
            "sklearn:SVC?calibrate=istonic",
            "table",
            "isotonic, sigmoid, temperature, vector; did you mean 'isotonic'?",
        ),
        ("sklearn:NearestCentroid2", "table", "scikit-learn has no estimator 'NearestCentroid2'"),
    ],
)
def test_wrong_texts_say_what_is_right(text: str, kind: Kind, message: str) -> None:
    with pytest.raises(BadLearner, match=re.escape(message)):
        make_learner(text, pool_kind=kind)


def test_every_scheme_says_what_it_is() -> None:
    for name, scheme in SCHEMES.items():
        assert scheme.form.partition(":")[0] == name
        assert scheme.what
        assert scheme.gives
        assert scheme.reads


def test_the_page_has_every_scheme() -> None:
    page = (Path(__file__).parents[2] / "docs" / "learners.md").read_text()
    for scheme in SCHEMES.values():
        assert f"| `{scheme.form}` | {scheme.what} |" in page


def test_reading_a_text_imports_no_learner() -> None:
    code = (
        "import sys; from askance.learners.spec import read; read('onnx:a.onnx', 'image');"
        "heavy = {'sklearn', 'torch', 'onnxruntime', 'pyarrow', 'scipy', 'pandas'} & set(sys.modules);"
        "print(sorted(heavy))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.data
def test_a_network_by_its_text(shared_data, tmp_path: Path) -> None:
    file = shared_data("pretrained") / "mobilenet_v1_0.25_128.onnx"
    learner = make_learner(f"onnx:{file}?size=64&members=4", pool_kind="image", cache=tmp_path)
    assert learner.provides == {"embeddings", "probs", "members"}
    with pytest.raises(BadLearner, match="did you mean 'size'"):
        make_learner(f"onnx:{file}?sise=64", pool_kind="image")


@pytest.mark.torch
def test_a_trained_network_by_its_text(tmp_path: Path) -> None:
    extra("torch")
    extra("safetensors")
    learner = make_learner("cnn?epochs=1&size=16", pool_kind="image", cache=tmp_path)
    assert "members" in learner.provides
    with pytest.raises(BadLearner, match="did you mean 'epochs'"):
        make_learner("cnn?epoch=1", pool_kind="image")
