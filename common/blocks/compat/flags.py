"""Feature flags that third-party blocks ask for by the name of their own platform."""

from __future__ import annotations

from typing import Any

from waffle import switch_is_active


class CourseWaffleFlag:
    """A flag that an operator may switch on for the site; off until then.

    Reads the waffle switch of the same name. There are no overrides for single courses.
    """

    def __init__(self, flag_name: str, module_name: str = "", log_prefix: str = "") -> None:
        self.name = flag_name

    def is_enabled(self, course_key: Any = None) -> bool:
        """Tell whether the flag is on."""
        return bool(switch_is_active(self.name))
