from pathlib import Path

import pytest

from trainer.config import load
from trainer.errors import SettingError

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"


def test_defaults_serve_this_machine_from_a_file_database(tmp_path: Path) -> None:
    settings = load({"TRAINER_SECRET_KEY": SECRET, "TRAINER_INSTANCE": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'trainer.sqlite'}"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert not settings.is_https
    assert settings.trusted_proxies == 0


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    assert load({"TRAINER_SECRET_KEY_FILE": str(file)}).secret_key == SECRET


@pytest.mark.parametrize("secret", ["", "short", "a" * 40])
def test_a_missing_or_weak_secret_is_refused_with_the_mend(secret: str) -> None:
    with pytest.raises(SettingError, match="TRAINER_SECRET_KEY_FILE="):
        load({"TRAINER_SECRET_KEY": secret})


def test_a_secret_file_that_is_not_there_is_refused_with_the_mend() -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        load({"TRAINER_SECRET_KEY_FILE": "/nowhere/key"})


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"]
)
def test_plain_http_is_taken_on_this_machine(address: str) -> None:
    assert not load(
        {"TRAINER_SECRET_KEY": SECRET, "TRAINER_BASE_URL": address}
    ).is_https


@pytest.mark.parametrize("address", ["http://training.example", "http://10.0.0.8"])
def test_plain_http_on_a_public_host_is_refused_with_the_mend(address: str) -> None:
    with pytest.raises(SettingError, match="TRAINER_BASE_URL=https://"):
        load({"TRAINER_SECRET_KEY": SECRET, "TRAINER_BASE_URL": address})


@pytest.mark.parametrize("address", ["training.example", "ftp://x", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="full address"):
        load({"TRAINER_SECRET_KEY": SECRET, "TRAINER_BASE_URL": address})


def test_the_number_of_proxies_is_a_number() -> None:
    with pytest.raises(SettingError, match="whole number"):
        load({"TRAINER_SECRET_KEY": SECRET, "TRAINER_TRUSTED_PROXIES": "two"})


def test_content_may_have_several_roots() -> None:
    settings = load({"TRAINER_SECRET_KEY": SECRET, "TRAINER_CONTENT": "/a:/b"})
    assert settings.content == (Path("/a"), Path("/b"))
