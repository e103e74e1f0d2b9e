"""Which columns hold what, by their names."""

from __future__ import annotations


def find_columns(names: list[str], aliases: dict[str, list[str]]) -> dict[str, str]:
    """For each attribute the column that holds it, the first of its aliases that is there; letters match in their case alone.

    Raises ValueError with every attribute that has none, but for the record id, which may lack.
    """
    found, missing = {}, []
    for attribute, known in aliases.items():
        name = next((alias for alias in known if alias in names), None)
        if name is not None:
            found[attribute] = name
        elif attribute != "RecordId":
            missing.append(f"{attribute} (or variants: {', '.join(known)})")
    if missing:
        raise ValueError(f"Missing required columns: {', '.join(missing)}")
    return found
