"""Recordings in a report: drawn by their outlines, and those that are gone left out."""

from pathlib import Path

import numpy as np

from askance.pools import open_pool
from askance.report.gallery import of_pool
from askance.report.outline import INK, PAPER, outline
from waves import tone, write


def test_a_column_is_as_high_as_its_stretch_is_loud(tmp_path: Path) -> None:
    loud_then_silent = np.vstack([np.tile([[1.0], [-1.0]], (1000, 1)), np.zeros((2000, 1))])
    image = outline(str(write(tmp_path / "a.wav", loud_then_silent)), 100, 50)
    dark = (np.asarray(image.convert("L")) < 150).sum(0)
    assert (dark[:49] >= 44).all()
    assert (dark[51:] == 1).all()
    assert {image.getpixel((0, 0)), image.getpixel((0, 25))} == {tuple(bytes.fromhex(c[1:])) for c in (PAPER, INK)}


def test_one_shorter_than_the_picture_fills_it(tmp_path: Path) -> None:
    image = outline(str(write(tmp_path / "a.wav", np.full((3, 1), 0.9))), 100, 50)
    assert (np.asarray(image.convert("L")) < 150).any(0).all()


def test_what_was_chosen_is_shown(tmp_path: Path) -> None:
    for n in range(3):
        write(tmp_path / f"{n}.wav", tone(300 + 100 * n))
    pool = open_pool(tmp_path)
    (tmp_path / "1.wav").unlink()
    shown = of_pool(pool)(pool.ids.tolist())
    assert set(shown) == {int(pool.ids[0]), int(pool.ids[2])}
    assert {image.size for image in shown.values()} == {(240, 96)}
