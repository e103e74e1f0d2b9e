"""What goes wrong between Python and Spark."""

from __future__ import annotations

from kintsu.errors import InputError, KintsuError


class EnvironmentMismatchError(KintsuError, RuntimeError):
    """Java, PySpark, PyArrow or Python in versions that cannot work together."""


class SparkSettingsError(InputError):
    """Settings from which no session can be made."""


class SparkConnectionError(KintsuError, ConnectionError, ValueError):
    """A Spark Connect server that cannot be reached or refuses the session.

    It is a ValueError too, as wrong settings are, so that a script may catch both and go on with a local session.
    """
