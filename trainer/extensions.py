"""The objects that Flask binds to an application, and the catalogue it delivers."""

from __future__ import annotations

from inspect import iscoroutinefunction
from threading import Lock
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, g
from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from trainer import database

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from trainer.config import Settings
    from trainer.courses.catalogue import Catalogue

db = SQLAlchemy()
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
compress = Compress()


class CatalogueShelf:
    """The catalogue this process holds, changed when the database has a newer one."""

    def __init__(
        self,
        read_revision: Callable[[Session], int],
        read_catalogue: Callable[[Session], Catalogue],
    ) -> None:
        self._read_revision = read_revision
        self._read_catalogue = read_catalogue
        self._held: tuple[int, Catalogue] | None = None
        self._lock = Lock()

    def current(self, session: Session) -> Catalogue:
        """Return the catalogue that stands, reading it again only when it changed."""
        revision = self._read_revision(session)
        held = self._held
        if held is not None and held[0] == revision:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != revision:
                self._held = (revision, self._read_catalogue(session))
            return self._held[1]


def init_app(app: Flask, shelf: CatalogueShelf) -> None:
    """Bind the extensions; the gate of `web` must already stand before CSRF."""
    db.init_app(app)
    _open_no_asynchronous_sessions(app)
    with app.app_context():
        database.guard(db.engine)
    login.init_app(app)
    csrf.init_app(app)
    compress.init_app(app)
    app.extensions["catalogue"] = shelf


def _open_no_asynchronous_sessions(app: Flask) -> None:
    """Do not close at each request what never opens: that costs a thread each time."""
    app.teardown_appcontext_funcs = [
        function
        for function in app.teardown_appcontext_funcs
        if not iscoroutinefunction(function)
    ]


def settings() -> Settings:
    """Return what this installation was told."""
    return cast("Settings", current_app.config["SETTINGS"])


def catalogue() -> Catalogue:
    """Return the catalogue that this request delivers, the same until it ends."""
    if "catalogue" not in g:
        shelf = cast("CatalogueShelf", current_app.extensions["catalogue"])
        g.catalogue = shelf.current(db.session)
    return cast("Catalogue", g.catalogue)
