"""Which columns hold what, by their names."""

from __future__ import annotations

from kintsu.errors import InputError


def find_columns(names: list[str], aliases: dict[str, list[str]]) -> dict[str, str]:
    """For each attribute the column that holds it, the first of its aliases that is there; the case of letters counts.

    Raises InputError, a ValueError, with every attribute that has none, but for the record id, which may lack.
    """
    found, missing = {}, []
    for attribute, known in aliases.items():
        name = next((alias for alias in known if alias in names), None)
        if name is not None:
            found[attribute] = name
        elif attribute != "RecordId":
            missing.append(attribute)
    if missing:
        raise _missing(names, {attribute: aliases[attribute] for attribute in missing})
    return found


def _missing(names: list[str], lacking: dict[str, list[str]]) -> InputError:
    listed = ", ".join(f"{attribute} (or variants: {', '.join(known)})" for attribute, known in lacking.items())
    folded = {alias.lower(): alias for known in lacking.values() for alias in known}
    nearly = [f"{name} to {folded[name.lower()]}" for name in names if name.lower() in folded]
    hint = f"the case of letters counts: rename {', '.join(nearly)}" if nearly else "rename columns with withColumnRenamed"
    return InputError(f"Missing required columns: {listed}", code="KN-PY-109", hint=hint)
