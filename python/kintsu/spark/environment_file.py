"""Settings from the environment and from a ``.env`` file, read each time they are asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kintsu.spark.errors import SparkSettingsError

#: Variables of the workspace and the credentials: those of the process and of a file are never put together.
_CREDENTIALS = ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_PROFILE", "DATABRICKS_CONFIG_PROFILE")


def settings(folder: Path | None = None) -> dict[str, str]:
    """The variables of the process, and under them those of the nearest ``.env``; empty ones count as unset.

    Where the process has a host, a token or a profile, none of these is taken from the file: a token must not go to a host that
    stands elsewhere. Raises SparkSettingsError when the file is not UTF-8.
    """
    file = find_environment_file(folder or Path.cwd())
    written = {} if file is None else _set(read_environment_file(_text_of(file)))
    own = _set(os.environ)
    if any(name in own for name in _CREDENTIALS):
        written = {name: value for name, value in written.items() if name not in _CREDENTIALS}
    return {**written, **own}


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SparkSettingsError(f"{file} is no text in UTF-8", code="KN-PY-127", hint="write it in UTF-8") from None


def find_environment_file(folder: Path) -> Path | None:
    """``.env`` in ``folder`` or in a folder above it, no higher than the root of the project that ``.git`` marks."""
    for candidate in (folder, *folder.parents):
        file = candidate / ".env"
        if file.is_file():
            return file
        if (candidate / ".git").exists():
            return None
    return None


def read_environment_file(text: str) -> dict[str, str]:
    """The variables in the text of a ``.env`` file.

    A line is ``NAME=value``, with or without ``export``; quotes around a value are taken away, and in an unquoted value a `` #``
    begins a comment. Lines of any other form are passed over.
    """
    variables = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name.isidentifier():
            continue
        if value[:1] in ("'", '"') and value.find(value[0], 1) > 0:
            value = value[1 : value.index(value[0], 1)]
        else:
            value = "" if value.startswith("#") else value.split(" #", 1)[0].split("\t#", 1)[0].strip()
        variables[name] = value
    return variables


def read_switch(name: str, value: str) -> bool:
    """What a variable that is on or off says. Raises SparkSettingsError when it says neither."""
    word = value.strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise SparkSettingsError(
        f"{name} is neither true nor false: {value!r}", code="KN-PY-120", hint=f"set {name}=true or {name}=false"
    )


def _set(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value.strip()}
