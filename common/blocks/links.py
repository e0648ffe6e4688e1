"""Turn the portable links of authors' HTML into links of one course run.

A link counts after a quote, as it stands in HTML, in JSON and in JSON inside an attribute
(reference: olx, section 7). Whether an asset exists is not asked here: that would cost a
store call a page. The asset view knows all spellings of a name.
"""

from __future__ import annotations

import re

from common.core.keys import CourseKey

_QUOTE = r"""(?P<quote>\\?["']|&(?:quot|apos|#34|#39|#x27);|url\()"""
_STATIC = re.compile(_QUOTE + r"""/static/(?P<path>[^"'\\<>)]*)""")
_COURSE = re.compile(_QUOTE + r"/course/")
_JUMP = re.compile(_QUOTE + r"/jump_to_id/")
# Files of block packages, and our own: documents of frames load those by such links.
_NOT_OF_A_COURSE = ("xblock/", "lyceum/")


def asset_base(course_key: CourseKey) -> str:
    """Return the address below which the course's uploaded files lie, with its last slash."""
    return f"/assets/{course_key}/"


def rewrite_static_links(text: str, course_key: CourseKey) -> str:
    """Point ``/static/X`` to the course's file X; ``?raw`` links stay as they are."""
    if "/static/" not in text:
        return text
    base = asset_base(course_key)

    def replace(match: re.Match[str]) -> str:
        path = match["path"]
        if path.startswith(_NOT_OF_A_COURSE) or path.endswith("?raw"):
            return match[0]
        return f"{match['quote']}{base}{path}"

    return _STATIC.sub(replace, text)


def rewrite_course_links(text: str, course_key: CourseKey) -> str:
    """Point ``/course/X`` to page X of this course run."""
    if "/course/" not in text:
        return text
    return _COURSE.sub(rf"\g<quote>/courses/{course_key}/", text)


def rewrite_jump_links(text: str, course_key: CourseKey) -> str:
    """Point ``/jump_to_id/NAME`` to the block of this url_name."""
    if "/jump_to_id/" not in text:
        return text
    return _JUMP.sub(rf"\g<quote>/courses/{course_key}/jump_to_id/", text)


def rewrite_links(text: str, course_key: CourseKey) -> str:
    """Apply all three rewritings."""
    text = rewrite_static_links(text, course_key)
    text = rewrite_course_links(text, course_key)
    return rewrite_jump_links(text, course_key)
