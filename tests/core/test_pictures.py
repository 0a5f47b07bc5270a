"""Uploads: the portal checks their content and size, and never stores the file as it was sent."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core import pictures
from core.pictures import PictureRefused, redrawn


def picture(kind="PNG", size=(300, 100), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def upload(content, name="logo.png", kind="image/png"):
    return SimpleUploadedFile(name, content, content_type=kind)


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_a_picture_is_drawn_anew_as_png_within_its_frame(kind):
    drawn = Image.open(io.BytesIO(redrawn(upload(picture(kind)), width=120, height=64)))
    assert (drawn.format, drawn.size) == ("PNG", (120, 40))


def test_a_small_picture_keeps_its_size():
    assert Image.open(io.BytesIO(redrawn(upload(picture(size=(20, 10))), width=120, height=64))).size == (
        20,
        10,
    )


def test_what_hides_in_a_picture_does_not_survive():
    info = PngInfo()
    info.add_text("Comment", "<script>hidden</script>")
    sent = picture(pnginfo=info) + b"PK\x03\x04 an archive behind the picture"
    kept = redrawn(upload(sent), width=120, height=64)
    assert b"hidden" in sent
    assert b"hidden" not in kept
    assert b"PK" not in kept


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"",
        b"GIF89a" + bytes(30),
        picture("BMP"),
        b"\x89PNG\r\n\x1a\n" + bytes(40),
    ],
)
def test_other_kinds_are_refused_whatever_they_call_themselves(content):
    with pytest.raises(PictureRefused, match=r"PNG, JPEG or WebP|could not be read"):
        redrawn(upload(content), width=120, height=64)


def test_a_damaged_picture_is_refused_with_its_own_sentence():
    with pytest.raises(PictureRefused, match="damaged"):
        redrawn(upload(picture(size=(900, 900))[:600]), width=120, height=64)


def test_a_file_over_the_limit_is_refused_before_it_is_opened():
    with pytest.raises(PictureRefused, match="larger than"):
        redrawn(upload(bytes(pictures.MAX_BYTES + 1)), width=120, height=64)


def test_a_picture_with_too_many_pixels_is_refused():
    with pytest.raises(PictureRefused, match="million pixels"):
        redrawn(upload(picture(size=(5000, 4000))), width=120, height=64)
