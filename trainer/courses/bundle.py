"""One course as canonical JSON bytes and back, and the digest that names them.

A field that holds its default is left out, so a field added later does not change
the digest of a course that does not use it.
"""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, TypeAlias

from trainer.courses import model
from trainer.courses.model import Course

Encoder: TypeAlias = Callable[[Any], Any]
Decoder: TypeAlias = Callable[[Any], Any]
KIND = "kind"


class BundleError(ValueError):
    """The bytes are not a course that this version can read."""


def dump(course: Course) -> bytes:
    """Return the canonical bytes of a course: sorted keys, UTF-8, no blanks."""
    encoded = _codec(Course)[0](course)
    text = json.dumps(
        encoded,
        allow_nan=False,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    return text.encode("utf-8")


def load(data: bytes) -> Course:
    """Return the course that `dump` wrote; raise BundleError for anything else."""
    try:
        course = _codec(Course)[1](json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BundleError(f"not a course bundle: {error}") from error
    if not isinstance(course, Course):
        raise BundleError("not a course bundle")
    return course


def digest(course: Course) -> str:
    """Return the SHA-256 of the canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(dump(course)).hexdigest()


@cache
def _codec(hint: Any) -> tuple[Encoder, Decoder]:  # noqa: ANN401 - a type is any object
    """Return how values of one type are written and read."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _record(hint)
    origin = typing.get_origin(hint)
    if origin is tuple:
        return _sequence(typing.get_args(hint))
    if origin in {types.UnionType, typing.Union}:
        return _union(typing.get_args(hint))
    if origin is Literal:
        return _same, _literal(typing.get_args(hint))
    return _scalar(hint)


def _scalar(hint: Any) -> tuple[Encoder, Decoder]:  # noqa: ANN401 - a type is any object
    if hint is float:
        return float, float
    if hint is datetime:
        return _write_instant, datetime.fromisoformat
    return _same, _exactly(hint)


def _same(value: object) -> object:
    return value


def _exactly(kind: type) -> Decoder:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is not {kind.__name__}")
        return value

    return read


def _literal(allowed: tuple[object, ...]) -> Decoder:
    def read(value: object) -> object:
        if value not in allowed:
            raise ValueError(f"{value!r} is not one of {allowed}")
        return value

    return read


def _write_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _sequence(items: tuple[Any, ...]) -> tuple[Encoder, Decoder]:
    if items[-1] is Ellipsis:
        write, read = _codec(items[0])
        return (
            lambda values: [write(v) for v in values],
            lambda values: tuple(read(v) for v in values),
        )
    codecs = [_codec(item) for item in items]

    def write_each(values: tuple[Any, ...]) -> list[Any]:
        return [codec[0](v) for codec, v in zip(codecs, values, strict=True)]

    def read_each(values: list[Any]) -> tuple[Any, ...]:
        return tuple(codec[1](v) for codec, v in zip(codecs, values, strict=True))

    return write_each, read_each


def _union(members: tuple[Any, ...]) -> tuple[Encoder, Decoder]:
    if type(None) in members:
        (other,) = (m for m in members if m is not type(None))
        write, read = _codec(other)
        return (
            lambda value: None if value is None else write(value),
            lambda value: None if value is None else read(value),
        )
    kinds = {member.__name__.lower(): member for member in members}

    def write_kind(value: object) -> dict[str, Any]:
        encoded: dict[str, Any] = _codec(kinds[type(value).__name__.lower()])[0](value)
        encoded[KIND] = type(value).__name__.lower()
        return encoded

    def read_kind(value: dict[str, Any]) -> object:
        rest = {key: item for key, item in value.items() if key != KIND}
        return _codec(kinds[value[KIND]])[1](rest)

    return write_kind, read_kind


def _record(kind: type) -> tuple[Encoder, Decoder]:
    """Return the codec of a dataclass; its fields are looked up when first used."""

    @cache
    def fields() -> dict[str, tuple[Encoder, Decoder, Any]]:
        # A field of the name of a member (`Callout.kind`) gets a safe name of its own.
        hints = typing.get_type_hints(kind, vars(model))
        return {
            f.name: (*_codec(hints[f.name]), f.default)
            for f in dataclasses.fields(kind)
        }

    def write(value: object) -> dict[str, Any]:
        encoded = {}
        for name, (encode, _, default) in fields().items():
            item = getattr(value, name)
            if item is default or item == default:
                continue
            encoded[_outside(name)] = encode(item)
        return encoded

    def read(value: dict[str, Any]) -> object:
        known = fields()
        return kind(
            **{
                _inside(name): known[_inside(name)][1](item)
                for name, item in value.items()
            }
        )

    return write, read


def _outside(name: str) -> str:
    return "kind_" if name == KIND else name


def _inside(name: str) -> str:
    return KIND if name == "kind_" else name
