"""Services that blocks ask the runtime for, by name (reference: xblock, section 2).

An entry that can be called makes the service for one block. A name that is not here is
unavailable: a block that wants it gets None, one that needs it shows an error box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.blocks.services.completion import CompletionService
from common.blocks.services.content import (
    AuthorHtmlService,
    MakoService,
    ReplaceUrlsService,
    SelectionService,
)
from common.blocks.services.files import CourseFilesService, FilesystemService
from common.blocks.services.people import RebindUserService, TeamsService, UserService
from common.blocks.services.platform import (
    BookmarksService,
    CallToActionService,
    CreditService,
    LibraryToolsService,
    LtiConfigurationService,
    SandboxService,
    SettingsService,
    SharedCacheService,
    TeamsConfigurationService,
    VideoConfigService,
)
from common.blocks.services.progress import PartitionsService, UserStateService
from common.blocks.services.translation import TranslationService

if TYPE_CHECKING:
    from common.blocks.runtime import LyceumRuntime

__all__ = ["build_services"]


def build_services(runtime: LyceumRuntime) -> dict[str, Any]:
    """Return the services of one runtime. Making them costs nothing; using them may."""
    session = runtime.session
    return {
        "field-data": runtime.learner_field_data,
        "field-data-unbound": runtime.author_data,
        "i18n": lambda block: TranslationService(block),
        "user": UserService(session),
        "settings": SettingsService(),
        "replace_urls": ReplaceUrlsService(session.course_key),
        "completion": CompletionService(session),
        "mako": lambda _block: MakoService(),
        "rebind_user": RebindUserService(session),
        "sandbox": SandboxService(),
        "cache": SharedCacheService(),
        "call_to_action": CallToActionService(),
        "teams": TeamsService(),
        "teams_configuration": TeamsConfigurationService(),
        "user_state": UserStateService(session),
        "lti-configuration": LtiConfigurationService(),
        "video_config": VideoConfigService(session),
        "fs": FilesystemService(),
        "partitions": PartitionsService(session),
        "bookmarks": BookmarksService(),
        "credit": CreditService(),
        "library_tools": LibraryToolsService(),
        # Ours; the built-in blocks ask for them.
        "author_html": AuthorHtmlService(session),
        "selection": SelectionService(session),
        "course_files": CourseFilesService(session),
    }
