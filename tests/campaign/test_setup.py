"""From a configuration to what a round needs."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from askance.campaign.setup import read_key
from askance.campaign.shares import share_out
from askance.errors import BadLabel
from askance.ops import key_ids
from askance.pools import open_pool


def test_a_key_is_read_from_a_file_and_from_class_folders(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("cat/1.png", "cat/2.png", "dog/1.png"):
        (tmp_path / "sorted" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "flat").mkdir(exist_ok=True)
        image = Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8))
        image.save(tmp_path / "sorted" / name)
        image.save(tmp_path / "flat" / name.replace("/", "-"))
    pool = open_pool(tmp_path / "flat")
    by_folder = read_key(tmp_path / "sorted", pool)
    (tmp_path / "key.csv").write_text("file,label\ncat-1.png,cat\ncat-2.png,cat\ndog-1.png,dog\n")
    assert read_key(tmp_path / "key.csv", pool) == by_folder
    assert sorted(by_folder.values()) == ["cat", "cat", "dog"]
    (tmp_path / "other" / "x").mkdir(parents=True)
    Image.new("RGB", (9, 9)).save(tmp_path / "other" / "x" / "1.png")
    with pytest.raises(BadLabel, match="none of the pool's samples"):
        read_key(tmp_path / "other", pool)


def test_shares_are_disjoint_as_large_as_asked_and_the_same_in_any_order() -> None:
    ids = key_ids(0, 20_000)
    a = share_out(ids, 7, validation=0.1, test=0.25, stop_set=500)
    parts = [set(p.tolist()) for p in (a.train, a.validation, a.test)]
    assert set().union(*parts) == set(ids.tolist())
    assert sum(map(len, parts)) == len(ids)
    assert [len(p) / len(ids) for p in parts] == pytest.approx([0.65, 0.1, 0.25], abs=0.01)
    assert not set(a.stop_set.tolist()) & parts[2]
    b = share_out(ids[::-1].copy(), 7, validation=0.1, test=0.25, stop_set=500)
    np.testing.assert_array_equal(b.validation, a.validation)
    np.testing.assert_array_equal(b.stop_set, a.stop_set)
    assert set(b.test.tolist()) == parts[2]


def test_a_sample_keeps_its_share_when_the_pool_grows() -> None:
    few, many = (share_out(key_ids(0, n), 0, validation=0.2, test=0.2, stop_set=0) for n in (1000, 5000))
    assert set(few.test.tolist()) <= set(many.test.tolist())
    assert set(few.validation.tolist()) <= set(many.validation.tolist())
    assert set(few.train.tolist()) <= set(many.train.tolist())


def test_another_seed_shares_out_otherwise() -> None:
    ids = key_ids(0, 5000)
    a, b = (share_out(ids, seed, validation=0, test=0.5, stop_set=0) for seed in (0, 1))
    both = len(set(a.test.tolist()) & set(b.test.tolist()))
    assert both / len(ids) == pytest.approx(0.25, abs=0.03)
