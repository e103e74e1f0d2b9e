"""Which workspace a session is made on: arguments, profiles, the environment and a file of settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from kintsu.spark import session
from kintsu.spark.connection import resolve_connection
from kintsu.spark.environment_file import read_environment_file, read_switch, settings
from kintsu.spark.errors import SparkConnectionError, SparkSettingsError

PROFILES = """
[DEFAULT]
host = https://default.example.com/
token = token-of-default
[dev]
host = https://dev.example.com
token = token-of-dev
[prod]
host = prod.example.com
token = token-of-prod
[tokenless]
host = https://tokenless.example.com
"""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "databrickscfg"
    file.write_text(PROFILES)
    return {"DATABRICKS_CONFIG_FILE": str(file)}


def test_arguments_win_over_a_profile_and_a_profile_over_the_environment(variables: dict[str, str]) -> None:
    pair = {"DATABRICKS_HOST": "env.example.com", "DATABRICKS_TOKEN": "token-of-env"}
    everything = {**variables, **pair, "DATABRICKS_PROFILE": "dev"}
    given = resolve_connection(everything, profile="prod", databricks_host="https://arg.example.com/", databricks_token="t")
    assert (given.host, given.token) == ("arg.example.com", "t")
    assert resolve_connection(everything, profile="prod").host == "prod.example.com"
    assert resolve_connection(everything).host == "env.example.com"
    assert resolve_connection({**variables, "DATABRICKS_PROFILE": "dev"}).host == "dev.example.com"
    assert resolve_connection(variables).host == "default.example.com"


@pytest.mark.parametrize(
    "arguments, environment",
    [
        ({"databricks_host": "a.example.com"}, {}),
        ({"databricks_token": "half"}, {}),
        ({}, {"DATABRICKS_HOST": "a.example.com"}),
        ({}, {"DATABRICKS_TOKEN": "half", "DATABRICKS_PROFILE": "dev"}),
        # The other half from elsewhere does not count: it belongs to another workspace.
        ({"databricks_host": "a.example.com"}, {"DATABRICKS_TOKEN": "half"}),
    ],
)
def test_half_a_pair_is_an_error(variables: dict[str, str], arguments: dict[str, str], environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="and no") as error:
        resolve_connection({**variables, **environment}, **arguments)
    assert "half" not in str(error.value)


def test_a_profile_never_takes_the_token_of_another(variables: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"tokenless .* has no token"):
        resolve_connection(variables, profile="tokenless")


def test_a_missing_profile_names_those_that_there_are(variables: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="DEFAULT, dev, prod, tokenless") as error:
        resolve_connection(variables, profile="staging")
    assert "databricks configure --profile staging" in str(error.value)


def test_a_missing_or_broken_file_of_profiles_is_told_without_its_content(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not there"):
        resolve_connection({"DATABRICKS_CONFIG_FILE": str(tmp_path / "none")})
    broken = tmp_path / "broken"
    broken.write_text("token = very-secret\n")
    with pytest.raises(ValueError, match="not an INI file") as error:
        resolve_connection({"DATABRICKS_CONFIG_FILE": str(broken)})
    assert "very-secret" not in str(error.value)


def test_connection_strings_use_tls_and_the_documented_headers(variables: dict[str, str]) -> None:
    cluster = resolve_connection({**variables, "SPARK_CONNECT_CLUSTER_ID": "1234-567890-abcdefgh"}, profile="dev")
    assert cluster.url("unused") == (
        "sc://dev.example.com:443/;use_ssl=true;token=token-of-dev;user_agent=kintsu;x-databricks-cluster-id=1234-567890-abcdefgh"
    )
    serverless = resolve_connection(variables, profile="dev", cluster_id="serverless")
    assert serverless.cluster_id is None
    assert serverless.url("an-id").endswith(";session_id=an-id;x-databricks-session-id=an-id")
    odd = resolve_connection({}, databricks_host="h.example.com", databricks_token="a;b=c")
    assert "token=a%3Bb%3Dc;" in odd.url("an-id")


@pytest.mark.parametrize("host", ["http://plain.example.com", "https://", "a b", "user@host"])
def test_hosts_that_are_none_are_refused(host: str) -> None:
    with pytest.raises(ValueError, match="the host from"):
        resolve_connection({}, databricks_host=host, databricks_token="t")


def test_serverless_and_a_cluster_exclude_each_other(variables: dict[str, str]) -> None:
    both = {**variables, "SPARK_CONNECT_CLUSTER_ID": "c", "DATABRICKS_SERVERLESS_COMPUTE_ID": "auto"}
    with pytest.raises(ValueError, match="both"):
        resolve_connection(both)
    assert resolve_connection(both, cluster_id="named").cluster_id == "named"


def test_tokens_are_not_printed(variables: dict[str, str]) -> None:
    assert "token-of-dev" not in repr(resolve_connection(variables, profile="dev"))


def test_a_file_of_settings_is_read_as_it_is_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
# Databricks CLI profile
DATABRICKS_PROFILE=DEFAULT  # or dev, prod
export SPARK_CONNECT_CLUSTER_ID='1234 # not a comment'
USE_SPARK_CONNECT="true"
EMPTY=
not a line
"""
    read = read_environment_file(text)
    assert read == {
        "DATABRICKS_PROFILE": "DEFAULT",
        "SPARK_CONNECT_CLUSTER_ID": "1234 # not a comment",
        "USE_SPARK_CONNECT": "true",
        "EMPTY": "",
    }
    (tmp_path / ".env").write_text(text)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("DATABRICKS_PROFILE", "of-the-process")
    monkeypatch.delenv("SPARK_CONNECT_CLUSTER_ID", raising=False)
    found = settings(tmp_path / "notebooks")
    assert found["DATABRICKS_PROFILE"] == "of-the-process"
    assert found["SPARK_CONNECT_CLUSTER_ID"] == "1234 # not a comment"
    assert "EMPTY" not in found


def test_credentials_of_the_process_and_of_a_file_are_never_put_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    names = ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_PROFILE", "DATABRICKS_CONFIG_PROFILE")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text("DATABRICKS_HOST=file.example.com\nDATABRICKS_TOKEN=of-the-file\nSPARK_APP_NAME=app\n")
    assert settings(tmp_path)["DATABRICKS_HOST"] == "file.example.com"
    monkeypatch.setenv("DATABRICKS_TOKEN", "of-the-process")
    with pytest.raises(SparkSettingsError, match="DATABRICKS_TOKEN and no DATABRICKS_HOST"):
        resolve_connection({**variables, **settings(tmp_path)})
    monkeypatch.delenv("DATABRICKS_TOKEN")
    monkeypatch.setenv("DATABRICKS_PROFILE", "prod")
    found = {**variables, **settings(tmp_path)}
    assert found["SPARK_APP_NAME"] == "app"
    assert resolve_connection(found).host == "prod.example.com"
    (tmp_path / ".env").write_bytes(b"NAME=\xff")
    with pytest.raises(SparkSettingsError, match="UTF-8"):
        settings(tmp_path)


def test_the_cluster_of_a_profile_counts_where_nothing_else_is_said(variables: dict[str, str]) -> None:
    file = Path(variables["DATABRICKS_CONFIG_FILE"])
    file.write_text(file.read_text().replace("token = token-of-dev", "token = token-of-dev\ncluster_id = 1-2-three"))
    assert resolve_connection(variables, profile="dev").cluster_id == "1-2-three"
    assert resolve_connection(variables, profile="dev", cluster_id="other").cluster_id == "other"
    assert resolve_connection(variables, profile="dev", cluster_id="serverless").cluster_id is None
    assert resolve_connection({**variables, "SPARK_CONNECT_CLUSTER_ID": "other"}, profile="dev").cluster_id == "other"
    assert resolve_connection(variables, profile="prod").cluster_id is None


def test_switches_are_on_or_off() -> None:
    assert read_switch("X", "Yes") and not read_switch("X", "0")
    with pytest.raises(ValueError, match="USE_SPARK_CONNECT"):
        read_switch("USE_SPARK_CONNECT", "maybe")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str]) -> list[object]:
    """What sessions would be made; none is."""
    calls: list[object] = []
    monkeypatch.chdir(tmp_path)
    for name in (
        "USE_SPARK_CONNECT",
        "SPARK_REMOTE",
        "DATABRICKS_PROFILE",
        "SPARK_CONNECT_CLUSTER_ID",
        "DATABRICKS_HOST",
        "DATABRICKS_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", variables["DATABRICKS_CONFIG_FILE"])
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "")
    monkeypatch.setattr(session, "_sessions", {})
    monkeypatch.setattr(session, "check_connect", lambda: None)

    class Session:
        is_stopped = False

    def connect(url: str, connection: object, *_: object) -> Session:
        calls.append(getattr(connection, "profile", None) or getattr(connection, "host", url))
        return Session()

    def local(*_: object) -> Session:
        calls.append("local")
        return Session()

    monkeypatch.setattr(session, "_connect", connect)
    monkeypatch.setattr(session, "_local_session", local)
    return calls


def test_without_settings_the_session_is_local(made: list[object]) -> None:
    session.get_spark_session()
    session.get_spark_session(force_local=True, profile="dev")
    assert made == ["local", "local"]


@pytest.mark.parametrize(
    "variable, value, expected",
    [
        ("USE_SPARK_CONNECT", "true", "DEFAULT"),
        ("USE_SPARK_CONNECT", "false", "local"),
        ("DATABRICKS_PROFILE", "dev", "dev"),
        ("SPARK_CONNECT_CLUSTER_ID", "1234-567890-abcdefgh", "DEFAULT"),
        ("SPARK_REMOTE", "sc://example.com:15002", "sc://example.com:15002"),
    ],
)
def test_the_environment_chooses_late(
    made: list[object], monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    session.get_spark_session()
    assert made == [expected]


def test_a_file_of_settings_chooses_too(made: list[object]) -> None:
    Path(".env").write_text("DATABRICKS_PROFILE=prod\n")
    session.get_spark_session()
    assert made == ["prod"]


def test_an_explicit_profile_wins_over_a_switch_and_a_remote(made: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USE_SPARK_CONNECT", "false")
    monkeypatch.setenv("SPARK_REMOTE", "sc://example.com")
    session.get_spark_session(profile="prod")
    assert made == ["prod"]


def test_sessions_are_kept_by_host_cluster_and_profile(made: list[object]) -> None:
    dev, prod = session.get_spark_session(profile="dev"), session.get_spark_session(profile="prod")
    assert dev is not prod
    assert session.get_spark_session(profile="dev") is dev
    assert session.init_spark_connect(profile="dev", cluster_id="other") is not dev
    assert made == ["dev", "prod", "dev"]


def test_a_renewed_token_makes_a_new_session(made: list[object], variables: dict[str, str]) -> None:
    first = session.get_spark_session(profile="dev")
    file = Path(variables["DATABRICKS_CONFIG_FILE"])
    file.write_text(file.read_text().replace("token-of-dev", "renewed"))
    assert session.get_spark_session(profile="dev") is not first


def test_config_chooses_and_unknown_keys_are_named(made: list[object]) -> None:
    session.get_spark_session(config={"use_spark_connect": True, "databricks_profile": "dev", "spark.sql.shuffle.partitions": 4})
    session.get_spark_session(config={"use_spark_connect": False})
    with pytest.raises(SparkSettingsError, match="databricks_profil"):
        session.get_spark_session(config={"databricks_profil": "dev"})
    session.get_spark_session(config={"use_spark_connect": "false"}, profile="")
    with pytest.raises(SparkSettingsError, match="and no databricks_host"):
        session.get_spark_session(config={"databricks_token": "t"})
    with pytest.raises(SparkSettingsError, match="no connection string"):
        session.get_spark_session(config={"spark_remote": "localx"})
    assert made == ["dev", "local", "local"]


def test_a_server_that_is_not_there_is_a_value_error_at_once() -> None:
    from conftest import free_port

    with pytest.raises(SparkConnectionError, match="cannot be reached") as error:
        session._reach(f"127.0.0.1:{free_port()}", "the server")
    assert isinstance(error.value, ValueError)
    assert isinstance(error.value, ConnectionError)
