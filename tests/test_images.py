"""Images: every mode comes out as upright RGB, and a broken one is named with what is wrong."""

import io
from pathlib import Path

import fsspec
import numpy as np
import pytest
from PIL import Image

from askance.errors import BadPool
from askance.images import header_fault, is_image_name, read_image, thumbnail, upright_size


def scene(width: int = 40, height: int = 20) -> Image.Image:
    """Red left half, blue right half, green lower edge: every rotation looks different."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = 255
    pixels[:, width // 2 :, 2] = 255
    pixels[-height // 4 :] = (0, 255, 0)
    return Image.fromarray(pixels)


def at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel


def close(pixel: tuple[int, ...], wanted: tuple[int, int, int], by: int = 40) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".bmp", ".gif"])
def test_every_format_gives_the_same_picture(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    scene().save(file)
    image = read_image(str(file))
    assert image.mode == "RGB"
    assert image.size == (40, 20)
    assert close(at(image, 5, 5), (255, 0, 0))
    assert close(at(image, 35, 5), (0, 0, 255))
    assert is_image_name(file.name.upper())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_exif_rotation_is_undone(tmp_path: Path, orientation: int, suffix: str) -> None:
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = tmp_path / f"turned{suffix}"
    (scene() if stored is None else scene().transpose(stored)).save(file, exif=exif)
    image = read_image(str(file))
    assert image.size == (40, 20)
    assert close(at(image, 5, 5), (255, 0, 0))
    assert close(at(image, 35, 5), (0, 0, 255))
    assert close(at(image, 5, 18), (0, 255, 0))


def test_damaged_exif_is_no_reason_to_lose_the_picture(tmp_path: Path) -> None:
    scene().save(tmp_path / "a.jpg", exif=b"Exif\x00\x00nothing of the sort")
    assert read_image(str(tmp_path / "a.jpg")).size == (40, 20)


def test_grey_palette_cmyk_and_bilevel_become_rgb(tmp_path: Path) -> None:
    for mode, suffix in [("L", "jpg"), ("P", "png"), ("CMYK", "jpg"), ("1", "png"), ("CMYK", "tif")]:
        file = tmp_path / f"{mode}.{suffix}"
        scene().convert(mode).save(file)
        image = read_image(str(file))
        assert image.mode == "RGB", mode
        if mode in ("P", "CMYK"):
            assert close(at(image, 5, 5), (255, 0, 0), by=60), mode


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_are_white(tmp_path: Path, mode: str) -> None:
    clear = scene().convert("RGBA")
    clear.putalpha(0)
    clear.paste(scene().crop((0, 0, 20, 20)), (0, 0))
    clear.convert(mode).save(tmp_path / "a.png")
    image = read_image(str(tmp_path / "a.png"))
    assert at(image, 35, 5) == (255, 255, 255)
    assert at(image, 5, 5) != (255, 255, 255)


def test_sixteen_bits_are_brought_to_eight_by_their_full_range(tmp_path: Path) -> None:
    grey = np.array([[0, 257, 65535, 32896]], np.uint16)
    for suffix in ("png", "tif"):
        Image.fromarray(grey).save(tmp_path / f"a.{suffix}")
        image = read_image(str(tmp_path / f"a.{suffix}"))
        assert [at(image, x, 0)[0] for x in range(4)] == [0, 1, 255, 128]


def test_float_pixels_are_stretched(tmp_path: Path) -> None:
    Image.fromarray(np.array([[-1.0, 0.0, 1.0]], np.float32)).save(tmp_path / "a.tif")
    image = read_image(str(tmp_path / "a.tif"))
    assert [at(image, x, 0)[0] for x in range(3)] == [0, 128, 255]
    Image.fromarray(np.array([[np.nan, 0.0, 1.0]], np.float32)).save(tmp_path / "b.tif")
    with pytest.raises(BadPool, match=r"b\.tif cannot be decoded: it has NaN"):
        read_image(str(tmp_path / "b.tif"))


def test_size_decodes_a_large_jpeg_smaller_but_never_too_small(tmp_path: Path) -> None:
    scene(1600, 800).save(tmp_path / "a.jpg")
    assert read_image(str(tmp_path / "a.jpg")).size == (1600, 800)
    assert read_image(str(tmp_path / "a.jpg"), 200).size == (400, 200)
    assert read_image(str(tmp_path / "a.jpg"), 201).size == (800, 400)
    assert read_image(str(tmp_path / "a.jpg"), 5000).size == (1600, 800)
    assert thumbnail(str(tmp_path / "a.jpg"), 64).size == (64, 32)


def test_thumbnail_of_a_small_picture_keeps_its_size(tmp_path: Path) -> None:
    scene().save(tmp_path / "a.png")
    assert thumbnail(str(tmp_path / "a.png"), 64).size == (40, 20)


def test_object_storage_by_url() -> None:
    buffer = io.BytesIO()
    scene().save(buffer, "PNG")
    with fsspec.open("memory://askance-images/a.png", "wb") as file:
        file.write(buffer.getvalue())
    assert read_image("memory://askance-images/a.png").size == (40, 20)
    with pytest.raises(BadPool, match=r"there is no file memory://askance-images/b\.png"):
        read_image("memory://askance-images/b.png")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".bmp"])
def test_truncated_files_are_named(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"cut{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(file)
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(BadPool, match=rf"cut\{suffix} cannot be decoded: \w+"):
        read_image(str(file))


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("not an image")
    (tmp_path / "empty.png").touch()
    with pytest.raises(BadPool, match=r"text\.jpg cannot be decoded: it is not an image"):
        read_image(str(tmp_path / "text.jpg"))
    with pytest.raises(BadPool, match=r"empty\.png cannot be decoded: the file is empty"):
        read_image(str(tmp_path / "empty.png"))
    with pytest.raises(BadPool, match=r"there is no file .*gone\.png"):
        read_image(str(tmp_path / "gone.png"))
    with pytest.raises(BadPool, match="cannot be read: Is a directory"):
        read_image(str(tmp_path))


def test_decompression_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene(100, 100).save(tmp_path / "big.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 9_000)  # a warning of Pillow's up to twice this
    with pytest.raises(BadPool, match=r"big\.png cannot be decoded: it has more than 9,000 pixels"):
        read_image(str(tmp_path / "big.png"))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4_000)  # an error of Pillow's beyond
    assert "more than 4,000 pixels" in header_fault((tmp_path / "big.png").read_bytes(), "big.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert read_image(str(tmp_path / "big.png")).size == (100, 100)


def test_header_fault_is_empty_for_a_good_header_even_of_a_cut_file(tmp_path: Path) -> None:
    scene(200, 200).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    assert header_fault(data, "a.jpg") == ""
    assert header_fault(data[: len(data) // 2], "a.jpg") == ""
    assert header_fault(b"GIF8", "a.gif") != ""


def test_upright_size_is_of_the_picture_as_people_see_it(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20))
    lying = image.getexif()
    lying[0x0112] = 6
    image.save(tmp_path / "lying.jpg", exif=lying)
    image.save(tmp_path / "plain.png")
    assert upright_size(str(tmp_path / "lying.jpg")) == read_image(str(tmp_path / "lying.jpg")).size == (20, 40)
    assert upright_size(str(tmp_path / "plain.png")) == (40, 20)
    (tmp_path / "no.jpg").write_bytes(b"no picture")
    with pytest.raises(BadPool, match=r"no\.jpg cannot be decoded"):
        upright_size(str(tmp_path / "no.jpg"))
