"""What stops an import or an export. Each message is a sentence that says what to do."""

from __future__ import annotations

from common.core.errors import InvalidInputError


class InvalidCourseError(InvalidInputError):
    """The archive cannot become a course; nothing was written."""

    code = "invalid_course_archive"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, user_message=sentence)


class ExportError(InvalidInputError):
    """The course cannot be written there."""

    code = "export_failed"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, user_message=sentence)
