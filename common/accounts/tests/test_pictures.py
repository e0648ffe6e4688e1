"""Pictures of people: squares of our own drawing, nothing of the file that was sent."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from common.accounts import api, pictures
from common.accounts.errors import InvalidPictureError
from common.accounts.tests.factories import make_user
from common.files import api as files

pytestmark = pytest.mark.django_db


def encoded(kind: str = "JPEG", size: tuple[int, int] = (200, 100), **options: Any) -> bytes:
    target = io.BytesIO()
    mode = options.pop("mode", "RGB")
    colour: Any = options.pop("colour", (200, 30, 30))
    Image.new(mode, size, colour).save(target, kind, **options)
    return target.getvalue()


def save(user_id: int, data: bytes) -> api.Picture:
    return api.save_picture(user_id, io.BytesIO(data), size_bytes=len(data))


def png_of(width: int, height: int) -> bytes:
    """Return a PNG whose head promises a size that its body does not hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + check

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_size_is_a_square_jpeg(kind: str) -> None:
    picture = save(make_user().pk, encoded(kind))
    assert set(picture.files) == {"full", "large", "medium", "small"}
    for size in api.PictureSize:
        with files.open_file(picture.files[size]) as stored, Image.open(stored) as drawn:
            assert (drawn.format, drawn.size) == ("JPEG", (size.pixels, size.pixels))


def test_nothing_of_the_file_is_kept_but_its_pixels() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6  # lies on its side
    data = encoded(exif=exif, comment=b"SecretComment") + b"PK\x03\x04SecretArchive"
    picture = save(make_user().pk, data)
    for sha256 in picture.files.values():
        stored = b"".join(files.iter_file(sha256))
        assert b"Secret" not in stored
        assert b"Exif" not in stored


def test_transparent_parts_become_paper() -> None:
    picture = save(make_user().pk, encoded("PNG", mode="RGBA", colour=(0, 0, 0, 0)))
    with files.open_file(picture.files["full"]) as stored, Image.open(stored) as drawn:
        assert drawn.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="a drawing with scripts"),
        pytest.param(b"%PDF-1.4\n", id="a document"),
        pytest.param(b"GIF89a", id="a head without body"),
        pytest.param(encoded()[:200], id="cut off"),
        pytest.param(png_of(60_000, 60_000), id="a bomb by its head"),
        pytest.param(png_of(5_000, 5_000), id="more pixels than we decode"),
        pytest.param(png_of(100, 100), id="a body shorter than promised"),
        pytest.param(encoded(size=(400, 20)), id="too flat"),
        pytest.param(encoded("TIFF"), id="a kind that we do not take"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", id="a program"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(data: bytes) -> None:
    user = make_user()
    with pytest.raises(InvalidPictureError):
        save(user.pk, data)
    assert api.get_profile(user.pk).picture is None


def test_a_file_over_the_limit_is_not_read() -> None:
    with pytest.raises(InvalidPictureError):
        api.save_picture(make_user().pk, io.BytesIO(), size_bytes=pictures.LIMIT_BYTES + 1)


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_is_replaced_or_removed_takes_its_bytes_along() -> None:
    one, other = make_user(), make_user()
    first, same = save(one.pk, encoded()), save(other.pk, encoded())
    second = save(one.pk, encoded())
    assert not any(files.exists(sha256) for sha256 in first.files.values())
    api.remove_picture(one.pk)
    assert not any(files.exists(sha256) for sha256 in second.files.values())
    assert all(files.exists(sha256) for sha256 in same.files.values())
    assert api.get_profile(one.pk).picture is None


def test_the_page_takes_shows_and_removes_a_picture() -> None:
    user, client = make_user("ada"), Client()
    client.force_login(user)
    upload = SimpleUploadedFile("me.html", encoded(), "text/html")
    assert client.post("/accounts/picture/", {"picture": upload}).status_code == 302
    picture = api.get_profile(user.pk).picture
    assert picture
    address = f"/accounts/pictures/{picture.token}/full.jpg"
    assert address in client.get("/accounts/").content.decode()
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer)[:2] == b"\xff\xd8"
    client.post("/accounts/picture/remove/")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("sent", [{}, {"picture": ""}, {"picture": "text"}, {"picture": b"GIF89a"}])
def test_the_page_says_why_a_picture_is_refused(sent: dict[str, Any]) -> None:
    client = Client()
    client.force_login(make_user())
    if isinstance(sent.get("picture"), bytes):
        sent = {"picture": SimpleUploadedFile("x.gif", sent["picture"])}
    answer = client.post("/accounts/picture/", sent)
    assert answer.status_code == 400
    assert 'id="id_picture-error"' in answer.content.decode()


def test_others_load_a_picture_only_while_it_is_shared() -> None:
    user = make_user()
    picture = save(user.pk, encoded())
    address = f"/accounts/pictures/{picture.token}/small.jpg"
    assert Client().get(address).status_code == 404
    api.save_profile(user_id=user.pk, visibility="all_users")
    shown = Client().get(address)
    assert shown.status_code == 200
    assert b"".join(shown)[:2] == b"\xff\xd8"
    assert Client().get(address.replace("small", "huge")).status_code == 404
    assert Client().get("/accounts/pictures/-/small.jpg").status_code == 404
