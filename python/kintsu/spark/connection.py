"""Which Databricks workspace and compute a session is to use, and where each setting comes from."""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from kintsu.spark.errors import SparkSettingsError

_SERVERLESS = "serverless"
#: In place of a cluster: the one that the profile names, if it does.
_OF_PROFILE = ""


@dataclass(frozen=True)
class Connection:
    """A workspace, its compute and the credentials; printing it does not show the token."""

    host: str
    token: str = field(repr=False)
    #: The cluster; none is serverless compute.
    cluster_id: str | None
    #: The profile that the credentials come from, if they do.
    profile: str | None
    #: Where the credentials come from.
    source: str

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """What sessions are told apart by."""
        return (self.host, self.cluster_id, self.profile)

    def url(self, session_id: str) -> str:
        """The connection string of Spark Connect; it holds the token."""
        port = "" if ":" in self.host else ":443"
        compute = f"x-databricks-cluster-id={quote(self.cluster_id, safe='')}" if self.cluster_id else ""
        if not compute:
            # Serverless compute knows a session by this header, which is the id of the Spark session itself.
            compute = f"session_id={session_id};x-databricks-session-id={session_id}"
        return f"sc://{self.host}{port}/;use_ssl=true;token={quote(self.token, safe='')};user_agent=kintsu;{compute}"


def resolve_connection(
    settings: Mapping[str, str],
    *,
    cluster_id: str | None = None,
    profile: str | None = None,
    databricks_host: str | None = None,
    databricks_token: str | None = None,
) -> Connection:
    """Credentials from the arguments, else from the named profile, else from the environment, else from the profile DEFAULT.

    Within the environment ``DATABRICKS_HOST`` and ``DATABRICKS_TOKEN`` come before ``DATABRICKS_PROFILE``. The cluster is the
    argument, else ``SPARK_CONNECT_CLUSTER_ID``, else the profile's ``cluster_id``; none, an empty one or ``serverless`` is
    serverless compute. An empty profile counts as none.

    Raises SparkSettingsError, a ValueError, which says what lacks and where it was looked for.
    """
    profile = (profile or "").strip() or None
    cluster = _cluster(settings, cluster_id)
    by_profile = cluster if cluster is not None or _says_compute(settings, cluster_id) else _OF_PROFILE
    given = _pair(databricks_host, databricks_token, "databricks_host", "databricks_token", "the arguments")
    if given is not None:
        return Connection(*given, cluster, None, "arguments")
    if profile is not None:
        return _of_profile(settings, profile, by_profile, "the argument profile")
    given = _pair(
        settings.get("DATABRICKS_HOST"),
        settings.get("DATABRICKS_TOKEN"),
        "DATABRICKS_HOST",
        "DATABRICKS_TOKEN",
        "the environment",
    )
    if given is not None:
        return Connection(*given, cluster, None, "environment")
    for variable in ("DATABRICKS_PROFILE", "DATABRICKS_CONFIG_PROFILE"):
        if variable in settings:
            return _of_profile(settings, settings[variable], by_profile, variable)
    return _of_profile(settings, "DEFAULT", by_profile, "the default")


def clean_host(host: str, where: str) -> str:
    """The name of a host without scheme, path and slashes. Raises SparkSettingsError for ``http://``, which is not encrypted."""
    text = host.strip()
    if text.lower().startswith("http://"):
        raise SparkSettingsError(
            f"the host from {where} begins with http://; tokens are sent over TLS only", code="KN-PY-121", hint="write https://"
        )
    text = text[8:] if text.lower().startswith("https://") else text
    text = text.split("/", 1)[0].split("?", 1)[0].lower()
    if not text or any(character in text for character in " ;=@\t"):
        raise SparkSettingsError(
            f"the host from {where} is no host", code="KN-PY-122", hint="write it as dbc-xxxxx-xxxx.cloud.databricks.com"
        )
    return text


def _cluster(settings: Mapping[str, str], argument: str | None) -> str | None:
    serverless = settings.get("DATABRICKS_SERVERLESS_COMPUTE_ID")
    chosen = argument if argument is not None else settings.get("SPARK_CONNECT_CLUSTER_ID")
    chosen = None if chosen is None or chosen.strip().lower() in ("", _SERVERLESS) else chosen.strip()
    if serverless is not None and serverless != "auto":
        raise SparkSettingsError(
            "DATABRICKS_SERVERLESS_COMPUTE_ID is not auto",
            code="KN-PY-123",
            hint="set it to auto, the only value that it may have",
        )
    if serverless is not None and chosen is not None and argument is None:
        raise SparkSettingsError(
            "both SPARK_CONNECT_CLUSTER_ID and DATABRICKS_SERVERLESS_COMPUTE_ID are set",
            code="KN-PY-124",
            hint="unset one of them",
        )
    return chosen


def _says_compute(settings: Mapping[str, str], argument: str | None) -> bool:
    """Whether anything but a profile says on what the session is to run."""
    named = ("SPARK_CONNECT_CLUSTER_ID", "DATABRICKS_SERVERLESS_COMPUTE_ID")
    return argument is not None or any(name in settings for name in named)


def _pair(host: str | None, token: str | None, host_name: str, token_name: str, where: str) -> tuple[str, str] | None:
    host, token = (host or "").strip(), (token or "").strip()
    if not host and not token:
        return None
    if not host or not token:
        lacking, there = (host_name, token_name) if not host else (token_name, host_name)
        raise SparkSettingsError(
            f"{where} give {there} and no {lacking}" if where == "the arguments" else f"{where} gives {there} and no {lacking}",
            code="KN-PY-125",
            hint=f"give {lacking} at the same place, or neither of them and a profile instead",
        )
    return clean_host(host, host_name), token


def _of_profile(settings: Mapping[str, str], name: str, cluster: str | None, named_by: str) -> Connection:
    file = Path(settings.get("DATABRICKS_CONFIG_FILE", "~/.databrickscfg")).expanduser()
    hint = f"write it with: databricks configure --profile {name}"
    if not file.is_file():
        raise SparkSettingsError(
            f"{file} is not there, in which the profile {name} ({named_by}) would stand", code="KN-PY-126", hint=hint
        )
    # No section is the default of others: a profile without a token must not take one that belongs to another workspace.
    parser = configparser.ConfigParser(default_section="\0", interpolation=None)
    try:
        parser.read_string(file.read_text(encoding="utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError) as error:
        # The parser's own words hold lines of the file.
        raise SparkSettingsError(f"{file} is not an INI file ({type(error).__name__})", code="KN-PY-127", hint=hint) from None
    if not parser.has_section(name):
        there = ", ".join(parser.sections()) or "none"
        raise SparkSettingsError(f"{file} has no profile {name} ({named_by}); it has {there}", code="KN-PY-128", hint=hint)
    host, token = (parser.get(name, key, fallback="").strip() for key in ("host", "token"))
    for key, value in (("host", host), ("token", token)):
        if not value:
            raise SparkSettingsError(f"the profile {name} in {file} has no {key}", code="KN-PY-129", hint=hint)
    if cluster == _OF_PROFILE:
        cluster = _cluster({}, parser.get(name, "cluster_id", fallback=""))
    return Connection(clean_host(host, f"the profile {name}"), token, cluster, name, f"profile {name}")
