"""Links into the course that an archive came from: made independent of its key on import.

``/c4x/O/C/asset/X`` becomes ``/static/X``; ``/courses/…/jump_to/ID`` becomes
``/jump_to_id/NAME`` (OLX reference, section 7): where a quote precedes, so not inside a
full address. Links to other courses stay.
"""

from __future__ import annotations

import re

from common.content.olx.parsed import SourceCourse

_QUOTE = r"([\"']|&quot;|&apos;|&#34;|&#39;)"


class LinkFixer:
    """Rewrites links of one source course."""

    def __init__(self, source: SourceCourse) -> None:
        org, course = re.escape(source.key.org or ""), re.escape(source.key.course or "")
        run = re.escape(source.run)
        old = rf"i4x:;?_?/{{1,2}}{org}/{course}/[^/\"'\s]+/"
        plus, at = r"(?:\+|%2B)", "(?:@|%40)"
        key = plus.join([org, course, run])
        new = rf"block-v1:{key}{plus}type{at}[^+%\"'\s]+{plus}block{at}"
        self._asset = re.compile(rf"{_QUOTE}/c4x/{org}/{course}/asset/")
        self._jump = re.compile(
            rf"{_QUOTE}/courses/(?:{org}/{course}/{run}|course-v1:{key})/jump_to/(?:{old}|{new})([\w.~:%-]+)"
        )

    def __call__(self, text: str) -> str:
        if "/c4x/" in text:
            text = self._asset.sub(r"\1/static/", text)
        if "/jump_to/" in text:
            text = self._jump.sub(r"\1/jump_to_id/\2", text)
        return text
