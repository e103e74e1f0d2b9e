"""Tokens, their overlap and sessions on Spark: classic sessions from Spark 3.4, Spark Connect from 4.0.

>>> from kintsu.spark import OpenTokenProcessor
>>> processor = OpenTokenProcessor("a secret of some length", "a key that has 32 characters .. ")
>>> processor.token_arguments
('FirstName', 'LastName', 'BirthDate', 'Sex', 'PostalCode', 'SocialSecurityNumber')

PySpark is imported when it is first needed, so this module can be imported without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kintsu.spark.errors import EnvironmentMismatchError as EnvironmentMismatchError
    from kintsu.spark.errors import SparkConnectionError as SparkConnectionError
    from kintsu.spark.errors import SparkSettingsError as SparkSettingsError
    from kintsu.spark.overlap_analyzer import OpenTokenOverlapAnalyzer as OpenTokenOverlapAnalyzer
    from kintsu.spark.processor import OpenTokenProcessor as OpenTokenProcessor
    from kintsu.spark.session import get_spark_session as get_spark_session
    from kintsu.spark.session import init_spark_connect as init_spark_connect

_MODULES = {
    "EnvironmentMismatchError": "errors",
    "OpenTokenOverlapAnalyzer": "overlap_analyzer",
    "OpenTokenProcessor": "processor",
    "SparkConnectionError": "errors",
    "SparkSettingsError": "errors",
    "get_spark_session": "session",
    "init_spark_connect": "session",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module 'kintsu.spark' has no attribute {name!r}")
    return getattr(import_module(f"kintsu.spark.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
