"""Set and remove a group's logo. DESIGN: at most 64 px high, on the group's own pages, never recoloured."""

from __future__ import annotations

import hashlib
import io

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image

from accounts.models import User
from core import audit, pictures, scope
from groups.actions import check_right, lock_open_group
from groups.models import Group, GroupLogo
from groups.roles import Permission

# Twice the size that pages show, for sharp screens and print.
WIDTH, HEIGHT = 480, 128


@transaction.atomic
def set_logo(*, group: Group, upload: UploadedFile, by: User) -> GroupLogo:
    """Save the uploaded picture as the group's logo. It replaces an earlier one.

    Raises NotAllowed, GroupClosed, and core.pictures.PictureRefused when the portal does not accept the file.
    """
    with scope.group_scope(group):
        row = lock_open_group(group)
        check_right(by, Permission.EDIT_GROUP, row)
        content = pictures.redrawn(upload, width=WIDTH, height=HEIGHT)
        width, height = Image.open(io.BytesIO(content)).size
        values = {
            "content": content,
            "width": width,
            "height": height,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        logo, _created = GroupLogo.objects.update_or_create(group=row, defaults=values)
        audit.record("groups.logo_changed", by=by, about=row, group=row)
        return logo


@transaction.atomic
def remove_logo(*, group: Group, by: User) -> None:
    """Remove the group's logo. Without a logo this changes nothing. Raises NotAllowed, GroupClosed."""
    with scope.group_scope(group):
        row = lock_open_group(group)
        check_right(by, Permission.EDIT_GROUP, row)
        removed, _rows = GroupLogo.objects.filter(group=row).delete()
        if removed:
            audit.record("groups.logo_removed", by=by, about=row, group=row)
