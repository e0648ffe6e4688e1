"""Services whose answers are settings of the site, or that its parts are not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.cache import caches

from common.blocks import types
from common.blocks.course_files import find_asset, find_bytes
from common.blocks.errors import AssetNotFoundError
from common.files.api import content_type_for

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

_TRANSCRIPT_LIMIT_BYTES: Final = 5_000_000


class SettingsService:
    """The service ``settings``: what the operator set for a block type in ``XBLOCK_SETTINGS``."""

    def get_settings_bucket(self, block: Any, default: Any = None) -> Any:
        """Return the settings of the block's type, or ``default``, or an empty dict."""
        if block is None:
            raise ValueError("which block's settings?")
        name = getattr(block, "block_settings_key", None) or types.unmixed(type(block)).__name__
        return settings.XBLOCK_SETTINGS.get(name, {} if default is None else default)


class SandboxService:
    """The service ``sandbox``: course code never runs outside of the sandbox."""

    def can_execute_unsafe_code(self) -> bool:
        return False

    def get_python_lib_zip(self) -> None:
        return None


class SharedCacheService:
    """The service ``cache``: values that may be lost."""

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        return caches["shared"].get(key, *args, **kwargs)

    def set(self, key: str, value: Any, timeout: int | None = None) -> None:
        caches["shared"].set(key, value, timeout)


class CallToActionService:
    """The service ``call_to_action``: there are none."""

    def get_ctas(self, block: Any, kind: str, completed: bool = False) -> list[Any]:
        return []


class TeamsConfigurationService:
    """The service ``teams_configuration``: no course has teams."""

    def get_teams_configuration(self, course_id: Any) -> None:
        return None


class _LtiConfiguration:
    """No rule of the site forbids authors to send names and addresses of learners to tools."""

    def lti_access_to_learners_editable(self, course_key: Any, is_already_sharing: bool) -> bool:
        return True


class LtiConfigurationService:
    """The service ``lti-configuration``."""

    configuration = _LtiConfiguration()


class VideoConfigService:
    """The service ``video_config`` for packages' players; our own asks for nothing.

    Transcripts are files of the course, given as they were uploaded.
    """

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def is_hls_playback_enabled(self, course_key: Any) -> bool:
        return True

    def is_youtube_deprecated(self, course_key: Any) -> bool:
        return False

    def is_youtube_blocked_for_course(self, course_key: Any) -> bool:
        return False

    def is_transcript_feedback_enabled(self, course_key: Any) -> bool:
        return False

    def get_public_sharing_context(self, video_block: Any, course_key: Any) -> dict[str, Any]:
        return {}

    def get_public_video_url(self, usage_id: Any) -> str:
        return ""

    def get_transcript(
        self,
        video_block: Any,
        lang: str | None = None,
        output_format: str = "srt",
        youtube_id: str | None = None,
        is_bumper: bool = False,
    ) -> tuple[bytes, str, str]:
        """Return content, name and media type of a transcript. Raises AssetNotFoundError."""
        names = self._names(video_block)
        language = lang or next(iter(names), "en")
        name = names.get(language, "")
        found = find_bytes(self._session.source.version, name, limit_bytes=_TRANSCRIPT_LIMIT_BYTES)
        if found is None:
            raise AssetNotFoundError(f"no transcript in {language!r}")
        return found, name.rpartition("/")[2], content_type_for(name)

    def available_translations(
        self, video_block: Any, transcripts: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return the languages whose transcripts are files of the course."""
        version = self._session.source.version
        names = self._names(video_block)
        return sorted(lang for lang, name in names.items() if find_asset(version, name))

    def _names(self, video_block: Any) -> dict[str, str]:
        """Return the file of each language; ``sub`` names the English one in older courses."""
        names = {str(lang): str(name) for lang, name in (video_block.transcripts or {}).items()}
        if getattr(video_block, "sub", ""):
            names.setdefault("en", f"subs_{video_block.sub}.srt.sjson")
        return names

    def upload_transcript(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: files of a course are uploaded in Studio, not through a block."""
        raise NotImplementedError("transcripts are uploaded as files of the course")

    delete_transcript = upload_transcript

    def handle_editor_saved(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: a save needs no work behind it here."""


class BookmarksService:
    """The service ``bookmarks``: nothing is bookmarked."""

    def bookmarks(self, course_key: Any) -> list[Any]:
        return []

    def is_bookmarked(self, usage_key: Any) -> bool:
        return False

    def set_bookmarked(self, usage_key: Any) -> bool:
        return False

    def unset_bookmarked(self, usage_key: Any) -> bool:
        return False


class CreditService:
    """The service ``credit``: no course gives credit."""

    def is_credit_course(self, course_key: Any) -> bool:
        return False

    def get_credit_state(
        self, user_id: Any, course_key: Any, return_course_info: bool = False
    ) -> None:
        return None

    def set_credit_requirement_status(self, *args: Any, **kwargs: Any) -> None:
        return None


class LibraryToolsService:
    """The service ``library_tools``: children are the copies that the archive brought."""

    def update_children(self, *args: Any, **kwargs: Any) -> None:
        return None

    def is_loading(self, library_content_key: Any) -> bool:
        return False

    def list_available_libraries(self) -> list[Any]:
        return []
