"""Where response types and input types register themselves by tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from xblocks.problem.engine.inputs.base import Input
    from xblocks.problem.engine.responses.base import Response

RESPONSES: dict[str, type[Response]] = {}
INPUTS: dict[str, type[Input]] = {}

# Tags that real courses hold and that count as responses or inputs even where no class
# handles them: their problems must be called unsupported, never shown half.
KNOWN_RESPONSES = frozenset(
    [
        "multiplechoiceresponse",
        "truefalseresponse",
        "choiceresponse",
        "optionresponse",
        "numericalresponse",
        "stringresponse",
        "formularesponse",
        "customresponse",
        "symbolicresponse",
        "schematicresponse",
        "imageresponse",
        "coderesponse",
        "externalresponse",
        "choicetextresponse",
        "annotationresponse",
        "jsmeresponse",
        "javascriptresponse",
    ]
)
KNOWN_INPUTS = frozenset(
    [
        "textline",
        "formulaequationinput",
        "choicegroup",
        "radiogroup",
        "checkboxgroup",
        "optioninput",
        "imageinput",
        "textbox",
        "codeinput",
        "filesubmission",
        "matlabinput",
        "schematic",
        "drag_and_drop_input",
        "chemicalequationinput",
        "crystallography",
        "vsepr_input",
        "designprotein2dinput",
        "editageneinput",
        "annotationinput",
        "jsinput",
        "javascriptinput",
        "radiotextgroup",
        "checkboxtextgroup",
        "jsme",
    ]
)

_R = TypeVar("_R", bound="type[Response]")
_I = TypeVar("_I", bound="type[Input]")


def response_type(*tags: str) -> Callable[[_R], _R]:
    """Register a response class under each of ``tags``."""

    def register(cls: _R) -> _R:
        RESPONSES.update(dict.fromkeys(tags, cls))
        return cls

    return register


def input_type(*tags: str) -> Callable[[_I], _I]:
    """Register an input class under each of ``tags``."""

    def register(cls: _I) -> _I:
        INPUTS.update(dict.fromkeys(tags, cls))
        return cls

    return register
