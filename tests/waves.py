"""WAV files for the tests, written byte by byte, not by the code that is tested."""

import struct
from pathlib import Path

import numpy as np

GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def tone(hertz: float, seconds: float = 0.3, rate: int = 8000, loud: float = 0.5) -> np.ndarray:
    """(n, 1) float64."""
    t = np.arange(round(seconds * rate)) / rate
    return (loud * np.sin(2 * np.pi * hertz * t))[:, None]


def packed(sound: np.ndarray, bits: int, code: int = 1) -> bytes:
    """(n, channels) of floats as the bytes of a data chunk."""
    if code == 3:
        return sound.astype(f"<f{bits // 8}").tobytes()
    whole = np.clip(np.round(sound * 2.0 ** (bits - 1)), -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1).astype(np.int64)
    if bits == 8:
        return (whole + 128).astype(np.uint8).tobytes()
    return b"".join(int(v).to_bytes(bits // 8, "little", signed=True) for v in whole.ravel())


def wav_bytes(
    sound: np.ndarray,
    rate: int = 8000,
    bits: int = 16,
    code: int = 1,
    *,
    extensible: bool = False,
    before: bytes = b"",
    promised: int | None = None,
) -> bytes:
    """before: chunks that come first; promised: the length that the header gives, where it is not the true one."""
    data, channels = packed(sound, bits, code), sound.shape[1]
    align = channels * bits // 8
    form = struct.pack("<HHIIHH", 0xFFFE if extensible else code, channels, rate, rate * align, align, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, code) + GUID_TAIL
    length = len(data) if promised is None else promised
    body = b"WAVE" + before + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", length) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def write(path: Path, *args: object, **more: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav_bytes(*args, **more))  # type: ignore[arg-type]
    return path
