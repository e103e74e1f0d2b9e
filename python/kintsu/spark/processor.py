"""Tokens of the persons in a Spark frame."""

from __future__ import annotations

import json
import secrets
import warnings
from typing import TYPE_CHECKING, Any

from kintsu import _native
from kintsu.errors import InputError, InputTypeError, KintsuWarning
from kintsu.spark.columns import find_columns
from kintsu.spark.environment import check_environment
from kintsu.spark.frames import fields_of, functions_of, is_spark_frame, quoted, told_apart
from kintsu.spark.workers import by_value
from kintsu.tokens import rules_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType, StructField

    from kintsu.spark.notebook_helpers import CustomTokenDefinition

#: A column name that the bridge knows beside those of the attribute registry.
_MORE_ALIASES = {"BirthDate": ["DateOfBirth"]}

#: Types of Spark, by name, of which a kernel makes text.
_TEXT_TYPES = frozenset(
    ["string", "varchar", "char", "byte", "short", "integer", "long", "float", "double", "decimal", "date", "boolean", "void"]
)


class OpenTokenProcessor:
    """Makes tokens of the persons in a frame, on Spark's executors.

    With a hashing secret tokens are hashed, with an encryption key as well they are encrypted; with neither they are the plain
    signatures, personal data in clear. A key alone encrypts the signatures: who has the key reads personal data. Without
    ``token_definition`` the rules are T1 to T5; a definition of one's own replaces them. Every evaluation of an encrypted frame
    encrypts anew and uses the key again; nobody counts that over the tasks of a job.

    Raises ValueError when a secret is empty or the key has not 32 characters; a weak secret warns.
    """

    def __init__(
        self,
        hashing_secret: str | bytes | None = None,
        encryption_key: str | bytes | None = None,
        token_definition: CustomTokenDefinition | None = None,
        *,
        token_profile: str = "opentoken-1-python",
    ) -> None:
        self._hashing_secret = secret_bytes(hashing_secret, "hashing secret", "skip hashing")
        self._encryption_key = secret_bytes(encryption_key, "encryption key", "skip encryption")
        self._profile = token_profile
        rules = json.loads(_native.built_in_rules()) if token_definition is None else rules_of(token_definition)
        self._rules = rules
        known = dict(_native.attribute_aliases(token_profile))
        used = {part["attribute"] for rule in rules["rules"] for part in rule["components"]}
        self._aliases = {
            attribute: [*names, *(more for more in _MORE_ALIASES.get(attribute, []) if more not in names)]
            for attribute, names in known.items()
            if attribute in used or attribute == "RecordId"
        }
        # Secrets and rules are checked here, on the driver, and not first in a task.
        _native.TokenKernel(self._spec("2000-01-01"), self._hashing_secret, self._encryption_key)
        warn_of_weakness("hashing secret", self._hashing_secret)
        warn_of_weakness("encryption key", self._encryption_key)

    def __repr__(self) -> str:
        rules = ", ".join(rule["id"] for rule in self._rules["rules"])
        mode = "encrypt, not hashed" if self._hashing_secret is None and self._encryption_key is not None else self._mode
        return f"OpenTokenProcessor(mode={mode!r}, rules=[{rules}], token_profile={self._profile!r})"

    def process_dataframe(self, df: DataFrame) -> DataFrame:
        """A frame ``RecordId``, ``RuleId``, ``Token``, a row for each record and rule; nothing is computed yet.

        The columns of the attributes in the rules must be there under one of their names, in the case in which they are
        documented; where a frame has several names of one attribute, the first documented one counts. A record id keeps its type;
        only inside declarative pipelines, whose frames may not be asked for their types, ids become text.
        Where there is no column ``RecordId`` or ``Id``, and where a text in it is null or empty, an id is made up: on batches it
        depends on the number of the partition and of the row in it, so that evaluating the frame again gives the same ids; on
        streams it is random. A missing id of another type stays null.

        Raises ValueError when columns are missing, TypeError when one holds neither text, numbers nor days.
        """
        if df is None:
            raise InputError("DataFrame cannot be None", code="KN-PY-110", hint="give a frame of the session")
        if not is_spark_frame(df):
            raise InputTypeError(
                f"process_dataframe takes a Spark DataFrame, not a {type(df).__name__}",
                code="KN-PY-110",
                hint="make one of it with spark.createDataFrame, or use kintsu.tokenize, which needs no Spark",
            )
        check_environment(df)
        fields = fields_of(df)
        if fields is None:
            return self._process_in_pipeline(df)
        columns = find_columns([field.name for field in fields], self._aliases)
        types = {field.name: field for field in reversed(fields)}
        df, names = told_apart(df, fields, columns.values())
        functions = functions_of(df)
        chosen = [
            _as_input(functions.col(quoted(names[name])), attribute, types[name]).alias(attribute)
            for attribute, name in columns.items()
            if types[name].dataType.typeName() != "void" or attribute != "RecordId"
        ]
        streaming = bool(df.isStreaming)
        arguments = (
            self._spec(None if streaming else today()),
            self._hashing_secret,
            self._encryption_key,
            None if streaming else secrets.token_bytes(16),
        )
        record_id = types[columns["RecordId"]].dataType if "RecordId" in columns else None
        return df.select(*chosen).mapInArrow(by_value("tokenize", "tokenize", arguments), _schema(record_id))

    def token_function(self, df_or_session: DataFrame | SparkSession) -> Any:
        """A function of columns: the rule, then the attributes in the order of :attr:`token_arguments`; its value is the token.

        It is null where the rule is null or unknown, or the reference makes no token of such values.
        """
        from kintsu.spark.token_column import token_function

        check_environment(df_or_session)
        arguments = (self._spec(today()), list(self.token_arguments), self._hashing_secret, self._encryption_key)
        return token_function(df_or_session, arguments)

    def register_token_function(self, spark: SparkSession, name: str = "token") -> Any:
        """Makes :meth:`token_function` callable from SQL in this session, and returns it.

        ``SELECT token('T1', LastName, FirstName, ...) FROM people``, with the attributes in the order of :attr:`token_arguments`.
        """
        return spark.udf.register(name, self.token_function(spark))

    @property
    def token_arguments(self) -> tuple[str, ...]:
        """The attributes that the column function takes after the rule, in their order."""
        return tuple(attribute for attribute in self._aliases if attribute != "RecordId")

    @property
    def _mode(self) -> str:
        if self._hashing_secret is None:
            return "plain"
        return "hash-only" if self._encryption_key is None else "encrypt"

    def _spec(self, as_of: str | None) -> str:
        """The spec of the kernel; without a day each task takes the day on which it begins."""
        return json.dumps(
            {
                "kernel": "tokenize",
                "rules": self._rules,
                "profile": self._profile,
                "as_of": as_of,
                "mode": self._mode,
                "record_id": None,
            }
        )

    def _process_in_pipeline(self, df: DataFrame) -> DataFrame:
        """The same where the columns of the frame may not be asked for: they are found by the tasks."""
        from kintsu.spark.token_column import token_lists

        arguments = (self._spec(None), self._aliases, self._hashing_secret, self._encryption_key, secrets.token_bytes(16))
        functions = functions_of(df)
        lists = token_lists(df, arguments)
        return df.select(functions.inline(lists(functions.struct("*"))))


def secret_bytes(secret: str | bytes | None, what: str, otherwise: str) -> bytes | None:
    """The bytes of a secret; ``otherwise`` says what None does.

    Raises ValueError when there is nothing in it, TypeError when it is neither text nor bytes.
    """
    if secret is None:
        return None
    if not isinstance(secret, (str, bytes)):
        raise InputTypeError(
            f"the {what} is text or bytes, not {type(secret).__name__}", code="KN-PY-023", hint="give it as text or bytes"
        )
    if not secret.strip():
        raise InputError(f"the {what} cannot be empty or white space alone", code="KN-PY-111", hint=f"use None to {otherwise}")
    return secret.encode() if isinstance(secret, str) else secret


def warn_of_weakness(what: str, secret: bytes | None) -> None:
    """Warns when a secret is easily guessed; it is used all the same, for the sake of tokens that exist."""
    weakness = None if secret is None else _native.secret_weakness(secret)
    if weakness is not None:
        hint = "make one with `kintsu tokens new-secret`"
        warnings.warn(KintsuWarning(f"the {what} is weak: {weakness}", "KN-TOKEN-106", hint), stacklevel=3)


def today() -> str:
    """The day, by the driver's clock."""
    import datetime

    return datetime.date.today().isoformat()


def _as_input(column: Any, attribute: str, field: StructField) -> Any:
    kind = field.dataType.typeName()
    if attribute == "RecordId":
        check_id(field)
        return column
    if kind in _TEXT_TYPES or kind.startswith("string"):
        return column
    if kind in ("timestamp", "timestamp_ntz"):
        return column.cast("date")
    raise InputTypeError(
        f"the column {field.name} holds {field.dataType.simpleString()}, of which no {attribute} can be read",
        code="KN-PY-113",
        hint="give it as text, numbers or days",
    )


def check_id(field: StructField, comparable: bool = False) -> None:
    """Refuses a record id of a type that cannot be handed to Python and back as it is, or that Spark cannot compare."""
    from pyspark.sql.pandas.types import to_arrow_type

    try:
        to_arrow_type(field.dataType)
        refused = comparable and field.dataType.typeName() in ("map", "variant")
    except Exception:  # PySpark has had several kinds of errors for it.
        refused = True
    if refused:
        raise InputTypeError(
            f"the column {field.name} holds {field.dataType.simpleString()}, which can be no record id here",
            code="KN-PY-113",
            hint="give ids as text, numbers or days",
        )


def _schema(record_id: DataType | None) -> Any:
    from pyspark.sql.types import StringType, StructField, StructType

    kept = record_id is not None and record_id.typeName() not in ("void", "varchar", "char")
    id_type = record_id if kept and record_id is not None else StringType()
    return StructType([StructField("RecordId", id_type), StructField("RuleId", StringType()), StructField("Token", StringType())])
