"""Spark sessions: local ones, and Spark Connect ones on Databricks or on a server of one's own."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kintsu.spark.connection import Connection, resolve_connection
from kintsu.spark.environment import check_connect, check_connect_server, check_local
from kintsu.spark.environment_file import read_switch, settings
from kintsu.spark.errors import SparkConnectionError, SparkSettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_APP_NAME = "entity-matching-pipeline"
#: Options of ``config`` that choose the session; others are options of Spark.
_CHOICES = (
    "use_spark_connect",
    "spark_remote",
    "spark_connect_cluster_id",
    "databricks_profile",
    "databricks_host",
    "databricks_token",
    "spark_app_name",
)
_SECONDS_TO_REACH = 10.0

#: For each host, cluster and profile the session and what it was made with, which a renewed token changes.
_sessions: dict[tuple[Any, ...], tuple[Any, SparkSession]] = {}
_lock = threading.RLock()


def get_spark_session(
    app_name: str | None = None, force_local: bool = False, profile: str | None = None, config: Any = None
) -> SparkSession:
    """A session: over Spark Connect where that is asked for, otherwise local on all cores.

    Spark Connect is asked for by ``profile``, by ``config`` (its ``use_spark_connect``, or a remote, profile or cluster in it),
    or by the environment: ``USE_SPARK_CONNECT``, and where that is not set, ``SPARK_REMOTE``, ``DATABRICKS_PROFILE`` or
    ``SPARK_CONNECT_CLUSTER_ID``; of these ``SPARK_REMOTE`` wins, which is ``sc://HOST:PORT``, or ``local[2]`` for a server that
    is started here. ``force_local`` wins over all of them. The environment is looked at with each call, and a
    ``.env`` file under it. ``config`` is a mapping or an object with ``use_spark_connect``, ``spark_remote``,
    ``spark_connect_cluster_id``, ``databricks_profile``, ``databricks_host``, ``databricks_token`` and ``spark_app_name``, all
    optional; keys that begin with ``spark.`` are options of the session. A session that is there already is given as it is,
    with the name and options that it was made with.

    There is no silent fallback: a server that cannot be reached is an error, a ValueError, which a script may catch to call
    again with ``force_local=True``.
    """
    variables = settings()
    chosen = _choices(config)
    profile = (profile or "").strip() or None
    name = app_name or chosen.get("spark_app_name") or variables.get("SPARK_APP_NAME") or _APP_NAME
    options = _spark_options(config)
    if force_local or not _wants_connect(variables, chosen, profile):
        return _local_session(name, options)
    remote = chosen.get("spark_remote")
    if remote is None and profile is None and not any(chosen.get(key) for key in _CHOICES[2:6]):
        remote = variables.get("SPARK_REMOTE")
    if remote is not None:
        return _remote_session(remote, name, options)
    return init_spark_connect(
        cluster_id=chosen.get("spark_connect_cluster_id"),
        profile=profile or chosen.get("databricks_profile"),
        databricks_host=None if profile else chosen.get("databricks_host"),
        databricks_token=None if profile else chosen.get("databricks_token"),
        app_name=name,
        options=options,
    )


def init_spark_connect(
    cluster_id: str | None = None,
    profile: str | None = None,
    databricks_host: str | None = None,
    databricks_token: str | None = None,
    app_name: str | None = None,
    *,
    options: Mapping[str, str] | None = None,
) -> SparkSession:
    """A Spark Connect session on Databricks.

    Credentials are the arguments, else those of ``profile`` in ``~/.databrickscfg``, else the environment's, else the profile
    DEFAULT's. Without a cluster the session runs on serverless compute. Sessions are kept by host, cluster and profile, so calls
    that name the same get the same. The connection uses TLS, and the token is printed nowhere.

    Raises ValueError: SparkSettingsError when credentials lack, SparkConnectionError when the server is not reached or refuses.
    """
    check_connect()
    connection = resolve_connection(
        settings(), cluster_id=cluster_id, profile=profile, databricks_host=databricks_host, databricks_token=databricks_token
    )
    return _kept(connection.key, connection, lambda: _connect(connection.url(str(uuid.uuid4())), connection, app_name, options))


def _remote_session(remote: str, app_name: str, options: Mapping[str, str]) -> SparkSession:
    starts_a_server = remote == "local" or remote.startswith("local[")
    if starts_a_server:
        check_connect_server()
    check_connect()
    if starts_a_server:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.remote(remote).appName(app_name)
        return _with_options(builder, options).getOrCreate()
    if not remote.startswith("sc://"):
        raise SparkSettingsError("SPARK_REMOTE is no connection string", code="KN-PY-130", hint="write it as sc://HOST:PORT")
    return _kept(("remote", remote), remote, lambda: _connect(remote, None, app_name, options))


def _kept(key: tuple[Any, ...], origin: Any, make: Callable[[], SparkSession]) -> SparkSession:
    with _lock:
        known = _sessions.get(key)
        if known is None or known[0] != origin or getattr(known[1], "is_stopped", False):
            known = _sessions[key] = (origin, make())
        # As PySpark itself says that its functions are to make columns of Spark Connect.
        os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
        return known[1]


def _connect(url: str, connection: Connection | None, app_name: str | None, options: Mapping[str, str] | None) -> SparkSession:
    _refuse_beside_classic()
    builder = _channel_builder(url)
    where = connection.host if connection is not None else f"{builder.host}"
    _reach(builder.endpoint, where)
    from pyspark.sql.connect.session import SparkSession as ConnectSession

    made = ConnectSession.Builder().channelBuilder(builder)
    if app_name:
        made = made.appName(app_name)
    try:
        session = _with_options(made, options or {}).create()
        session.version  # noqa: B018 - the first call shows whether the server takes the session
    except Exception as error:
        raise _refused(error, where, connection) from None
    return session


def _channel_builder(url: str) -> Any:
    from pyspark.sql.connect.client import core

    kind = getattr(core, "DefaultChannelBuilder", core.ChannelBuilder)
    try:
        return kind(url)
    except Exception:
        # The error shows the whole connection string, and so the token.
        raise SparkSettingsError(
            "the connection string cannot be read", code="KN-PY-131", hint="write it as sc://HOST:PORT/;KEY=VALUE"
        ) from None


def _reach(endpoint: str, where: str) -> None:
    """Asks whether anyone listens, before gRPC asks again and again for minutes; not where a proxy stands between."""
    if any(os.environ.get(name) for name in ("grpc_proxy", "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")):
        return
    host, _, port = endpoint.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS_TO_REACH).close()
    except OSError as error:
        raise SparkConnectionError(
            f"{where} cannot be reached: {error.strerror or type(error).__name__}",
            code="KN-PY-132",
            hint="see that the host is right, that the cluster runs, and that this machine may reach it",
        ) from None


def _refused(error: Exception, where: str, connection: Connection | None) -> SparkConnectionError:
    text = f"{type(error).__name__} {error}".lower()
    cluster = connection.cluster_id if connection is not None else None
    if any(word in text for word in ("unauthenticated", "invalid access token", "403", "401", "permission_denied")):
        said, hint = (
            "the token is not accepted",
            "see that it has not expired and belongs to this workspace; make a new one if it does not",
        )
    elif cluster is not None and any(word in text for word in ("not_found", "not found", "does not exist", "404")):
        said, hint = f"there is no cluster {cluster}", "see that the id is right and that the cluster is in this workspace"
    elif "unavailable" in text or "refused" in text or "deadline" in text:
        said, hint = "the server does not answer", "see that the cluster runs; one that was stopped takes minutes to start"
    else:
        said, hint = f"the session was refused ({type(error).__name__})", "see the log of the cluster"
    return SparkConnectionError(f"{where}: {said}", code="KN-PY-133", hint=hint)


def _refuse_beside_classic() -> None:
    from pyspark import SparkContext

    if getattr(SparkContext, "_active_spark_context", None) is not None:
        raise SparkSettingsError(
            "a local Spark session runs in this process, beside which PySpark makes no Spark Connect session",
            code="KN-PY-134",
            hint="stop it first with spark.stop()",
        )


def _local_session(app_name: str, options: Mapping[str, str]) -> SparkSession:
    check_local()
    from pyspark.sql import SparkSession

    # Either of them would make the builder look for a server; the first is what an earlier Spark Connect session left.
    os.environ.pop("SPARK_CONNECT_MODE_ENABLED", None)
    remote = os.environ.pop("SPARK_REMOTE", None)
    try:
        builder = _with_options(SparkSession.Builder().master("local[*]").appName(app_name), options)
        return _with_delta(builder).getOrCreate()
    finally:
        if remote is not None:
            os.environ["SPARK_REMOTE"] = remote


def _with_delta(builder: Any) -> Any:
    """With the Delta extensions where the package delta-spark is installed."""
    try:
        from delta import configure_spark_with_delta_pip
    except ImportError:
        return builder
    builder = builder.config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    builder = builder.config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    return configure_spark_with_delta_pip(builder)


def _with_options(builder: Any, options: Mapping[str, str]) -> Any:
    for key, value in options.items():
        builder = builder.config(key, value)
    return builder


def _wants_connect(variables: Mapping[str, str], chosen: Mapping[str, Any], profile: str | None) -> bool:
    if profile is not None:
        return True
    if chosen.get("use_spark_connect") is not None:
        wanted = chosen["use_spark_connect"]
        return read_switch("use_spark_connect", wanted) if isinstance(wanted, str) else bool(wanted)
    if any(chosen.get(key) for key in _CHOICES[1:6]):
        return True
    if "USE_SPARK_CONNECT" in variables:
        return read_switch("USE_SPARK_CONNECT", variables["USE_SPARK_CONNECT"])
    return any(name in variables for name in ("SPARK_REMOTE", "DATABRICKS_PROFILE", "SPARK_CONNECT_CLUSTER_ID"))


def _choices(config: Any) -> dict[str, Any]:
    if config is None:
        return {}
    if isinstance(config, Mapping):
        unknown = [key for key in config if key not in _CHOICES and not str(key).startswith("spark.")]
        if unknown:
            raise SparkSettingsError(
                f"config has the unknown keys {', '.join(map(str, unknown))}",
                code="KN-PY-135",
                hint=f"the keys are {', '.join(_CHOICES)}, and options of Spark, which begin with spark.",
            )
        return {key: config[key] for key in _CHOICES if key in config}
    return {key: getattr(config, key) for key in _CHOICES if getattr(config, key, None) is not None}


def _spark_options(config: Any) -> dict[str, str]:
    if not isinstance(config, Mapping):
        return {}
    return {key: str(value) for key, value in config.items() if str(key).startswith("spark.")}
