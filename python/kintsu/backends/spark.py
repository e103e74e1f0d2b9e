"""`SparkAPI` where Splink has it."""

from __future__ import annotations

from kintsu.errors import absent
from kintsu.linker.database_api import SparkAPI

__all__ = ["SparkAPI"]

__getattr__ = absent(
    __name__,
    {
        "SparkAPIWithProfiling": "use SparkAPI: no SQL runs that could be profiled",
        "similarity_jar_location": "leave the jar out: string measures are part of kintsu",
    },
)
