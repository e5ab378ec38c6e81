"""The small language of parameters, conditions and scores: total, without eval.

Numbers, truth values and names; `+ - * / %`, comparisons, `and or not`, and the
functions min, max, round and abs. There is no power, no text and no loop, so every
expression ends at once.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Value: TypeAlias = float | int | bool
Values: TypeAlias = Mapping[str, Value]
Run: TypeAlias = Callable[[Values], Value]

MAX_LENGTH = 400
MAX_DEPTH = 30
LARGEST = 1e15
MAX_PLACES = 9
FUNCTIONS = ("min", "max", "round", "abs")
WORDS = frozenset({"true", "false", "and", "or", "not", *FUNCTIONS})

_NAME = re.compile(r"[^\W\d]\w*")
_ARITHMETIC: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_SIGNS: dict[type[ast.unaryop], Callable[[Value], Value]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class ExpressionError(ValueError):
    """A text is not an expression; `offset` and `width` say where, in characters."""

    def __init__(self, reason: str, offset: int = 0, width: int = 1) -> None:
        super().__init__(reason)
        self.offset = offset
        self.width = max(1, width)


class EvaluationError(ArithmeticError):
    """An expression has no value: divided by zero, too large, or a name is missing."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed text; `names` holds the offset of the first use of each name."""

    text: str
    names: tuple[tuple[str, int], ...]
    run: Run

    def value(self, values: Values) -> Value:
        """Return the value; raise EvaluationError where there is none."""
        try:
            found = self.run(values)
        except (ArithmeticError, ValueError) as error:
            raise EvaluationError(str(error)) from error
        except KeyError as error:
            raise EvaluationError(f"{error.args[0]} has no value") from error
        return _finite(found)

    def holds(self, values: Values) -> bool:
        """Return whether a condition holds; anything but zero and false does."""
        return bool(self.value(values))


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Return an expression; raise ExpressionError for anything but one."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError("too long", MAX_LENGTH, 1)
    if _depth(text) > MAX_DEPTH:
        raise ExpressionError("too deep")
    blanks = len(text) - len(text.lstrip())
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        offset = min(max(0, (error.offset or 1) - 1), max(0, len(text.strip()) - 1))
        raise ExpressionError("not an expression", blanks + offset) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError("not an expression") from error
    reader = _Reader(text, blanks)
    run = reader.read(tree.body)
    return Expression(text, tuple(reader.names.items()), run)


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    signs = re.findall(r"(?:[-+]\s*|\bnot\s+){2,}", text)
    return deepest + max((len(run) // 2 for run in signs), default=0)


class _Reader:
    """Turns a syntax tree into functions; refuses whatever is not in the language."""

    def __init__(self, text: str, blanks: int) -> None:
        self.lines = text.strip().split("\n")
        self.blanks = blanks
        self.names: dict[str, int] = {}

    def read(self, node: ast.expr) -> Run:
        match node:
            case ast.Constant(value=bool() | int() | float() as value):
                return self._constant(node, value)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return _joined(_ARITHMETIC[type(op)], self.read(left), self.read(right))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _SIGNS:
                act, part = _SIGNS[type(op)], self.read(operand)
                return lambda values: act(part(values))
            case ast.BoolOp(op=op, values=parts):
                return _combined(isinstance(op, ast.And), [self.read(p) for p in parts])
            case ast.Compare():
                return self._comparison(node)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(node, name, args)
        raise self._error(node, "not part of the language")

    def _error(self, node: ast.expr, reason: str) -> ExpressionError:
        line = self.lines[node.lineno - 1].encode()
        offset = len(line[: node.col_offset].decode(errors="ignore"))
        offset += sum(len(before) + 1 for before in self.lines[: node.lineno - 1])
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        width = len(line[node.col_offset : end].decode(errors="ignore"))
        return ExpressionError(reason, self.blanks + offset, width)

    def _constant(self, node: ast.expr, value: Value) -> Run:
        if abs(value) > LARGEST:
            raise self._error(node, "too large")
        return lambda _: value

    def _name(self, node: ast.expr, name: str) -> Run:
        if name.lower() in {"true", "false"}:
            truth = name.lower() == "true"
            return lambda _: truth
        if name in WORDS or not _NAME.fullmatch(name):
            raise self._error(node, "not part of the language")
        self.names.setdefault(name, self._error(node, "").offset)
        return lambda values: values[name]

    def _comparison(self, node: ast.Compare) -> Run:
        for op in node.ops:
            if type(op) not in _COMPARISONS:
                raise self._error(node, "not part of the language")
        compare = [_COMPARISONS[type(op)] for op in node.ops]
        parts = [self.read(part) for part in (node.left, *node.comparators)]
        if len(compare) == 1:
            return _joined(compare[0], *parts)

        def run(values: Values) -> bool:
            found = [part(values) for part in parts]
            pairs = zip(compare, found, found[1:], strict=False)
            return all(holds(left, right) for holds, left, right in pairs)

        return run

    def _call(self, node: ast.expr, name: str, args: list[ast.expr]) -> Run:
        parts = [self.read(arg) for arg in args]
        match name, parts:
            case "min" | "max", [_, _, *_]:
                pick = min if name == "min" else max
                return lambda values: pick(part(values) for part in parts)
            case "abs", [only]:
                return lambda values: abs(only(values))
            case "round", [number]:
                return lambda values: rounded(number(values))
            case "round", [number, places]:
                return lambda values: rounded(number(values), int(places(values)))
        raise self._error(node, "not part of the language")


def _joined(act: Callable[[Value, Value], Value], left: Run, right: Run) -> Run:
    return lambda values: act(left(values), right(values))


def _combined(is_all: bool, parts: list[Run]) -> Run:
    if is_all:
        return lambda values: all(part(values) for part in parts)
    return lambda values: any(part(values) for part in parts)


def rounded(value: Value, places: int = 0) -> Value:
    """Return a number rounded as at school: half goes away from zero."""
    if not 0 <= places <= MAX_PLACES:
        raise EvaluationError(f"round takes 0 to {MAX_PLACES} places")
    factor = 10**places
    found = math.copysign(math.floor(abs(_finite(value)) * factor + 0.5), value)
    return int(found) if places == 0 else found / factor


def _finite(value: Value) -> Value:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise EvaluationError("too large")
    return value
