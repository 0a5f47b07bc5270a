"""Pictures that people upload: the portal checks the content and the size, and encodes the picture again.

The portal never keeps the file that a person sent. It counts the pixels, decodes the picture from one of a few
formats and encodes it as PNG, so that nothing hidden in the file is kept. SVG is not accepted.
"""

from __future__ import annotations

import io
import warnings

from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.errors import DomainError

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 16_000_000


class PictureRefused(DomainError):
    """The portal does not accept the file as a picture. The sentence says what to send instead."""

    code = "picture_refused"
    status = 400


def redrawn(upload: UploadedFile, *, width: int, height: int) -> bytes:
    """Return the picture as PNG bytes, scaled down to fit `width` × `height` pixels. Smaller ones keep their size.

    Raises PictureRefused for a file that is too large, is not a PNG, JPEG or WebP, is broken, or has too
    many pixels.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise PictureRefused(
            _("The file is larger than %(limit)s. Send a smaller picture.")
            % {"limit": filesizeformat(MAX_BYTES)}
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureRefused(
                    _("The picture has more than %(limit)s million pixels. Send a smaller one.")
                    % {"limit": MAX_PIXELS // 1_000_000}
                )
            picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureRefused(_("Send the logo as a PNG, JPEG or WebP picture.")) from error
    except (OSError, ValueError, SyntaxError) as error:  # what the decoders raise for damaged files
        raise PictureRefused(
            _("The picture could not be read. It may be damaged: save it again and send that.")
        ) from error
    drawn = picture.convert("RGBA")
    drawn.thumbnail((width, height))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()
