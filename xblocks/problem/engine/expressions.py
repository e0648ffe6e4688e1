"""Read and evaluate the arithmetic that authors and learners type. Never Python's eval.

    sum      = ["+" | "-"] product {("+" | "-") product}
    product  = parallel {("*" | "/") parallel}
    parallel = power {"||" power}                1 / (1/a + 1/b + ...)
    power    = atom ["^" ["+" | "-"] power]      right to left
    atom     = NUMBER ["%"] | NAME | NAME "(" sum ")" | "(" sum ")"

There is no implicit product: ``2x`` is an error. Values are complex numbers. Names are
matched in any case unless ``case_sensitive``. Text is limited in length and depth, so
evaluation takes microseconds whatever is typed.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

MAX_LENGTH = 1000
MAX_DEPTH = 40

Node = tuple[object, ...]


class ExpressionError(ValueError):
    """The text is no expression, or it has no value. ``code``: syntax, name, depth, value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def _real(function: Callable[[float], float]) -> Callable[[complex], complex]:
    def call(value: complex) -> complex:
        if value.imag:
            raise ExpressionError("value")
        return complex(function(value.real))

    return call


def _factorial(value: float) -> float:
    if value < 0 or value != int(value) or value > 170:
        raise ExpressionError("value")
    return float(math.factorial(int(value)))


def _inverse(function: Callable[[complex], complex]) -> Callable[[complex], complex]:
    return lambda value: 1 / function(value)


def _of_inverse(function: Callable[[complex], complex]) -> Callable[[complex], complex]:
    return lambda value: function(1 / value)


def _acot(value: complex) -> complex:
    return cmath.pi / 2 if value == 0 else cmath.atan(1 / value)


def _functions() -> dict[str, Callable[[complex], complex]]:
    table: dict[str, Callable[[complex], complex]] = {
        "sqrt": cmath.sqrt,
        "ln": cmath.log,
        "log10": cmath.log10,
        "log2": lambda value: cmath.log(value) / math.log(2),
        "exp": cmath.exp,
        "abs": lambda value: complex(abs(value)),
        "fact": _real(_factorial),
        "factorial": _real(_factorial),
        "arccot": _acot,
    }
    for tail in ("", "h"):
        for name, reciprocal in (("sin", "csc"), ("cos", "sec"), ("tan", "cot")):
            forward: Callable[[complex], complex] = getattr(cmath, name + tail)
            backward: Callable[[complex], complex] = getattr(cmath, f"a{name}{tail}")
            table[name + tail] = forward
            table[reciprocal + tail] = _inverse(forward)
            table[f"arc{name}{tail}"] = backward
            table.setdefault(f"arc{reciprocal}{tail}", _of_inverse(backward))
    return table


FUNCTIONS: Mapping[str, Callable[[complex], complex]] = _functions()
CONSTANTS: Mapping[str, complex] = {"i": 1j, "j": 1j, "e": cmath.e, "pi": cmath.pi}

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?%?)"
    r"|(?P<name>[^\W\d]\w*'*)"
    r"|(?P<operator>\|\||[-+*/^()]))"
)
# What word processors and phones put in place of plain signs.
_SIGNS = str.maketrans({"\u2212": "-", "\u00d7": "*", "\u22c5": "*", "\u00b7": "*", "\u2013": "-"})


@dataclass(slots=True)
class _Tokens:
    """Tokens of one text, read from the front."""

    items: list[tuple[str, str]]
    position: int = 0

    def peek(self) -> str:
        return self.items[self.position][1] if self.position < len(self.items) else ""

    def take(self) -> tuple[str, str]:
        if self.position >= len(self.items):
            raise ExpressionError("syntax")
        self.position += 1
        return self.items[self.position - 1]


def _tokenize(text: str) -> _Tokens:
    if len(text) > MAX_LENGTH:
        raise ExpressionError("depth")
    text = text.translate(_SIGNS).strip()
    items: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError("syntax", text[position : position + 20].strip())
        items.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        position = match.end()
    if not items:
        raise ExpressionError("syntax")
    return _Tokens(items)


def _sum(tokens: _Tokens, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise ExpressionError("depth")
    return _chain(tokens, depth, _product, ("+", "-"))


def _product(tokens: _Tokens, depth: int) -> Node:
    return _chain(tokens, depth, _signed, ("*", "/"))


def _chain(
    tokens: _Tokens,
    depth: int,
    operand: Callable[[_Tokens, int], Node],
    operators: tuple[str, ...],
) -> Node:
    """Read operands of equal rank into one flat node, so that a long sum is not deep."""
    first = operand(tokens, depth)
    parts: list[object] = []
    while tokens.peek() in operators:
        parts += [tokens.take()[1], operand(tokens, depth)]
    return ("chain", first, *parts) if parts else first


def _signed(tokens: _Tokens, depth: int) -> Node:
    negative = False
    while tokens.peek() in ("+", "-"):
        negative ^= tokens.take()[1] == "-"
    node = _parallel(tokens, depth)
    return ("neg", node) if negative else node


def _parallel(tokens: _Tokens, depth: int) -> Node:
    node = _power(tokens, depth)
    if tokens.peek() != "||":
        return node
    parts = [node]
    while tokens.peek() == "||":
        tokens.take()
        parts.append(_power(tokens, depth))
    return ("||", *parts)


def _power(tokens: _Tokens, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise ExpressionError("depth")
    base = _atom(tokens, depth)
    if tokens.peek() != "^":
        return base
    tokens.take()
    negative = False
    while tokens.peek() in ("+", "-"):
        negative ^= tokens.take()[1] == "-"
    exponent = _power(tokens, depth + 1)
    return ("^", base, ("neg", exponent) if negative else exponent)


def _atom(tokens: _Tokens, depth: int) -> Node:
    kind, text = tokens.take()
    if kind == "number":
        percent = text.endswith("%")
        return ("number", float(text.rstrip("%")) * (0.01 if percent else 1.0))
    if kind == "name" and tokens.peek() == "(":
        tokens.take()
        return ("call", text, _closed(tokens, depth))
    if kind == "name":
        return ("name", text)
    if text == "(":
        return _closed(tokens, depth)
    raise ExpressionError("syntax", text)


def _closed(tokens: _Tokens, depth: int) -> Node:
    node = _sum(tokens, depth + 1)
    if tokens.peek() != ")":
        raise ExpressionError("syntax", ")")
    tokens.take()
    return node


@lru_cache(maxsize=2000)
def parse_expression(text: str) -> Node:
    """Return the syntax tree of ``text``. Raises ExpressionError."""
    tokens = _tokenize(text)
    node = _sum(tokens, 0)
    if tokens.position < len(tokens.items):
        raise ExpressionError("syntax", tokens.peek())
    return node


def names_of(node: Node) -> frozenset[str]:
    """Return the variables (not the functions) that a tree reads."""
    own = {str(node[1])} if node[0] == "name" else set()
    inner = [names_of(child) for child in node[1:] if isinstance(child, tuple)]
    return frozenset(own.union(*inner))


def evaluate(
    text: str, variables: Mapping[str, complex] | None = None, *, case_sensitive: bool = False
) -> complex:
    """Return the value of ``text``. Raises ExpressionError, also for 1/0 and overflow."""
    names = dict(CONSTANTS) if not variables else {**CONSTANTS, **variables}
    if not case_sensitive:
        names = {name.lower(): value for name, value in names.items()}
    try:
        value = complex(_value(parse_expression(text), names, case_sensitive))
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError("value", str(error)) from error
    if cmath.isnan(value):
        raise ExpressionError("value", "not a number")
    return value


def _value(node: Node, names: Mapping[str, complex], case_sensitive: bool) -> complex:
    kind = node[0]
    if kind == "number":
        return node[1]  # type: ignore[return-value]  # the parser put a float there
    if kind in ("name", "call"):
        text = str(node[1])
        key = text if case_sensitive else text.lower()
        table: Mapping[str, object] = names if kind == "name" else FUNCTIONS
        if key not in table:
            raise ExpressionError("name", text)
        if kind == "name":
            return names[key]
        return FUNCTIONS[key](_value(node[2], names, case_sensitive))  # type: ignore[arg-type]
    if kind == "chain":
        return _chain_value(node, names, case_sensitive)
    values = [_value(child, names, case_sensitive) for child in node[1:]]  # type: ignore[arg-type]
    return _OPERATORS[str(kind)](*values)


def _chain_value(node: Node, names: Mapping[str, complex], case_sensitive: bool) -> complex:
    total = _value(node[1], names, case_sensitive)  # type: ignore[arg-type]
    for operator, child in zip(node[2::2], node[3::2], strict=True):
        operand = _value(child, names, case_sensitive)  # type: ignore[arg-type]
        total = _OPERATORS[str(operator)](total, operand)
    return total


def _parallel_value(*values: complex) -> complex:
    return 0.0 if 0 in values else 1 / sum(1 / value for value in values)


def _power_value(base: complex, exponent: complex) -> complex:
    # Real numbers stay real where they can: (-8)^2 is 64, without a speck of i.
    if not base.imag and not exponent.imag and (base.real >= 0 or exponent.real.is_integer()):
        return complex(base.real**exponent.real)
    return complex(base**exponent)


_OPERATORS: Mapping[str, Callable[..., complex]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": _power_value,
    "neg": lambda a: -a,
    "||": _parallel_value,
}
