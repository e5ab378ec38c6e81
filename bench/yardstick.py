"""The page that the site's own pages are measured against.

A Flask application that does what a page cannot do without: one indexed SELECT through
SQLAlchemy and a Jinja template of 10 kB. It is served as the site is.
"""

import sys
from pathlib import Path

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from trainer.cli.serve import Crew, open_door, serve_requests

ROWS = 1000
PARAGRAPH = """  <section id="part-{n}">
    <h2>{{{{ row.title }}}}, part {n}</h2>
    <p>A mission answers in public what it can answer, says what it cannot, and
    keeps the record that shows which was which.
    Page {{{{ row.id }}}} of {{{{ total }}}}.</p>
    {{% if row.is_open %}}<p>Open to {{{{ row.audience }}}}.</p>{{% endif %}}
  </section>
"""
TEMPLATE = (
    '<!doctype html>\n<html lang="en">\n<head><title>{{ row.title }}</title></head>\n'
    "<body>\n<main>\n"
    + "".join(PARAGRAPH.format(n=n) for n in range(1, 35))
    + "</main>\n</body>\n</html>\n"
)


class Base(DeclarativeBase):
    """Base of the one table."""


class Sheet(Base):
    """One row that the yardstick page shows."""

    __tablename__ = "sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String, index=True)
    title: Mapped[str]
    audience: Mapped[str]
    is_open: Mapped[bool]


def create_yardstick(database: Path) -> Flask:
    """Build the yardstick application on a SQLite file, made when it is not there."""
    app = Flask(__name__, static_folder=None)
    app.jinja_loader = DictLoader({"sheet.html": TEMPLATE})
    engine = create_engine(f"sqlite:///{database}")
    if not database.exists():
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add_all(
                Sheet(
                    slug=f"sheet-{number}",
                    title=f"Sheet {number}",
                    audience="missions",
                    is_open=True,
                )
                for number in range(ROWS)
            )
            session.commit()
    engine.dispose()

    @app.get("/sheets/<slug>")
    def sheet(slug: str) -> str:
        """Show one row."""
        with Session(engine) as session:
            row = session.scalars(select(Sheet).where(Sheet.slug == slug)).one()
            return render_template("sheet.html", row=row, total=ROWS)

    return app


def main() -> None:
    """Serve the yardstick: `python -m bench.yardstick DATABASE PORT WORKERS`."""
    database, port, workers = sys.argv[1:]
    app = create_yardstick(Path(database))
    door = open_door("127.0.0.1", int(port))
    Crew([lambda: serve_requests(app, door)] * int(workers), door).run()


if __name__ == "__main__":
    main()
