"""What goes wrong, as exceptions that say what to do about it.

Every exception of kintsu is a `KintsuError` with a stable ``code`` (as ``docs/reference/codes.md`` explains it) and,
where the reader can do something, a ``hint``. Each is also the exception that Python has for such a case, so that
``except ValueError`` works.

>>> import kintsu
>>> try:
...     kintsu.comparison_level_library.LevenshteinLevel("name", -1).get_comparison_level("duckdb")
... except ValueError as error:
...     print(error.code, error.hint)
KN-LINK-334 give a number that is at least 0
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

__all__ = [
    "DefectError",
    "FileError",
    "FileNotFoundError",
    "InputError",
    "InputTypeError",
    "KintsuError",
    "KintsuWarning",
    "MemoryLimitError",
    "MissingPackageError",
    "NotAvailableError",
    "Problem",
]

_FileNotFoundError = FileNotFoundError
_PACKAGE = str(Path(__file__).resolve().parent)
# What codes begin with whose warnings the caller does not want.
_SILENCED: ContextVar[tuple[str, ...]] = ContextVar("silenced", default=())
# Hints that are others in Python than for the command.
_HINTS = {"KN-W-JOB-007": "train it: give it to dedupe or link as settings=..., or use the methods of linker.training"}


# What hints say that holds for commands and job files alone, and what is said here.
_IN_COMMANDS = {
    "run the command again; nothing was written": "call again",
    "; paths in a job file are relative to it": "",
    "; the values stand in docs/reference/kintsu.schema.json": "",
}


class Problem:
    """One of several things that are wrong."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        self.code = code
        self.message = message
        self.hint = hint

    def __repr__(self) -> str:
        return f"Problem({self.code!r}, {self.message!r}, {self.hint!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.code, self.message, self.hint))

    def __str__(self) -> str:
        return _told(self.code, self.message, self.hint)


class KintsuError(Exception):
    """Every error of kintsu."""

    def __init__(self, message: str, *, code: str = "", hint: str | None = None, parts: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.parts = tuple(parts)

    def __str__(self) -> str:
        # One part alone says what the whole says.
        if len(self.parts) == 1 and self.parts[0].message == self.message:
            return str(self.parts[0])
        lines = [_told(self.code, self.message, self.hint)]
        lines.extend(f"  - {part}".replace("\n", "\n  ") for part in self.parts)
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions cross the borders of processes with all that they say.
        return _unpickled, (type(self), self.message, self.code, self.hint, self.parts)


class InputError(KintsuError, ValueError):
    """Settings, data or arguments are wrong."""


class InputTypeError(KintsuError, TypeError):
    """An argument is of a type that cannot be used."""


class FileError(InputError, OSError):
    """A file cannot be read or written."""


class FileNotFoundError(FileError, _FileNotFoundError):
    """There is no such file."""


class MemoryLimitError(InputError, MemoryError):
    """The call would hold more memory than it may."""


class NotAvailableError(KintsuError, NotImplementedError):
    """Something that Splink or OpenToken has and this version has not."""


class MissingPackageError(KintsuError, ImportError):
    """Another Python package is needed and is not there."""


class DefectError(KintsuError, RuntimeError):
    """A defect of kintsu or a failing machine."""


class KintsuWarning(UserWarning):
    """Something that should be known though the call goes on; it has a ``code`` and often a ``hint``."""

    def __init__(self, message: str, code: str = "", hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        return _told(self.code, self.message, self.hint)


_KINDS: dict[str, type[KintsuError]] = {
    "input": InputError,
    "type": InputTypeError,
    "file": FileError,
    "file_not_found": FileNotFoundError,
    "memory": MemoryLimitError,
    "internal": DefectError,
}


def from_native(
    kind: str, code: str, message: str, hint: str | None, parts: Sequence[tuple[str, str, str | None]]
) -> KintsuError:
    """Makes the exception of an error of the extension module."""
    problems = [Problem(part_code, _named(said), _spelled(part_hint)) for part_code, said, part_hint in parts]
    return _KINDS[kind](_named(message), code=code, hint=_spelled(hint), parts=problems)


def warn(code: str, message: str, hint: str | None = None) -> None:
    """Warns with the place in the user's own code that called kintsu."""
    if code.startswith(_SILENCED.get()):
        return
    hint = _HINTS.get(code) or _spelled(hint)
    warnings.warn(KintsuWarning(_named(message), code, hint), stacklevel=_frames_of_ours())


@contextmanager
def without_warnings(*beginnings: str) -> Iterator[None]:
    """Drops warnings whose codes begin so, within the block and this thread."""
    token = _SILENCED.set(beginnings)
    try:
        yield
    finally:
        _SILENCED.reset(token)


def absent(module: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module that Splink has with more ``names``: each is refused with what to do instead."""

    def get(name: str) -> Any:
        if name in names:
            raise NotAvailableError(f"`{name}` is not there", code="KN-PY-069", hint=names[name])
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return get


def missing_package(name: str, purpose: str, extra: str | None = None) -> MissingPackageError:
    """The error for a package that ``purpose`` needs."""
    install = f"pip install 'kintsu[{extra}]'" if extra else f"pip install {name}"
    return MissingPackageError(f"{purpose} needs the package {name}", code="KN-PY-003", hint=f"install it: {install}")


def file_error(path: Path, error: OSError, what: str = "read") -> FileError:
    """The error for a file that Python could not read, or not write."""
    kind = FileNotFoundError if isinstance(error, _FileNotFoundError) else FileError
    return kind(f"cannot {what} {path}: {error.strerror}", code="KN-PY-019", hint=f"check the path, and who may {what} it")


def _spelled(hint: str | None) -> str | None:
    """A hint with the command's options as arguments are spelled.

    >>> _spelled("give the key with --encryption-key-file FILE")
    'give the key with encryption_key_file FILE'
    """
    if hint is None:
        return None
    for told, instead in _IN_COMMANDS.items():
        hint = hint.replace(told, instead)
    return re.sub(r"--([a-z][a-z-]*)", lambda option: option[1].replace("-", "_"), hint)


def _named(message: str) -> str:
    """A message with tables and texts in memory as the caller knows them.

    >>> _named("the file of pairs `memory:held_1` has no columns"), _named("memory:settings.json: line 1")
    ('the file of pairs `table in memory` has no columns', 'settings: line 1')
    """
    message = re.sub(r"memory:held_\d+", "table in memory", message)
    return re.sub(r"memory:([^\s`:,]*)", lambda held: held[1].removesuffix(".json"), message)


def _frames_of_ours() -> int:
    """How many frames up from `warn` the first one stands that is not of this package."""
    level = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    return level


def _told(code: str, message: str, hint: str | None) -> str:
    text = f"[{code}] {message}" if code else message
    return f"{text}\n  hint: {hint}" if hint else text


def _unpickled(kind: type[KintsuError], message: str, code: str, hint: str | None, parts: tuple[Problem, ...]) -> KintsuError:
    return kind(message, code=code, hint=hint, parts=parts)
