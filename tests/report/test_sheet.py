"""Contact sheets: what is drawn where, and what bad pictures and long names get."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFont

from askance.errors import BadConfig
from askance.report.sheet import MOST, caption, contact_sheet, face, fitted, fitted_into, folded

RED = Image.new("RGB", (60, 40), "#ff0000")


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_pictures_lie_in_a_grid_best_first(tmp_path: Path) -> None:
    colours = ["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff"]
    tiles = [(Image.new("RGB", (64, 64), c), [f"#{i}", "x.jpg"]) for i, c in enumerate(colours)]
    made = contact_sheet(tiles, 3, tmp_path / "sheet.png", tile=64)
    sheet = pixels(made)
    high = 64 + 6 + 2 * 20 + 14
    for i, colour in enumerate(colours):
        x, y = 20 + i % 3 * 78 + 32, 20 + i // 3 * high + 32
        assert "#" + bytes(sheet[y, x]).hex() == colour
    assert sheet.shape == (2 * high + 20 + 20 - 14, 3 * 78 - 14 + 40, 3)
    assert (sheet[20 + 64 + 6 : 20 + 64 + 26, 20:84] < 128).any()  # the caption's first line is dark
    assert not (tmp_path / "sheet.png.part").exists()


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    a, b = (contact_sheet([(RED, ["a"])], 4, tmp_path / name).read_bytes() for name in ("a.png", "b.png"))
    assert a == b


def test_a_picture_that_cannot_be_read_is_a_grey_tile_and_the_rest_goes_on(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    RED.save(broken)
    broken.write_bytes(broken.read_bytes()[:200])
    RED.save(tmp_path / "good.png")
    rows = [(broken, ["#1"]), (tmp_path / "none.jpg", ["#2"]), (str(tmp_path / "good.png"), ["#3"])]
    sheet = pixels(contact_sheet(rows, 3, tmp_path / "out.jpg", tile=100))
    middles = [sheet[25, 20 + i * 114 + 50] for i in range(2)] + [sheet[70, 20 + 2 * 114 + 50]]
    assert np.ptp(middles[0]) < 12
    assert middles[0].mean() > 200
    assert middles[1].mean() > 200
    assert middles[2][0] > 230
    assert middles[2][1] < 40


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_every_mode_is_drawn(mode: str, tmp_path: Path) -> None:
    image = Image.new(mode, (30, 20)) if mode in ("I;16", "F") else RED.convert("L").convert("RGB").convert(mode)
    assert fitted_into(image, 90).mode == "RGB"
    assert contact_sheet([(image, ["#1"])], 1, tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("size", "becomes"),
    [((8, 8), (96, 96)), ((8, 6), (96, 72)), ((500, 250), (100, 50)), ((50, 40), (100, 80)), ((3000, 2), (100, 1))],
)
def test_pictures_fit_their_tile(size: tuple[int, int], becomes: tuple[int, int]) -> None:
    before = Image.new("RGB", size)
    assert fitted_into(before, 100).size == becomes
    assert before.size == size  # the caller's own picture is left as it was


def test_icons_keep_their_pixels() -> None:
    icon = Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8))
    assert set(np.unique(np.asarray(fitted_into(icon, 50)))) == {0, 255}


@pytest.mark.parametrize("text", ["", "short.jpg", "a" * 300, "many words " * 40, "кошка " * 20, "猫" * 80, "a\nb\tc"])
def test_captions_never_leave_their_tile(text: str) -> None:
    lines = folded(text, 120)
    assert 1 <= len(lines) <= 2
    assert all(face(line).getlength(line) <= 120 for line in lines)
    assert all("\n" not in line for line in lines)


def test_a_long_name_keeps_both_its_ends() -> None:
    font = ImageFont.load_default(size=15)
    short = fitted("photos/of/many/years/IMG_20240101_120000.jpg", font, 150)
    assert short.startswith("photos")
    assert short.endswith(".jpg")
    assert "…" in short


def test_cyrillic_is_drawn_and_not_boxed() -> None:
    """Pillow's own font draws one and the same box for letters that it lacks."""
    wide = face("кш")
    assert bytes(wide.getmask("к")) != bytes(wide.getmask("ш"))


def test_caption_lines() -> None:
    assert caption(1, "margin 0.974, rank 14 of 25000", "7.jpg") == ["#1 margin 0.974", "rank 14 of 25000", "7.jpg"]
    assert caption(2, "drawn at random", "7.jpg") == ["#2 drawn at random", "7.jpg"]


def test_a_sheet_has_a_most_and_says_what_is_left_out(tmp_path: Path) -> None:
    tiny = Image.new("RGB", (2, 2))
    many = pixels(contact_sheet([(tiny, [])] * (MOST + 5), 20, tmp_path / "a.png", tile=32))
    all_of_them = pixels(contact_sheet([(tiny, [])] * MOST, 20, tmp_path / "b.png", tile=32))
    assert many.shape[0] == all_of_them.shape[0] + 40
    assert (many[-55:, :200] < 150).any()


def test_nothing_chosen_is_a_sheet_too(tmp_path: Path) -> None:
    assert (pixels(contact_sheet([], 5, tmp_path / "a.png")) < 150).any()


def test_what_bad_input_gets(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"as \.png or \.jpg, not 'a\.gif'"):
        contact_sheet([(RED, [])], 1, tmp_path / "a.gif")
    with pytest.raises(BadConfig, match="not 0 and 200"):
        contact_sheet([(RED, [])], 0, tmp_path / "a.png")
    with pytest.raises(BadConfig, match=r"cannot write .*no/a\.png: No such file"):
        contact_sheet([(RED, [])], 1, tmp_path / "no" / "a.png")
