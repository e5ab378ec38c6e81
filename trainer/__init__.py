"""A training platform for diplomats."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from trainer.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from its parts.

    The parts are imported here and not above, so that importing a pure module
    (the compiler, a rule) loads neither Flask nor the database.
    """
    from flask import Flask

    from trainer import config, extensions, hosting, web
    from trainer.accounts import access
    from trainer.accounts import views as accounts
    from trainer.accounts.rules import may
    from trainer.delivery.views import courses, learning, lessons, quizzes
    from trainer.extensions import CatalogueShelf
    from trainer.operations import views as operations
    from trainer.publishing.queries import current_revision, load_catalogue
    from trainer.reports import views as reports

    app = Flask(__name__, static_folder=None)
    hosting.configure(app, settings or config.load())
    web.init_app(app, web.Gatekeeper(may, access.meet_stranger))
    extensions.babel.init_app(app, locale_selector=web.select_language)
    extensions.init_app(app, CatalogueShelf(current_revision, load_catalogue))
    access.init_app(app)
    for part in (accounts, learning, courses, lessons, quizzes, reports, operations):
        app.register_blueprint(part.bp)
    web.check_policies(app)
    hosting.serve_assets(app)
    return app
