"""Arguments as they are given: what cannot be used is refused under the name of its argument."""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from typing import Any

from kintsu.errors import InputError, InputTypeError

__all__ = ["as_json", "file_path", "list_of", "number", "probability", "surroundings", "text", "threads_of_ones_own", "whole"]

# The process that has loaded the package.
_LOADED_BY = os.getpid()


def number(name: str, value: object, least: float | None = None, most: float | None = None) -> float:
    """A number as a float.

    Raises:
        TypeError: It is no number.
        ValueError: It is not a number, infinite, or below ``least`` or above ``most``.

    >>> number("max_pairs", 1e6, least=1)
    1000000.0
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputTypeError(f"`{name}` is no number but {type(value).__name__}", code="KN-PY-072", hint="give a number")
    found = float(value)
    if abs(found) == float("inf"):
        raise InputError(f"`{name}` is infinite", code="KN-PY-072", hint="give a number, or leave it out")
    if found != found or (least is not None and found < least) or (most is not None and found > most):
        bounds = " and ".join(
            f"{word} {bound:g}" for word, bound in (("at least", least), ("at most", most)) if bound is not None
        )
        raise InputError(f"`{name}` is {found:g}", code="KN-PY-072", hint=f"give a number that is {bounds}" if bounds else None)
    return found


def probability(name: str, value: object) -> float | None:
    """A probability, where there is one.

    Raises:
        TypeError: It is no number.
        ValueError: It is not from 0 to 1.

    >>> probability("threshold_match_probability", 0.95), probability("threshold_match_probability", None)
    (0.95, None)
    """
    return None if value is None else number(name, value, 0, 1)


def whole(name: str, value: object, least: int = 0) -> int:
    """A whole number, also one of NumPy.

    Raises:
        TypeError: It is no whole number.
        ValueError: It is below ``least``.

    >>> whole("threads", 2, least=1)
    2
    """
    try:
        found = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        found = None
    if found is None:
        raise InputTypeError(
            f"`{name}` is no whole number but {type(value).__name__}", code="KN-PY-072", hint="give a whole number"
        )
    if found < least:
        raise InputError(f"`{name}` is {found}", code="KN-PY-072", hint=f"give a whole number that is at least {least}")
    return found


def text(name: str, value: object) -> str:
    """A text.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str):
        raise InputTypeError(f"`{name}` is no text but {type(value).__name__}", code="KN-PY-076", hint="give a text")
    return value


def file_path(name: str, value: object) -> Path:
    """A path.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, (str, os.PathLike)):
        raise InputTypeError(f"`{name}` is no path but {type(value).__name__}", code="KN-PY-073", hint="give a text or a path")
    return Path(value)


def list_of(name: str, values: object) -> list[Any]:
    """A list that is given as any sequence; one thing alone, such as a text, is not taken for a list of its letters.

    Raises:
        TypeError: It is one thing.
    """
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InputTypeError(
            f"`{name}` is no list but one {type(values).__name__}", code="KN-PY-074", hint=f"put it into a list: {name}=[...]"
        )
    return list(values)


def surroundings(
    threads: object = None, memory: object = None, seed: object = None, progress: bool | None = None
) -> dict[str, Any]:
    """What every long call may be told beside its work, without what is not given.

    >>> surroundings(threads=2, seed=None)
    {'threads': 2}
    """
    told = {
        "threads": None if threads is None else whole("threads", threads, least=1),
        "memory": None if memory is None else text("memory", memory),
        "seed": None if seed is None else whole("seed", seed),
        "progress": None if progress is None else bool(progress),
    }
    return {**threads_of_ones_own(), **{name: value for name, value in told.items() if value is not None}}


def threads_of_ones_own() -> dict[str, int]:
    """In a process that was forked, how many threads each call starts for itself: those of the parent did not come along.

    >>> threads_of_ones_own()
    {}
    """
    return {} if os.getpid() == _LOADED_BY else {"threads": os.cpu_count() or 1}


def as_json(arguments: Mapping[str, Any]) -> str:
    """Arguments by their names as JSON; numbers and arrays of NumPy are those of Python.

    Raises:
        TypeError: One is of a type that cannot be used.
    """
    return json.dumps(arguments, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise InputTypeError(
        f"an argument is of a type that cannot be used, {type(value).__name__}",
        code="KN-PY-025",
        hint="give texts, numbers, lists or dictionaries",
    )
