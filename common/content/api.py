"""The door of course content: read versions, write them, move heads, edit, publish.

Reading a published unit costs one statement (``get_heads``) and at most three store calls:
``load_version``, ``CourseVersion.section``, ``get_definitions``.
"""

from common.content.counting import count_calls
from common.content.course_operations import SetAssets, SetExtras, SetPages, SetPolicy
from common.content.courses import create_or_replace_course
from common.content.editing import apply_operations
from common.content.heads import (
    find_heads,
    get_heads,
    register_commit_hook,
    register_prepare_hook,
)
from common.content.history import get_history, is_version_of
from common.content.objects import (
    ObjectWriter,
    get_definitions,
    get_derived,
    get_many_derived,
    get_pages,
    get_text,
    get_texts,
    put_derived,
)
from common.content.operations import (
    UNSET,
    AddBlock,
    DeleteBlock,
    MoveBlock,
    Operation,
    Place,
    SetContent,
    SetDefinition,
    SetFields,
)
from common.content.pagefields import paths_of as list_page_files
from common.content.publishing import (
    PublishState,
    compare_versions,
    discard_changes,
    has_unpublished_changes,
    publish,
    revert_to,
)
from common.content.store import get_store
from common.content.tabs import Tab, effective_tabs
from common.content.trees import write_tree
from common.content.versions import CourseVersion, load_version

__all__ = [
    "UNSET",
    "AddBlock",
    "CourseVersion",
    "DeleteBlock",
    "MoveBlock",
    "ObjectWriter",
    "Operation",
    "Place",
    "PublishState",
    "SetAssets",
    "SetContent",
    "SetDefinition",
    "SetExtras",
    "SetFields",
    "SetPages",
    "SetPolicy",
    "Tab",
    "apply_operations",
    "compare_versions",
    "count_calls",
    "create_or_replace_course",
    "discard_changes",
    "effective_tabs",
    "find_heads",
    "get_definitions",
    "get_derived",
    "get_heads",
    "get_history",
    "get_many_derived",
    "get_pages",
    "get_store",
    "get_text",
    "get_texts",
    "has_unpublished_changes",
    "is_version_of",
    "list_page_files",
    "load_version",
    "publish",
    "put_derived",
    "register_commit_hook",
    "register_prepare_hook",
    "revert_to",
    "write_tree",
]
