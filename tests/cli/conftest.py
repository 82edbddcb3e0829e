"""Runs commands as a user would, on small real data: the digits of scikit-learn, as probabilities, texts and photos."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from askance.cli.exits import run
from extras import extra


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """stdout, which must be one JSON object and nothing else."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def sentence(self) -> str:
        """What it says of wrong input: the code is 2, stdout is empty, the last line of stderr is one sentence."""
        assert (self.code, self.out) == (2, ""), self
        assert "Traceback" not in self.err
        return self.err.splitlines()[-1].removeprefix("askance: ")


Askance = Callable[..., Ended]


@pytest.fixture
def askance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Askance:
    """askance("select", pool, "-k", 3) in an empty folder."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)

    def call(*words: object) -> Ended:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def signals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """probs.npy, embeddings.npy and both.npz of 1,697 digits, from a model of the other 100; and what is wrong."""
    folder = tmp_path_factory.mktemp("signals")
    x, y = load_digits(return_X_y=True)
    probs = LogisticRegression(max_iter=500).fit(x[:100] / 16, y[:100]).predict_proba(x[100:] / 16)
    np.save(folder / "probs.npy", probs)
    np.save(folder / "embeddings.npy", x[100:].astype(np.float32))
    np.savez(folder / "both.npz", probs=probs, embeddings=x[100:])
    nan, half = probs.copy(), probs.copy()
    nan[1234, 3], half[1234] = np.nan, half[1234] / 2
    np.save(folder / "nan.npy", nan)
    np.save(folder / "half.npy", half)
    rows = "".join(f"{row},{label}\n" for row, label in enumerate(y[100:160]))
    (folder / "labels.csv").write_text("name,label\n" + rows)
    return folder


WORDS = {
    "sport": "match goal team player season coach league score",
    "money": "bank stock market price profit share trade loan",
}


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """news.csv: 80 short texts of two sorts, of which the first 12 have a label; key.csv has them all."""
    folder = tmp_path_factory.mktemp("texts")
    rng = np.random.default_rng(0)
    kinds = [kind for _ in range(40) for kind in WORDS]
    bodies = [" ".join(rng.choice(WORDS[kind].split(), 6)) + f" {n}" for n, kind in enumerate(kinds)]
    rows = [f"{n},{body},{kind if n < 12 else ''}\n" for n, (body, kind) in enumerate(zip(bodies, kinds, strict=True))]
    (folder / "news.csv").write_text("key,body,topic\n" + "".join(rows))
    (folder / "key.csv").write_text("id,label\n" + "".join(f"{n},{kind}\n" for n, kind in enumerate(kinds)))
    return folder


COLOURS = {"red": (240, 30, 30), "green": (20, 220, 40), "blue": (15, 25, 230)}


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """photos/COLOUR/N.png, ten of each, one of them twice and one that cannot be read; colours.onnx sees the colour."""
    onnx = extra("onnx")
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(1)
    for colour, rgb in COLOURS.items():
        place = folder / "photos" / colour
        place.mkdir(parents=True)
        for n in range(10):
            pixels = np.clip(rng.normal(rgb, 60, size=(16, 16, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(place / f"{n}.png")
    (folder / "photos" / "red" / "again.png").write_bytes((folder / "photos" / "red" / "0.png").read_bytes())
    (folder / "photos" / "red" / "torn.png").write_bytes((folder / "photos" / "red" / "1.png").read_bytes()[:60])
    save_network(onnx, folder / "colours.onnx")
    return folder


def save_network(onnx: Any, path: Path) -> None:
    """embedding (N, 3): the mean of each channel; logits (N, 3): four times that."""
    make = onnx.helper
    node = [
        make.make_node("ReduceMean", ["x"], ["embedding"], axes=[2, 3], keepdims=0),
        make.make_node("Mul", ["embedding", "four"], ["logits"]),
    ]
    floats = {
        name: make.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in {"x": ("N", 3, 16, 16), "embedding": ("N", 3), "logits": ("N", 3)}.items()
    }
    four = onnx.numpy_helper.from_array(np.array(4, np.float32), "four")
    graph = make.make_graph(node, "colours", [floats["x"]], [floats["logits"], floats["embedding"]], [four])
    onnx.save(make.make_model(graph, opset_imports=[make.make_opsetid("", 13)], ir_version=8), path)
