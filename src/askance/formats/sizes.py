"""How large a picture is as people see it: turned upright by its EXIF, as labels count its pixels.  Floor 4."""

from askance.errors import FormatError
from askance.images import header_fault, opened

ORIENTATION = 0x0112  # of EXIF; from 5 on, the picture lies on its side


def upright_size(data: bytes, where: str) -> tuple[int, int]:
    """(width, height) by the header alone; a FormatError for what is no picture."""
    fault = header_fault(data, where)
    if fault:
        raise FormatError(f"{where}: {fault}")
    image = opened(data)
    try:
        lies = int(image.getexif().get(ORIENTATION, 1)) >= 5
    except Exception:  # a damaged EXIF block says nothing of the orientation
        lies = False
    return (image.height, image.width) if lies else (image.width, image.height)
