"""Travelling values as plain JSON values, and back: `to_plain`, `from_plain`.

In: frozen dataclasses of this room. Out: what `json` can hold, from which an equal value is made.

- One reading of the type annotations serves every type, so that a field is written down once.
- Arrays of float32 travel as base64 of little-endian bytes with their shape: exact, and a third of their digits.
- What comes back is checked field by field; an `InputError` names the one at fault. Fields that are left out take their
  defaults, fields that nobody knows are refused.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import math
import types
import typing
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from musechat.core.errors import InputError

T = TypeVar("T")
LARGEST = 1e9
"""No number that travels is larger: seconds, BPM, weights."""


def to_plain(value: object) -> Any:
    """Plain values: dict, list, str, float, int, bool, None. Raises `TypeError` for what does not travel."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if hasattr(value, "dtype"):
        return _array(value)
    raise TypeError(f"{type(value).__name__} does not travel as JSON")


def from_plain(kind: type[T], plain: object, name: str = "") -> T:
    """The inverse. `name`: what the value is called in errors. Raises `InputError`."""
    return cast("T", _read(kind, plain, name or kind.__name__.lower()))


def _read(kind: Any, plain: Any, name: str) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if plain is None and type(None) in inside:
            return None
        kinds = [one for one in inside if one is not type(None)]
        return _read(next((one for one in kinds if _suits(one, plain)), kinds[0]), plain, name)
    if origin is Literal:
        if plain not in inside:
            raise InputError(f"The {name} is one of {', '.join(map(str, inside))}; {plain!r} is not.")
        return plain
    if origin is tuple:
        return _tuple(inside, plain, name)
    if dataclasses.is_dataclass(kind):
        return _fields(kind, plain, name)
    if isinstance(kind, type) and kind in _SCALARS:
        return _scalar(kind, plain, name)
    return _floats(plain, name)


def _suits(kind: Any, plain: object) -> bool:
    return (kind is str) == isinstance(plain, str)


def _tuple(inside: tuple[Any, ...], plain: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise InputError(f"The {name} must be a list.")
    if inside[-1] is Ellipsis:
        return tuple(_read(inside[0], item, name) for item in plain)
    if len(plain) != len(inside):
        raise InputError(f"The {name} must hold {len(inside)} values.")
    return tuple(_read(kind, item, name) for kind, item in zip(inside, plain, strict=True))


def _fields(kind: Any, plain: Any, name: str) -> Any:
    if not isinstance(plain, dict):
        raise InputError(f"The {name} must be a JSON object.")
    hints = _hints(kind)
    if unknown := set(plain) - set(hints):
        raise InputError(f"The {name} has no field called {sorted(unknown)[0]!r}.")
    fields = dataclasses.fields(kind)
    needed = [f.name for f in fields if f.default is f.default_factory is dataclasses.MISSING]
    if missing := [one for one in needed if one not in plain]:
        raise InputError(f"The {name} lacks the field {missing[0]!r}.")
    return kind(**{one: _read(hints[one], value, one.replace("_", " ")) for one, value in plain.items()})


def _scalar(kind: type, plain: Any, name: str) -> Any:
    if kind is float and isinstance(plain, int | float) and not isinstance(plain, bool):
        if not abs(plain) < LARGEST:
            raise InputError(f"The {name} is no number that can be used.")
        return float(plain)
    if type(plain) is not kind:
        raise InputError(f"The {name} must be {_SCALARS[kind]}.")
    return plain


_SCALARS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}


def _array(value: Any) -> Any:
    if not value.shape:  # a number of numpy's is a number
        return to_plain(value.item())
    bytes_ = value.astype("<f4").tobytes()
    return {"float32": base64.b64encode(bytes_).decode("ascii"), "shape": list(value.shape)}


def _floats(plain: Any, name: str) -> Any:
    import numpy as np

    try:
        values, shape = np.frombuffer(base64.b64decode(plain["float32"], validate=True), "<f4"), plain["shape"]
        if not (isinstance(shape, list) and shape and all(type(n) is int and n >= 0 for n in shape)):
            raise ValueError(shape)
        return values.reshape(shape).astype(np.float32)
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise InputError(f"The {name} is no array of numbers.") from error


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    """The types of a dataclass's fields; those of arrays, a name that only type checkers know, are `object`."""
    return typing.get_type_hints(kind, localns={"Floats": object})
