"""Numbers as they are given: what is none, or out of range, is refused under the name of its argument."""

from __future__ import annotations

from numbers import Real

from kintsu.errors import InputError, InputTypeError

__all__ = ["number", "probability"]


def number(name: str, value: object, least: float | None = None, most: float | None = None) -> float:
    """A number as a float.

    Raises:
        TypeError: It is no number.
        ValueError: It is not a number, or below ``least`` or above ``most``.

    >>> number("max_pairs", 1e6, least=1)
    1000000.0
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputTypeError(f"`{name}` is no number but {type(value).__name__}", code="KN-PY-072", hint="give a number")
    found = float(value)
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
