"""Files for blocks: ``fs``, folders of their own, and ``course_files``, what authors uploaded."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from common.blocks.course_files import find_bytes

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

# Behind MEDIA_ROOT, which is served: blocks hand out the addresses of these files.
_FOLDER = "blocks"
# Larger files are for browsers, not for a block's code.
_READ_LIMIT_BYTES = 5_000_000


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


class CourseFilesService:
    """The service ``course_files``, ours: reads files that authors uploaded to the course."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def find_bytes(self, path: str) -> bytes | None:
        """Return a small file by its path or old name; None where it is missing or too large."""
        version = self._session.source.version
        return find_bytes(version, path, limit_bytes=_READ_LIMIT_BYTES)
