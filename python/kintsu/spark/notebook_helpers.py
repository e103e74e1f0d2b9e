"""Rules of one's own and tokens of single persons, as notebooks make them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kintsu import _native
from kintsu.arguments import list_of, text
from kintsu.errors import InputError, InputTypeError
from kintsu.tokens import rules_of

#: The names that rules use, and the attributes that they name.
_ATTRIBUTES = {
    "birth_date": "BirthDate",
    "first_name": "FirstName",
    "last_name": "LastName",
    "postal_code": "PostalCode",
    "record_id": "RecordId",
    "sex": "Sex",
    "ssn": "SocialSecurityNumber",
}

_EXPRESSIONS = """\
An expression is a chain of operations, joined by `|` and applied from left to right.

T            trims white space
U            makes upper case
S(a,b)       keeps the characters from position a (counted from 0) up to, not including, position b
D            reads a day, 2000-01-31
M(pattern)   keeps what the regular expression matches
R('a','b')   replaces each a by b

T|U          trimmed, upper case                  T|S(0,3)|U   the first three characters, upper case
T|D          a day                                T|M(\\d+)     digits alone
"""


@dataclass(frozen=True)
class TokenRule:
    """One rule: its id and its components, each an attribute and an expression."""

    token_id: str
    components: tuple[tuple[str, str], ...]


class TokenBuilder:
    """Makes a rule, component by component.

    >>> rule = TokenBuilder("T6").add("last_name", "T|U").add("birth_date", "T|D").build()
    >>> rule.components
    (('LastName', 'T|U'), ('BirthDate', 'T|D'))
    """

    def __init__(self, token_id: str) -> None:
        if not isinstance(token_id, str) or not token_id.strip():
            raise InputError("a rule needs an id", code="KN-PY-107", hint="give one, such as T6")
        self._token_id = token_id
        self._components: list[tuple[str, str]] = []

    def add(self, attribute: str | type, expression: str | None = "T") -> TokenBuilder:
        """Adds the attribute, by its name or its class, cut by the expression; without one it is taken whole.

        Raises ValueError when there is no such attribute.
        """
        if expression is not None:
            text("expression", expression)
        self._components.append((attribute_name(attribute), expression or ""))
        return self

    def build(self) -> TokenRule:
        """The rule. Raises ValueError when it has no components."""
        if not self._components:
            raise InputError(f"the rule {self._token_id} has no components", code="KN-PY-107", hint="add some with add()")
        return TokenRule(self._token_id, tuple(self._components))


class CustomTokenDefinition:
    """Rules that replace T1 to T5.

    >>> definition = CustomTokenDefinition().add_token(TokenBuilder("T6").add("last_name", "T|U").build())
    >>> definition.get_token_identifiers()
    {'T6'}
    """

    def __init__(self) -> None:
        self._rules: dict[str, TokenRule] = {}

    def add_token(self, token: TokenRule) -> CustomTokenDefinition:
        """Adds a rule, or puts it in the place of the one with its id.

        Raises TypeError when it is no rule, such as a builder before its ``build()``.
        """
        if not isinstance(token, TokenRule):
            raise InputTypeError(
                f"a {type(token).__name__} is no rule",
                code="KN-PY-107",
                hint="end the builder with .build() and add what it gives",
            )
        self._rules[token.token_id] = token
        return self

    def get_version(self) -> str:
        """The version of the definition."""
        return "2.0-custom"

    def get_token_identifiers(self) -> set[str]:
        """The ids of the rules."""
        return set(self._rules)

    def as_rules(self) -> dict[str, Any]:
        """The rules as kernels take them, in the order of their ids. Raises ValueError when there are none."""
        if not self._rules:
            raise InputError("the token definition has no rules", code="KN-PY-107", hint="add some with add_token()")
        return {"version": self.get_version(), "rules": [_as_rule(self._rules[name]) for name in sorted(self._rules)]}


@dataclass
class TokenGeneratorResult:
    """What became of one person."""

    #: For each rule its token; a rule without a signature has the blank token, 64 zeros.
    tokens: dict[str, str] = field(default_factory=dict)
    #: The attributes with values that are not valid.
    invalid_attributes: set[str] = field(default_factory=set)
    #: The rules whose token is blank.
    blank_tokens_by_rule: set[str] = field(default_factory=set)


class TokenGenerator:
    """Makes the tokens of one person at a time; frames are for :class:`kintsu.spark.OpenTokenProcessor`."""

    def __init__(self, hashing_secret: str | bytes | None, encryption_key: str | bytes | None, rules: dict[str, Any]) -> None:
        from kintsu.spark.processor import secret_bytes, today, warn_of_weakness

        hashing = secret_bytes(hashing_secret, "hashing secret", "skip hashing")
        key = secret_bytes(encryption_key, "encryption key", "skip encryption")
        mode = "plain" if hashing is None else "hash-only" if key is None else "encrypt"
        spec = {"kernel": "tokenize", "rules": rules, "profile": "opentoken-1-python", "as_of": today(), "mode": mode}
        self._kernel = _native.TokenKernel(json.dumps(spec), hashing, key)
        warn_of_weakness("hashing secret", hashing)
        warn_of_weakness("encryption key", key)

    def get_all_tokens(self, person_attributes: Mapping[Any, Any]) -> TokenGeneratorResult:
        """The tokens of a person, given as attributes (names, column names or classes) and their values.

        An attribute that is not given leaves its rules blank without being invalid; None is invalid. A point in time is its day.
        Raises TypeError when they are no dictionary.
        """
        if not isinstance(person_attributes, Mapping):
            raise InputTypeError(
                f"a person is a dictionary, not a {type(person_attributes).__name__}",
                code="KN-PY-107",
                hint='such as {"first_name": "Ann", "birth_date": "2000-01-31"}',
            )
        record = {attribute_name(name): _as_text(value) for name, value in person_attributes.items()}
        tokens, invalid, blank = self._kernel.tokens_of_record(record)
        return TokenGeneratorResult(dict(tokens), set(invalid), set(blank))


def create_token_generator(
    hashing_secret: str | bytes | None = None,
    encryption_key: str | bytes | None = None,
    token_definition: CustomTokenDefinition | None = None,
) -> TokenGenerator:
    """A generator of the tokens of single persons, to try rules out.

    Raises ValueError as :class:`kintsu.spark.OpenTokenProcessor` does.
    """
    rules = json.loads(_native.built_in_rules()) if token_definition is None else rules_of(token_definition)
    return TokenGenerator(hashing_secret, encryption_key, rules)


def quick_token(
    token_id: str,
    attributes: Iterable[tuple[str | type, str]],
    hashing_secret: str | bytes | None = None,
    encryption_key: str | bytes | None = None,
) -> TokenGenerator:
    """A generator with the one rule that joins these attributes, each with its expression."""
    builder = TokenBuilder(token_id)
    for component in list_of("attributes", attributes):
        if isinstance(component, str) or len(component) != 2:
            raise InputTypeError(
                "an attribute stands without its expression", code="KN-PY-107", hint='write ("last_name", "T|U")'
            )
        builder.add(*component)
    return create_token_generator(hashing_secret, encryption_key, CustomTokenDefinition().add_token(builder.build()))


def list_attributes() -> list[str]:
    """The short names of attributes."""
    return sorted(_ATTRIBUTES)


def expression_help() -> str:
    """What expressions are made of."""
    return _EXPRESSIONS


def attribute_name(attribute: str | type) -> str:
    """The attribute of a short name, a column name or a class (``FirstNameAttribute`` or ``FirstName``).

    Raises ValueError when there is none.
    """
    name = attribute if isinstance(attribute, str) else getattr(attribute, "__name__", str(attribute)).removesuffix("Attribute")
    if name in _ATTRIBUTES:
        return _ATTRIBUTES[name]
    for known, aliases in _native.attribute_aliases("openlinktoken-2.2"):
        if name == known or name in aliases:
            return known
    raise InputError(
        f"Unknown attribute: {name}. Available: {', '.join(list_attributes())}",
        code="KN-PY-108",
        hint="name one of them, or a column that tokens are made of",
    )


def _as_text(value: object) -> str | None:
    if isinstance(value, datetime.datetime):
        value = value.date()
    return None if value is None else str(value)


def _as_rule(rule: TokenRule) -> dict[str, Any]:
    components = [{"field": name, "attribute": name, "expression": expression} for name, expression in rule.components]
    return {"id": rule.token_id, "components": components}
