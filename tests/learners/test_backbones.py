"""Backbones: what a network is given, which of its outputs is taken, and what makes two of them the same."""

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from PIL import Image
from tiny_backbone import classifier_model, floats, means_model, plain_pictures, save_model

from askance.errors import BadLearner, BadPool, MissingExtra
from askance.learners.backbones import Backbone, open_backbone
from askance.learners.backbones.onnx_file import size_in_name
from extras import extra

PIXEL = np.array([255.0, 127.5, 0.0])


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """Left half and right half differ from PIXEL by the same amount, so that its mean is PIXEL, near enough."""
    Image.fromarray(np.tile(np.array([[[255, 127, 0], [255, 128, 0]]], np.uint8), (30, 20, 1))).save(tmp_path / "p.png")
    return str(tmp_path / "p.png")


def embedding(backbone: Backbone, *photos: str) -> np.ndarray:
    return backbone.run([backbone.prepare(p) for p in photos])["embedding"]


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("tf", PIXEL / 127.5 - 1),
        ("unit", PIXEL / 255),
        ("raw", PIXEL),
        ("imagenet", (PIXEL / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]),
        ("clip", (PIXEL / 255 - [0.48145466, 0.4578275, 0.40821073]) / [0.26862954, 0.26130258, 0.27577711]),
    ],
)
@pytest.mark.parametrize("nhwc", [False, True])
def test_the_network_sees_rgb_on_its_own_scale(
    tmp_path: Path, photo: str, scale: str, expected: np.ndarray, nhwc: bool
) -> None:
    model = means_model(tmp_path / "m.onnx", nhwc)
    backbone = open_backbone(f"onnx:{model}?scale={scale}&size=32")
    assert np.allclose(embedding(backbone, photo)[0], expected, atol=0.02 * np.ptp(expected))


def test_tf_is_the_scale_of_a_model_that_says_nothing_and_metadata_is_heard(tmp_path: Path) -> None:
    silent = open_backbone(f"onnx:{means_model(tmp_path / 'a.onnx')}?size=32")
    assert silent.fingerprint == open_backbone(f"onnx:{tmp_path / 'a.onnx'}?size=32&scale=tf").fingerprint
    says = means_model(tmp_path / "b.onnx", metadata={"scale": "unit", "size": "48"})
    photo = str(tmp_path / "grey.png")
    Image.new("L", (10, 10), 51).save(photo)
    backbone = open_backbone(f"onnx:{says}")
    assert np.allclose(embedding(backbone, photo), 0.2)
    assert backbone.prepare(photo).shape == (48, 48, 3)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("mobilenet_v1_0.25_128", 128),
        ("vit-base-patch16-224", 224),
        ("resnet_152", 0),
        ("vgg-16", 0),
        ("resnet50", 0),
        ("dino_518", 518),
    ],
)
def test_the_size_is_read_from_the_name_only_where_it_is_one(name: str, size: int) -> None:
    assert size_in_name(Path(f"{name}.onnx")) == size


def test_the_size_is_what_the_model_fixes_else_the_name_else_224(tmp_path: Path, photo: str) -> None:
    fixed, named, plain = (tmp_path / f"{n}.onnx" for n in ("a_96", "b_128", "c"))
    means_model(fixed, side=40), means_model(named), means_model(plain)
    assert [open_backbone(f"onnx:{p}").prepare(photo).shape[1] for p in (fixed, named, plain)] == [40, 128, 224]
    with pytest.raises(BadLearner, match="40 x 40 pixels only"):
        open_backbone(f"onnx:{fixed}?size=64")


def test_which_outputs_are_taken(tmp_path: Path, photo: str) -> None:
    model = classifier_model(tmp_path / "tiny_64.onnx")
    backbone = open_backbone(f"onnx:{model}")
    assert backbone.outputs == {"embedding": 4, "logits": 3}
    out = backbone.run([backbone.prepare(photo)] * 3)
    assert {name: a.shape for name, a in out.items()} == {"embedding": (3, 4), "logits": (3, 3)}
    maps = open_backbone(f"onnx:{model}?output=maps")  # (N, 4, h, w), whose average the embedding is
    assert np.allclose(embedding(maps, photo), embedding(backbone, photo), atol=1e-5)
    assert open_backbone(f"onnx:{model}?output=logits").outputs == {"embedding": 3, "logits": 3}
    assert open_backbone(f"onnx:{model}?logits=embedding&output=logits").outputs == {"embedding": 3, "logits": 4}


def test_a_network_that_names_nothing_gives_its_last_output(tmp_path: Path, photo: str) -> None:
    node = helper.make_node("ReduceMean", ["x"], ["42"], axes=[2], keepdims=0)
    save_model(tmp_path / "m.onnx", [floats("x", "N", 3, "H", "W")], [floats("42", "N", 3, "W")], [node])
    backbone = open_backbone(f"onnx:{tmp_path / 'm.onnx'}?size=32")  # (N, T, D) as tokens: averaged over T
    assert backbone.outputs == {"embedding": 32}


def test_the_fingerprint_follows_content_and_preprocessing_and_not_the_place(tmp_path: Path) -> None:
    one = classifier_model(tmp_path / "tiny_64.onnx")
    other = classifier_model(tmp_path / "other_64.onnx", seed=1)
    prints = [
        open_backbone(f"onnx:{text}").fingerprint
        for text in (one, other, f"{one}?size=96", f"{one}?scale=unit", f"{one}?output=maps")
    ]
    assert len(set(prints)) == len(prints)
    (tmp_path / "moved").mkdir()
    assert open_backbone(f"onnx:{shutil.copy(one, tmp_path / 'moved')}").fingerprint == prints[0]


def test_a_photo_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    samples = plain_pictures(tmp_path, each=1)
    whole = Path(samples.data[0]).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    backbone = open_backbone(f"onnx:{means_model(tmp_path / 'm.onnx')}?size=32")
    with pytest.raises(BadPool, match=r"cut\.png"):
        backbone.prepare(str(tmp_path / "cut.png"))


def two_inputs(folder: Path) -> Path:
    node = helper.make_node("Add", ["x", "y"], ["z"])
    shape = ("N", 3, 8, 8)
    return save_model(folder / "two.onnx", [floats("x", *shape), floats("y", *shape)], [floats("z", *shape)], [node])


def one_at_a_time(folder: Path) -> Path:
    node = helper.make_node("ReduceMean", ["x"], ["e"], axes=[2, 3], keepdims=0)
    return save_model(folder / "one.onnx", [floats("x", 1, 3, 8, 8)], [floats("e", 1, 3)], [node])


def grey(folder: Path) -> Path:
    node = helper.make_node("ReduceMean", ["x"], ["e"], axes=[2, 3], keepdims=0)
    return save_model(folder / "grey.onnx", [floats("x", "N", 1, 8, 8)], [floats("e", "N", 1)], [node])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("onxx:m.onnx", "no backbone begins with 'onxx'; did you mean 'onnx'"),
        ("onnx:", "names no model"),
        ("onnx:{m}?sise=3", "no option 'sise'; did you mean 'size'"),
        ("onnx:{m}?size=32&size=48", "cannot read the option 'size=48'"),
        ("onnx:{m}?size=32&48", "cannot read the option '48'"),
        ("onnx:{m}?size=big", "size=big; it must be a whole number"),
        ("onnx:{m}?scale=imagenets", "did you mean 'imagenet'"),
        ("onnx:{m}?output=embeddin", "no output 'embeddin'; did you mean 'embedding'"),
        ("onnx:{folder}/mm.onnx", "no model file .*mm.onnx; did you mean 'm.onnx'"),
        ("onnx:{broken}", "no ONNX model that onnxruntime can load"),
        ("onnx:{two}", "must take one input"),
        ("onnx:{one}", "one image at a time|dynamic axis|does not run"),
        ("onnx:{grey}", "images of 1 channels"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    files = {
        "m": means_model(tmp_path / "m.onnx"),
        "broken": broken,
        "two": two_inputs(tmp_path),
        "one": one_at_a_time(tmp_path),
        "grey": grey(tmp_path),
    }
    with pytest.raises(BadLearner, match=message) as caught:
        open_backbone(text.format(folder=tmp_path, **files))
    assert "\n" not in str(caught.value)


def test_a_pool_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLearner, match="reads image samples, and these are text"):
        open_backbone(f"onnx:{means_model(tmp_path / 'm.onnx')}", "text")


@pytest.mark.parametrize("package", ["transformers", "timm", "torchvision"])
def test_a_missing_package_says_what_to_install(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)  # as Python marks a module that must not be imported
    with pytest.raises(MissingExtra, match=f"needs the package {package}.*pip install"):
        open_backbone(f"{package}:resnet18")


# ImageNet, real photos


@pytest.mark.data
def test_mobilenet_tells_cats_from_dogs(shared_data: Callable[[str], Path], cats_dogs: Path) -> None:
    """README of the models: V2 at 224 pixels is right for .905 of the photos by the sum of its cat and dog classes."""
    backbone = open_backbone(f"onnx:{shared_data('pretrained')}/mobilenet_v2_1.0_224.onnx?size=128")
    assert backbone.outputs == {"embedding": 1280, "logits": 1000}
    paths = [str(p) for kind in ("Cat", "Dog") for p in sorted((cats_dogs / kind).glob("*.jpg"))[:20]]
    logits = backbone.run([backbone.prepare(p) for p in paths])["logits"]
    probs = np.exp(logits - logits.max(1, keepdims=True))
    cat, dog = probs[:, 281:286].sum(1), probs[:, 151:269].sum(1)  # the domestic breeds, in torchvision's order
    assert ((cat > dog) == (np.arange(40) < 20)).mean() >= 0.85


# PyTorch


@pytest.mark.torch
def test_a_torch_classifier_is_heard_before_its_last_layer(tmp_path: Path) -> None:
    torch = extra("torch")
    from askance.learners.backbones.classifiers import torch_classifier

    torch.manual_seed(0)
    body = torch.nn.Sequential(torch.nn.Conv2d(3, 6, 3, 2), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1))
    model = torch.nn.Sequential(body, torch.nn.Flatten(), torch.nn.Dropout(0.5), torch.nn.Linear(6, 5)).train()

    def transform(image: Image.Image) -> object:
        return torch.from_numpy(np.asarray(image.resize((16, 16)), np.float32)).permute(2, 0, 1) / 255

    backbone = torch_classifier("torch:test", model, transform, 5)
    assert backbone.outputs == {"embedding": 6, "logits": 5}
    paths = plain_pictures(tmp_path, each=2).data.tolist()
    ready = [backbone.prepare(p) for p in paths]
    out = backbone.run(ready)
    with torch.inference_mode():
        x = torch.from_numpy(np.stack(ready))
        assert np.allclose(out["logits"], model(x).numpy(), atol=1e-6)
        assert np.allclose(out["embedding"], body(x).flatten(1).numpy(), atol=1e-6)
    before = backbone.fingerprint
    assert torch_classifier("torch:test", model, transform, 5).fingerprint == before
    with torch.no_grad():
        model[3].bias[0] += 1e-3
    assert torch_classifier("torch:test", model, transform, 5).fingerprint != before
    assert torch_classifier("torch:test", body, transform, 0).outputs == {"embedding": 6}


# transformers, from folders that the tests write: no hub is asked


@pytest.fixture
def hf(monkeypatch: pytest.MonkeyPatch):
    extra("torch")
    transformers = extra("transformers")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # else it tries for half a minute
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


def image_processor(transformers, folder: Path, side: int) -> None:
    settings = {
        "image_processor_type": "ViTImageProcessor",
        "size": {"height": side, "width": side},
        "image_mean": [0.4, 0.5, 0.6],
        "image_std": [0.2, 0.3, 0.4],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))


def vit_settings(transformers):
    return transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=32, patch_size=8
    )


@pytest.mark.torch
def test_a_transformers_classifier_gives_its_own_features_and_logits(tmp_path: Path, hf) -> None:
    import torch

    config = hf.ResNetConfig(embedding_size=8, hidden_sizes=[8, 12], depths=[1, 1], layer_type="basic", num_labels=7)
    model = hf.ResNetForImageClassification(config).eval()
    model.save_pretrained(tmp_path)
    image_processor(hf, tmp_path, 32)
    paths = plain_pictures(tmp_path, each=1).data.tolist()

    backbone = open_backbone(f"transformers:{tmp_path}")
    assert backbone.kind == "image"
    assert backbone.outputs == {"embedding": 12, "logits": 7}
    ready = [backbone.prepare(p) for p in paths]
    out = backbone.run(ready)
    with torch.inference_mode():
        x = torch.from_numpy(np.stack(ready))
        assert np.allclose(out["embedding"], model.resnet(x).pooler_output.flatten(1).numpy(), atol=1e-5)
        assert np.allclose(out["logits"], model(x).logits.numpy(), atol=1e-5)
    pixels = np.asarray(Image.open(paths[0]).resize((32, 32), Image.Resampling.BILINEAR), np.float32) / 255
    wanted = (pixels - [0.4, 0.5, 0.6]) / [0.2, 0.3, 0.4]
    assert np.allclose(ready[0], wanted.transpose(2, 0, 1), atol=0.02)
    assert open_backbone(f"transformers:{tmp_path}").fingerprint == backbone.fingerprint


@pytest.mark.torch
def test_a_pooler_that_was_never_trained_is_neither_used_nor_hashed(tmp_path: Path, hf) -> None:
    import torch

    model = hf.ViTModel(vit_settings(hf), add_pooling_layer=False).eval()
    model.save_pretrained(tmp_path)
    image_processor(hf, tmp_path, 32)
    paths = plain_pictures(tmp_path, each=1).data.tolist()
    one, two = (open_backbone(f"transformers:{tmp_path}") for _ in range(2))
    ready = [one.prepare(p) for p in paths]
    with torch.inference_mode():
        tokens = model(pixel_values=torch.from_numpy(np.stack(ready))).last_hidden_state
    assert one.outputs == {"embedding": 16}
    assert np.allclose(one.run(ready)["embedding"], tokens.mean(1).numpy(), atol=1e-5)
    assert one.fingerprint == two.fingerprint


@pytest.mark.torch
def test_a_trained_pooler_is_used(tmp_path: Path, hf) -> None:
    import torch

    model = hf.ViTModel(vit_settings(hf)).eval()
    model.save_pretrained(tmp_path)
    image_processor(hf, tmp_path, 32)
    backbone = open_backbone(f"transformers:{tmp_path}")
    ready = [backbone.prepare(p) for p in plain_pictures(tmp_path, each=1).data]
    with torch.inference_mode():
        wanted = model(pixel_values=torch.from_numpy(np.stack(ready))).pooler_output.numpy()
    assert np.allclose(backbone.run(ready)["embedding"], wanted, atol=1e-5)


WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "cat", "dog", "very", "good", "bad"]


def word_tokenizer(hf, folder: Path) -> None:
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    hf.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)


@pytest.mark.torch
@pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is not None, reason="sentence-transformers averages by itself"
)
def test_a_text_model_gives_the_average_of_its_tokens_without_the_padding(tmp_path: Path, hf) -> None:
    import torch

    config = hf.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    model = hf.BertModel(config).eval()
    model.save_pretrained(tmp_path)
    word_tokenizer(hf, tmp_path)
    backbone = open_backbone(f"transformers:{tmp_path}")
    assert backbone.kind == "text"
    texts = ["a cat", "a very very very good dog", ""]
    batch = backbone.run([backbone.prepare(t) for t in texts])["embedding"]
    tokenizer = hf.AutoTokenizer.from_pretrained(tmp_path)
    for text, row in zip(texts, batch, strict=True):
        with torch.inference_mode():
            tokens = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        assert np.allclose(row, tokens.mean(0).numpy(), atol=1e-5), text
    with pytest.raises(BadLearner, match="reads text samples, and these are image"):
        open_backbone(f"transformers:{tmp_path}?kind=text", "image")


@pytest.mark.torch
def test_clip_reads_photos_and_texts_into_one_space(tmp_path: Path, hf) -> None:
    import torch

    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = hf.CLIPConfig(
        text_config={**small, "vocab_size": len(WORDS), "eos_token_id": 3, "max_position_embeddings": 20},
        vision_config={**small, "image_size": 32, "patch_size": 8},
        projection_dim=6,
    )
    model = hf.CLIPModel(config).eval()
    model.save_pretrained(tmp_path)
    image_processor(hf, tmp_path, 32)
    word_tokenizer(hf, tmp_path)
    photos = open_backbone(f"transformers:{tmp_path}", "image")
    ready = [photos.prepare(p) for p in plain_pictures(tmp_path, each=1).data]
    with torch.inference_mode():
        wanted = model.visual_projection(model.vision_model(torch.from_numpy(np.stack(ready))).pooler_output).numpy()
    assert photos.outputs == {"embedding": 6}
    assert np.allclose(photos.run(ready)["embedding"], wanted, atol=1e-5)
    if importlib.util.find_spec("sentence_transformers") is None:
        texts = open_backbone(f"transformers:{tmp_path}", "text")
        assert texts.outputs == {"embedding": 6}
        assert texts.fingerprint != photos.fingerprint


@pytest.mark.torch
def test_a_checkpoint_that_lacks_weights_and_a_name_that_cannot_be_fetched(tmp_path: Path, hf) -> None:
    from safetensors.numpy import load_file, save_file

    hf.ViTModel(vit_settings(hf)).save_pretrained(tmp_path)
    image_processor(hf, tmp_path, 32)
    weights = load_file(tmp_path / "model.safetensors")
    lost = next(name for name in weights if "layernorm" in name and name.endswith("weight"))
    save_file({n: a for n, a in weights.items() if n != lost}, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(BadLearner, match="lacks weights"):
        open_backbone(f"transformers:{tmp_path}")
    with pytest.raises(BadLearner, match=r"cannot load 'transformers:no/such'.*give the folder") as caught:
        open_backbone("transformers:no/such", "image")
    assert "\n" not in str(caught.value)


# timm and torchvision need torchvision, which cannot be imported beside every build of torch


@pytest.mark.torch
@pytest.mark.parametrize("scheme", ["timm", "torchvision"])
def test_a_model_from_a_file_of_weights(scheme: str, tmp_path: Path) -> None:
    torch = extra("torch")
    try:
        models = importlib.import_module({"timm": "timm", "torchvision": "torchvision.models"}[scheme])
    except (ImportError, RuntimeError) as e:
        pytest.skip(f"{scheme} cannot be imported here: {e}")
    model = models.create_model("resnet18") if scheme == "timm" else models.get_model("resnet18", weights=None)
    torch.save(model.state_dict(), tmp_path / "w.pth")
    backbone = open_backbone(f"{scheme}:resnet18?weights={tmp_path / 'w.pth'}")
    assert backbone.outputs == {"embedding": 512, "logits": 1000}
    with pytest.raises(BadLearner, match="did you mean 'resnet18"):
        open_backbone(f"{scheme}:resnet188")
