"""askance select: what it picks, prints and writes."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from askance.select import select
from askance.signals import Signals


def test_json_is_one_object_with_the_picks_best_first(askance, signals: Path) -> None:
    found = askance("select", signals / "probs.npy", "-k", 5, "--strategy", "margin", "--json").data
    assert [p["rank"] for p in found["picks"]] == [1, 2, 3, 4, 5]
    for pick in found["picks"]:
        assert set(pick) == {"id", "item", "rank", "utility", "why"}
        assert len(pick["id"]) == 16
        assert pick["id"] == f"{int(pick['id'], 16):016x}"
        assert pick["why"] == f"margin {pick['utility']:.4g}, rank {pick['rank']} of 1697"
    assert found["pool"] == 1697
    assert (found["strategy"], found["learner"], found["seed"], found["k"]) == ("margin | top", None, 0, 5)
    assert (found["duplicates"], found["skipped"], found["labeled"], found["exact"]) == ([], {}, 0, True)


def test_the_picks_are_those_of_the_library(askance, signals: Path) -> None:
    probs = np.load(signals / "probs.npy")
    rows = [int(p["item"]) for p in askance("select", signals / "probs.npy", "-k", 9, "--json").data["picks"]]
    two = np.sort(probs, 1)[:, -2:]
    assert rows == np.argsort(two[:, 1] - two[:, 0], kind="stable")[:9].tolist()


@pytest.mark.parametrize("strategy", ["margin", "dbal", "entropy | power(beta=2)", "kcenter", "random"])
def test_shards_of_any_size_give_the_same_picks(askance, signals: Path, strategy: str) -> None:
    ask = ("select", signals / "both.npz", "-k", 8, "--strategy", strategy, "--seed", 5, "--json")
    assert askance(*ask, "--shard-rows", 100).data == askance(*ask).data


def test_what_is_chosen_by_when_nobody_says(askance, signals: Path, photos: Path) -> None:
    def usual(*words: object) -> str:
        return askance("select", *words, "-k", 3, "--json", "--no-sheet").data["strategy"]

    assert usual(signals / "both.npz").startswith("margin | doubt_herding")
    assert usual(signals / "probs.npy") == "margin | top"
    assert usual(signals / "embeddings.npy") == "typiclust"
    assert usual(photos / "photos", "--learner", f"onnx:{photos / 'colours.onnx'}") == "typiclust"


def test_the_seed_decides(askance, signals: Path) -> None:
    def items(seed: int) -> list[str]:
        ask = ("select", signals / "probs.npy", "-k", 20, "--strategy", "random", "--seed", seed, "--json")
        return [p["item"] for p in askance(*ask).data["picks"]]

    assert items(1) == items(1)
    assert items(1) != items(2)


def test_labelled_samples_are_fitted_on_and_never_picked(askance, signals: Path) -> None:
    ask = ("select", signals / "embeddings.npy", "-k", 10, "--labels", signals / "labels.csv", "--json")
    found = askance(*ask).data
    assert (found["learner"], found["labeled"]) == ("precomputed", 60)
    assert found["strategy"].startswith("margin | doubt_herding")
    assert all(int(p["item"]) >= 60 for p in found["picks"])


def test_a_partly_labelled_column_counts_as_labels(askance, texts: Path) -> None:
    table = ("select", texts / "news.csv", "--text", "body", "--id", "key", "-k", 6, "--json")
    found = askance(*table, "--label", "topic", "--strategy", "entropy").data
    assert (found["learner"], found["labeled"], found["pool"]) == ("tfidf", 12, 80)
    assert all(int(p["item"]) >= 12 for p in found["picks"])
    by_file = askance(*table, "--labels", texts / "key.csv", "--strategy", "entropy")
    assert by_file.data["picks"] == []
    assert "asked for 6, chose 0: the pool has 80 samples, 80 of them labelled" in by_file.err


def test_feature_columns(askance, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [(n, *rng.normal(size=2).round(4), "blue" if n % 3 else "grey") for n in range(60)]
    text = "key,a,b,kind\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "t.csv").write_text(text)
    found = askance("select", tmp_path / "t.csv", "--features", "a,b,kind", "--id", "key", "-k", 4, "--json").data
    assert (found["learner"], found["strategy"], len(found["picks"])) == ("linear", "typiclust", 4)


def test_more_than_there_is(askance, signals: Path) -> None:
    found = askance("select", signals / "probs.npy", "-k", 2000, "--json")
    assert found.code == 0
    assert len(found.data["picks"]) == 1697
    assert "asked for 2,000, chose 1,697: the pool has 1,697 samples" in found.err


def test_none_at_all(askance, signals: Path) -> None:
    found = askance("select", signals / "probs.npy", "-k", 0, "--json")
    assert (found.code, found.data["picks"]) == (0, [])


def test_a_table_for_people(askance, signals: Path) -> None:
    found = askance("select", signals / "probs.npy", "-k", 3, "--strategy", "margin")
    assert found.code == 0
    assert found.err == ""
    lines = found.out.splitlines()
    assert [word for word in ("rank", "item", "utility", "why") if word in lines[1]] == [
        "rank",
        "item",
        "utility",
        "why",
    ]
    assert "3 picks of 1,697 samples by margin, seed 0" in found.out


def test_picks_to_a_file(askance, signals: Path, tmp_path: Path) -> None:
    for name in ("picks.csv", "picks.json", "picks.jsonl"):
        ask = ("select", signals / "probs.npy", "-k", 4, "--out", tmp_path / name, "--json")
        found = askance(*ask).data
        assert found["out"] == str(tmp_path / name)
        text = (tmp_path / name).read_text()
        match name:
            case "picks.csv":
                read = list(csv.DictReader(text.splitlines()))
            case "picks.json":
                read = json.loads(text)
            case _:
                read = [json.loads(line) for line in text.splitlines()]
        assert [row["id"] for row in read] == [p["id"] for p in found["picks"]]
        assert [row["why"] for row in read] == [p["why"] for p in found["picks"]]


def test_photos_with_a_network(askance, photos: Path, tmp_path: Path) -> None:
    sheet, learner = tmp_path / "sheet.png", f"onnx:{photos / 'colours.onnx'}"
    ask = ("select", photos / "photos", "-k", 6, "--learner", learner, "--cache", tmp_path / "cache")
    found = askance(*ask, "--strategy", "dbal", "--sheet", sheet, "--json")
    data = found.data
    assert (data["pool"], data["candidates"]) == (31, 30)
    assert data["duplicates"] == [{"item": "red/again.png", "same_as": "red/0.png"}]
    assert list(data["skipped"]) == ["red/torn.png"]
    assert "1 duplicate left out, the first red/again.png, the same as red/0.png" in found.err
    assert "skipped red/torn.png: " in found.err
    assert len({p["item"] for p in data["picks"]}) == 6
    assert all(p["why"].startswith("margin 0.") for p in data["picks"])
    assert data["sheet"] == str(sheet)
    with Image.open(sheet) as image:
        assert image.width > 5 * 200


def test_the_contact_sheet_has_a_usual_place_and_can_be_left_out(askance, photos: Path) -> None:
    ask = ("select", photos / "photos", "-k", 3, "--learner", f"onnx:{photos / 'colours.onnx'}", "--json")
    assert askance(*ask, "--no-sheet").data["sheet"] is None
    assert not Path("askance-select.png").exists()
    assert askance(*ask).data["sheet"] == "askance-select.png"
    assert Path("askance-select.png").is_file()


def test_photos_by_a_table_of_paths(askance, photos: Path) -> None:
    rows = [f"photos/{colour}/{n}.png,{colour if n < 3 else ''}\n" for colour in ("red", "blue") for n in range(8)]
    (photos / "paths.csv").write_text("file,colour\n" + "".join(rows))
    learner = f"onnx:{photos / 'colours.onnx'}"
    ask = ("select", photos / "paths.csv", "--path", "file", "--label", "colour", "--learner", learner, "-k", 4)
    found = askance(*ask, "--strategy", "margin", "--no-sheet", "--json").data
    # The torn photo is none of the sixteen, and red/1.png is one of the labelled ones.
    assert (found["pool"], found["labeled"]) == (16, 6)
    assert {p["item"].split("/")[-1][0] for p in found["picks"]} <= set("34567")


def test_a_table_of_parquet_shards_gives_the_picks_of_one_file(askance, signals: Path, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    probs = np.load(signals / "probs.npy")
    names = [f"p{c}" for c in range(probs.shape[1])]
    table = pa.table({**{n: probs[:, c] for c, n in enumerate(names)}, "key": np.arange(len(probs)).astype(str)})
    (tmp_path / "shards").mkdir()
    for part, start in enumerate(range(0, len(table), 300)):
        pq.write_table(table.slice(start, 300), tmp_path / "shards" / f"{part:02d}.parquet")
    pq.write_table(table, tmp_path / "whole.parquet")
    options = ("--features", ",".join(names), "--signals", "probs", "--id", "key", "-k", 12, "--json")
    whole, shards = (askance("select", tmp_path / p, *options).data["picks"] for p in ("whole.parquet", "shards"))
    assert whole == shards
    ids = np.array([int(p["id"], 16) for p in whole], np.uint64)
    rows = np.array([int(p["item"]) for p in whole])
    again = select("margin", Signals(ids, {"probs": probs[rows]}), 12)
    assert again.ids.tolist() == ids.tolist()


def test_two_pools_with_the_same_keys_share_a_cache_without_mixing(askance, photos: Path, tmp_path: Path) -> None:
    """Keys of a column are a pool's own: photo 1 of the reds is not photo 1 of the blues."""
    said = []
    for colour, cache in (("red", "shared"), ("blue", "shared"), ("blue", "alone")):
        table = tmp_path / f"{colour}.csv"
        rows = "".join(f"{n},{photos / 'photos' / colour / f'{n}.png'}\n" for n in range(10))
        table.write_text("key,file\n" + rows)
        call = ["--path", "file", "--id", "key", "--learner", f"onnx:{photos / 'colours.onnx'}", "--cache"]
        ended = askance("select", table, "-k", 10, *call, tmp_path / cache, "--strategy", "margin", "--json")
        said.append({p["id"]: p["utility"] for p in ended.data["picks"]})
    assert said[0].keys() == said[1].keys()
    assert said[1] == said[2] != said[0]


def test_labels_of_some_classes_only_are_enough(askance, signals: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("name,label\n0,three\n1,seven\n")
    assert len(askance("select", signals / "both.npz", "-k", 3, "--labels", few, "--json").data["picks"]) == 3
