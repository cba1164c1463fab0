"""Settings: karguzar.toml in the home, then KARGUZAR_* variables; what nobody knows is refused."""

from pathlib import Path

import pytest

from processes.errors import ConfigurationError
from processes.settings import Settings, read_settings


def test_the_home_comes_from_the_argument_the_variable_or_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings(tmp_path / "a", {"KARGUZAR_HOME": "b"}).home == tmp_path / "a"
    assert read_settings(None, {"KARGUZAR_HOME": "b"}).home == tmp_path / "b"
    assert read_settings(None, {}).home == tmp_path / "var"


def test_sqlite_in_the_home_is_the_default_database(tmp_path: Path) -> None:
    assert read_settings(tmp_path, {}).url == f"sqlite:///{tmp_path}/karguzar.db"
    url = "postgresql+psycopg://office@db/karguzar"
    assert read_settings(tmp_path, {"KARGUZAR_DATABASE_URL": url}).url == url


def test_a_variable_overrides_the_file(tmp_path: Path) -> None:
    (tmp_path / "karguzar.toml").write_text('port = 9000\nsmtp_host = "mail.example.az"\n', encoding="utf-8")
    settings = read_settings(tmp_path, {"KARGUZAR_PORT": "9001", "PATH": "/bin"})
    assert (settings.port, settings.smtp_host) == (9001, "mail.example.az")


@pytest.mark.parametrize(
    ("file", "variables"),
    [('colour = "red"', {}), ("", {"KARGUZAR_COLOUR": "red"}), ('home = "/tmp"', {})],
)
def test_an_unknown_setting_is_refused_by_name(tmp_path: Path, file: str, variables: dict[str, str]) -> None:
    (tmp_path / "karguzar.toml").write_text(file, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"unknown settings: (colour|home); known are: attempt_minutes"):
        read_settings(tmp_path, variables)


def test_a_number_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="port must be a whole number, not 'eighty'"):
        read_settings(tmp_path, {"KARGUZAR_PORT": "eighty"})


def test_the_passphrase_is_no_setting(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {"KARGUZAR_KEYS_PASSPHRASE": "very secret"})
    assert "very secret" not in repr(settings)
    assert isinstance(settings, Settings)
