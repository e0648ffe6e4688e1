"""The service ``fs``: a folder of its own for each block that has a ``Filesystem`` field."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings

# Behind MEDIA_ROOT, which is served: blocks hand out the addresses of these files.
_FOLDER = "blocks"


class FilesystemService:
    """Folders below ``MEDIA_ROOT/blocks``, named by a hash of the field's place."""

    def load(self, field: Any, block: Any) -> Any:
        """Return a pyfilesystem whose ``get_url(path)`` gives the address of a file."""
        from fs.osfs import OSFS  # heavy, and rarely asked for

        place = hashlib.sha256(
            f"{block.scope_ids.usage_id}/{field.name}/{block.scope_ids.user_id}".encode()
        ).hexdigest()[:40]
        folder = Path(settings.MEDIA_ROOT) / _FOLDER / place
        filesystem = OSFS(str(folder), create=True)
        filesystem.get_url = lambda path, timeout=0: (
            f"{settings.MEDIA_URL}{_FOLDER}/{place}/{str(path).lstrip('/')}"
        )
        return filesystem
