"""Pictures of people: read with care, written anew as squares of fixed sizes, nothing else kept.

What is stored was drawn by us from the pixels alone: no place, no camera, no second file behind
the picture. Each file carries the token of its picture, so that no two people share one, and a
picture that is removed takes its bytes along.
"""

from __future__ import annotations

import io
import secrets
import struct
from typing import BinaryIO, Final

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from common.accounts.data import Picture, PictureSize
from common.accounts.errors import InvalidPictureError
from common.accounts.models import Profile
from common.core.errors import NotFoundError
from common.files import api as files

LIMIT_BYTES: Final = 8 * 1024 * 1024
# A JPEG is decoded at a fraction of its size, whatever that is; the others whole, 4 bytes a pixel.
LIMIT_PIXELS: Final = {"JPEG": 60_000_000, "PNG": 16_000_000, "WEBP": 16_000_000, "GIF": 16_000_000}
SMALLEST_SIDE: Final = 30
CONTENT_TYPE: Final = "image/jpeg"
_QUALITY: Final = 86
# What Pillow's decoders raise for files that were broken or made to break them.
_UNREADABLE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def save_picture(user_id: int, source: BinaryIO, *, size_bytes: int) -> Picture:
    """Store a person's picture in all sizes in place of the one before. Raises InvalidPictureError.

    ``source`` is what somebody sent, of whatever kind.
    """
    if size_bytes > LIMIT_BYTES:
        raise InvalidPictureError(
            f"{size_bytes} bytes",
            user_message=_("This picture is larger than {size} MB. Choose a smaller one.").format(
                size=LIMIT_BYTES // 1024**2
            ),
        )
    token = secrets.token_hex(16)
    drawn = draw_sizes(source.read(LIMIT_BYTES + 1), token)
    stored = files.store_many([data] for data in drawn.values())
    kept = dict(zip(drawn, (file.sha256 for file in stored), strict=True))
    _replace(user_id, token, kept)
    return Picture(token, kept)


def remove_picture(user_id: int) -> None:
    """Forget a person's picture, bytes and all; without one, nothing happens."""
    _replace(user_id, "", {})


def find_picture_file(token: str, size: str) -> tuple[int, str]:
    """Return whose picture it is, and the stored file of it in a size. One SQL.

    Raises NotFoundError. Who may see it is for the caller to decide.
    """
    row = Profile.objects.filter(picture_token=token).exclude(picture_token="").first()
    if row is None or size not in row.picture_files:
        raise NotFoundError("no such picture")
    return row.user_id, str(row.picture_files[size])


def draw_sizes(data: bytes, token: str) -> dict[str, bytes]:
    """Return JPEG files of all sizes, drawn from a picture. Raises InvalidPictureError."""
    try:
        square = _read_square(data)
        return {size.value: _draw(square, size.pixels, token) for size in PictureSize}
    except InvalidPictureError:
        raise
    except _UNREADABLE as error:
        raise InvalidPictureError(str(error)[:200]) from error


def _read_square(data: bytes) -> Image.Image:
    """Return the middle of the picture as a square, upright, opaque, at most twice ``full``."""
    with Image.open(io.BytesIO(data), formats=list(LIMIT_PIXELS)) as image:
        _check_size(image)
        side = 2 * PictureSize.FULL.pixels
        # JPEG only: decodes at 1/2, 1/4 or 1/8, so that a large photo costs no more than a small.
        image.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(image)
        size = min(*upright.size, side)
        square = ImageOps.fit(upright.convert("RGBA"), (size, size))
    paper = Image.new("RGB", square.size, "white")
    paper.paste(square, mask=square.getchannel("A"))
    return paper


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > LIMIT_PIXELS[str(image.format)]:
        raise InvalidPictureError(
            f"{width} x {height}",
            user_message=_("This picture has too many pixels. Make it smaller and try again."),
        )
    if min(width, height) < SMALLEST_SIDE:
        raise InvalidPictureError(
            f"{width} x {height}",
            user_message=_(
                "This picture is too small. Choose one of at least {count} pixels each way."
            ).format(count=SMALLEST_SIDE),
        )


def _draw(square: Image.Image, pixels: int, token: str) -> bytes:
    target = io.BytesIO()
    # A new image has no metadata to hand on.
    square.resize((pixels, pixels), Image.Resampling.LANCZOS).save(
        target, "JPEG", quality=_QUALITY, optimize=True, comment=token
    )
    return target.getvalue()


def _replace(user_id: int, token: str, kept: dict[str, str]) -> None:
    with transaction.atomic():
        row, _made = Profile.objects.select_for_update().get_or_create(user_id=user_id)
        gone = sorted(row.picture_files.values())
        row.picture_token, row.picture_files = token, kept
        row.save(update_fields=["picture_token", "picture_files"])
        transaction.on_commit(lambda: files.delete_many(gone))
