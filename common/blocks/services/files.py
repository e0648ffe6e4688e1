"""Files for blocks: ``fs``, folders of their own, and ``course_files``, what authors uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from common.blocks.course_files import find_asset, find_bytes

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

# Below MEDIA_ROOT. Of all that lies there only this is served (``common.blocks.assets``).
FOLDER = "blocks"
# Larger files are for browsers, not for a block's code.
_READ_LIMIT_BYTES = 5_000_000


class FilesystemService:
    """Folders below ``MEDIA_ROOT/blocks``, one a field and person.

    Their names cannot be guessed: whoever has the address of a file may read it.
    """

    def load(self, field: Any, block: Any) -> Any:
        """Return a pyfilesystem whose ``get_url(path)`` gives the address of a file."""
        from fs.osfs import OSFS  # heavy, and rarely asked for

        ids = block.scope_ids
        place = salted_hmac(
            "lyceum.block_files", f"{ids.usage_id}/{field.name}/{ids.user_id}", algorithm="sha256"
        ).hexdigest()[:40]
        folder = Path(settings.MEDIA_ROOT) / FOLDER / place
        filesystem = OSFS(str(folder), create=True)
        filesystem.get_url = lambda path, timeout=0: (
            f"{settings.MEDIA_URL}{FOLDER}/{place}/{str(path).lstrip('/')}"
        )
        return filesystem


class CourseFilesService:
    """The service ``course_files``, ours: reads files that authors uploaded to the course."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def holds(self, path: str) -> bool:
        """Whether the course has a file of this path or old name; nothing is read."""
        return find_asset(self._session.source.version, path) is not None

    def find_bytes(self, path: str) -> bytes | None:
        """Return a small file by its path or old name; None where it is missing or too large."""
        version = self._session.source.version
        return find_bytes(version, path, limit_bytes=_READ_LIMIT_BYTES)
