"""Settings: read, refused with a sentence, documented."""

from pathlib import Path

import pytest

from anshin.console.web.config import SETTINGS, ConfigurationError, database_settings, read_config


def test_defaults():
    config = read_config({})
    assert config.data is None
    assert config.host == "127.0.0.1"
    assert not config.https
    assert config.metrics_key == ""
    assert read_config({}).secret_key != config.secret_key


def test_every_setting_is_explained_in_both_languages():
    for setting in SETTINGS:
        assert setting.name.startswith("ANSHIN_")
        assert setting.ja
        assert setting.en


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANSHIN_DEMO", "yes"),
        ("ANSHIN_DEBUG", "2"),
        ("ANSHIN_REQUIRE_MFA", "some"),
        ("ANSHIN_LOG_FORMAT", "xml"),
        ("ANSHIN_TRUSTED_PROXIES", "-1"),
        ("ANSHIN_PUBLIC_URL", "console.example.jp"),
        ("ANSHIN_OUTSIDE_RESOLVER", "http://resolver.example/dns-query"),
        ("ANSHIN_UNHEARD_OF", "1"),
        ("ANSHIN_METRICS_KEY", "s3cr3t-value"),
        ("ANSHIN_METRICS_KEY_FILE", "/no/such/file"),
        ("ANSHIN_SECRET_KEY", "s3cr3t-value"),
    ],
)
def test_refusal_names_the_setting(name: str, value: str):
    with pytest.raises(ConfigurationError, match=name) as refusal:
        read_config({name: value})
    if "s3cr3t" in value:
        assert value not in str(refusal.value)


def test_secrets_come_from_the_data_folder_or_a_named_file(tmp_path: Path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "secret-key").write_text("new-key\nold-key\n")
    config = read_config({"ANSHIN_DATA": str(tmp_path)})
    assert (config.secret_key, config.secret_key_fallbacks) == ("new-key", ("old-key",))
    (tmp_path / "elsewhere").write_text("named\n")
    named = read_config({"ANSHIN_DATA": str(tmp_path), "ANSHIN_SECRET_KEY_FILE": str(tmp_path / "elsewhere")})
    assert named.secret_key == "named"


def test_real_installation_never_becomes_a_demonstration_by_a_variable(tmp_path: Path):
    """Nobody is asked for a second factor in a demonstration."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "secret-key").write_text("key")
    environment = {"ANSHIN_DATA": str(tmp_path), "ANSHIN_DEMO": "1"}
    with pytest.raises(ConfigurationError, match="ANSHIN_DEMO"):
        read_config(environment)
    (tmp_path / "demo").touch()
    assert read_config(environment).demo


@pytest.mark.parametrize("url", ["https://anshin.example.jp", "http://192.0.2.7:8000"])
def test_developers_error_pages_are_for_this_machine_only(url: str):
    assert read_config({"ANSHIN_DEBUG": "1"}).debug
    with pytest.raises(ConfigurationError, match="ANSHIN_DEBUG"):
        read_config({"ANSHIN_DEBUG": "1", "ANSHIN_PUBLIC_URL": url})


def test_data_folder_without_a_key_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="anshin up"):
        read_config({"ANSHIN_DATA": str(tmp_path)})


def test_sqlite_survives_a_power_cut(tmp_path: Path):
    settings = database_settings(read_config({}), "")
    assert settings["ENGINE"] == "django.db.backends.sqlite3"
    assert "synchronous=FULL" in str(settings["OPTIONS"])


def test_postgresql_address():
    settings = database_settings(read_config({}), "postgresql://an%40shin:pw@db.example:5433/console")
    assert (settings["USER"], settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "an@shin",
        "db.example",
        "5433",
        "console",
    )
    with pytest.raises(ConfigurationError) as refusal:
        database_settings(read_config({}), "mysql://user:pw@host/name")
    assert "pw" not in str(refusal.value)
