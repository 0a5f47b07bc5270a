"""Storage of the static files that browsers get."""

from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticFiles(CompressedManifestStaticFilesStorage):
    """Compressed files with hashed names. The list of all names is kept beside the folder, where no address leads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        root = settings.STATIC_ROOT
        beside = FileSystemStorage(location=root.with_name(f"{root.name}-manifest"))
        super().__init__(*args, manifest_storage=beside, **kwargs)
