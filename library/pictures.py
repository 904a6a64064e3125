"""Foreign pictures, read and written anew. Runs in the limited process of :mod:`core.worker`, so it imports little."""

import base64
import io
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

#: A picture of more pixels is refused before it is unpacked (40 million pixels unpack to about 160 MB).
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
#: Lessons are read on phones: what is larger is made smaller.
KEPT_SIDE = 1600
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def reencoded(data: bytes) -> dict[str, Any]:
    """Return a picture without anything but its pixels: no EXIF, no comments, no trailing bytes, no further frames.

    :returns: ``content_type``, ``width``, ``height`` and ``content`` in base64, or ``refused`` with the reason:
        ``unknown`` format or ``large``.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        picture = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    except UnidentifiedImageError:
        return {"refused": "unknown"}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": "large"}
    if max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS:
        return {"refused": "large"}
    kept_format = str(picture.format)
    kept = _upright(picture)
    kept.thumbnail((KEPT_SIDE, KEPT_SIDE))
    target = io.BytesIO()
    kept.save(target, kept_format, **({"optimize": True} if kept_format == "PNG" else {"quality": 82}))
    return {
        "content_type": FORMATS[kept_format],
        "width": kept.width,
        "height": kept.height,
        "content": base64.b64encode(target.getvalue()).decode(),
    }


def _upright(picture: Image.Image) -> Image.Image:
    """Return the pixels turned as the camera meant, in a mode that every format here can hold."""
    turned = ImageOps.exif_transpose(picture)
    see_through = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    mode = "RGBA" if see_through and picture.format != "JPEG" else "RGB"
    pixels = turned.convert(mode)
    bare = Image.new(mode, pixels.size)
    bare.paste(pixels)
    return bare
