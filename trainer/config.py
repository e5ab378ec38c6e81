"""Every setting, its default and its source. Refuses what cannot be run safely."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from trainer.errors import SettingError

MINIMUM_SECRET = 32
HTTPS = "https"


@dataclass(frozen=True, slots=True)
class Settings:
    """What one installation is told by its environment."""

    database_url: str
    secret_key: str
    content: tuple[Path, ...]
    instance: Path
    base_url: str
    trusted_proxies: int
    smtp_url: str
    demo_password: str

    @property
    def is_https(self) -> bool:
        """Say whether people reach the site through TLS."""
        return urlsplit(self.base_url).scheme == HTTPS

    @property
    def host(self) -> str:
        """Return the host name that people type."""
        return urlsplit(self.base_url).hostname or ""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the TRAINER_* variables; raise SettingError with the mend when unfit."""
    env = os.environ if environ is None else environ
    instance = Path(env.get("TRAINER_INSTANCE", "instance")).resolve()
    roots = env.get("TRAINER_CONTENT", "content").split(os.pathsep)
    settings = Settings(
        database_url=env.get("TRAINER_DATABASE_URL")
        or f"sqlite:///{instance / 'trainer.sqlite'}",
        secret_key=_secret(env),
        content=tuple(Path(root).resolve() for root in roots if root),
        instance=instance,
        base_url=env.get("TRAINER_BASE_URL", "http://127.0.0.1:8000"),
        trusted_proxies=_count(env.get("TRAINER_TRUSTED_PROXIES", "0")),
        smtp_url=env.get("TRAINER_SMTP_URL", ""),
        demo_password=env.get("TRAINER_DEMO_PASSWORD", ""),
    )
    _refuse_plain_http(settings)
    return settings


def _secret(env: Mapping[str, str]) -> str:
    """Return the secret key, from the variable or from the file it names."""
    secret = env.get("TRAINER_SECRET_KEY", "")
    file = env.get("TRAINER_SECRET_KEY_FILE", "")
    if not secret and file:
        try:
            secret = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            message = f"The secret key file cannot be read: {error}. " + _MEND
            raise SettingError(message) from error
    if not secret:
        message = "No secret key is set. " + _MEND
        raise SettingError(message)
    if len(secret) < MINIMUM_SECRET or len(set(secret)) < MINIMUM_SECRET // 4:
        message = f"The secret key needs {MINIMUM_SECRET} varied characters or more. "
        raise SettingError(message + _MEND)
    return secret


_MEND = (
    "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))' "
    "> instance/secret_key && export TRAINER_SECRET_KEY_FILE=instance/secret_key"
)


def _count(text: str) -> int:
    """Read a small whole number of proxies."""
    if not text.isdecimal():
        message = "TRAINER_TRUSTED_PROXIES must be a whole number, for example 1."
        raise SettingError(message)
    return int(text)


def _refuse_plain_http(settings: Settings) -> None:
    """Accept http for loopback hosts alone."""
    parts = urlsplit(settings.base_url)
    if parts.scheme not in {"http", HTTPS} or not parts.hostname:
        message = (
            "TRAINER_BASE_URL must be a full address: "
            "export TRAINER_BASE_URL=https://training.example.org"
        )
        raise SettingError(message)
    if not settings.is_https and not _is_loopback(settings.host):
        message = (
            f"Plain http is refused for {settings.host}: passwords would cross the "
            "network in the open. Put TLS in front and "
            f"export TRAINER_BASE_URL=https://{settings.host}"
        )
        raise SettingError(message)


def _is_loopback(host: str) -> bool:
    """Say whether a host name is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
