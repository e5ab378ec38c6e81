"""How the application meets its host: settings, assets and proxies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from trainer import database

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from trainer.config import Settings


def configure(app: Flask, found: Settings) -> None:
    """Turn the settings into what Flask and its extensions read."""
    app.config.update(
        SETTINGS=found,
        SECRET_KEY=found.secret_key,
        SQLALCHEMY_ENGINES={"default": database.engine_options(found.database_url)},
        TRUSTED_HOSTS=[found.host, "localhost"],
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_TIMEZONE="UTC",
        COMPRESS_MIN_SIZE=500,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=2,
        COMPRESS_LEVEL=3,
        COMPRESS_MIMETYPES=["text/html", "application/json"],
        COMPRESS_STREAMS=False,
        PREFERRED_URL_SCHEME="https" if found.is_https else "http",
    )


def serve_assets(app: Flask) -> None:
    """Put the built assets, and the trusted proxies, in front of the application."""
    dist = Path(app.root_path) / "static" / "dist"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # as WSGI is wrapped
        app.wsgi_app,
        root=dist if dist.is_dir() else None,
        prefix="static/",
        max_age=600,
        immutable_file_test=r"^.+[.-][0-9a-zA-Z_]{8,}\..+$",
        add_headers_function=_asset_headers,
    )
    hops = app.config["SETTINGS"].trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as WSGI is wrapped
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0
        )


def _asset_headers(headers: dict[str, str], _path: str, _url: str) -> None:
    """Add to an asset the headers that every response carries."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def asset_finder(app: Flask) -> Callable[[str], str]:
    """Return a function from an asset's plain name to its address."""
    manifest = Path(app.root_path) / "static" / "dist" / "manifest.json"
    names: dict[str, str] = {}
    if manifest.exists():
        names = json.loads(manifest.read_text(encoding="utf-8"))

    def asset(name: str) -> str:
        return f"/static/{names.get(name, name)}"

    return asset
