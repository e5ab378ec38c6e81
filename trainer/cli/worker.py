"""`trainer worker`: the chores that no visitor waits for."""

import logging
import time
from typing import TYPE_CHECKING

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from trainer import clock
from trainer.errors import SettingError, TrainerError
from trainer.extensions import catalogue, db
from trainer.operations.commands import chores
from trainer.operations.queries.schema import schema_problem

if TYPE_CHECKING:
    from trainer.courses.catalogue import Catalogue

SECONDS_BETWEEN_ROUNDS = 30.0
ROUNDS_BETWEEN_TIDYING = 120  # an hour

logger = logging.getLogger(__name__)


@click.command()
@with_appcontext
def worker() -> None:
    """Do the chores until stopped: close and mark attempts whose time is over."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the application itself, not its proxy, outlives this context
    refuse_unprepared()
    run_worker(app)


def refuse_unprepared() -> None:
    """Raise SettingError with the mend unless the database fits this release."""
    mend = schema_problem(db.engine)
    db.engine.dispose()
    if mend:
        raise SettingError(mend)


def run_worker(app: Flask) -> None:
    """Do one round of chores after another; a failed round is logged and repeated."""
    number = 0
    followed: Catalogue | None = None
    while True:
        with app.app_context():
            try:
                is_tidying = number % ROUNDS_BETWEEN_TIDYING == 0
                offered = catalogue()
                is_following = is_tidying or offered is not followed
                work_round(is_tidying=is_tidying, is_following=is_following)
                followed = offered
            except (TrainerError, SQLAlchemyError) as error:
                logger.warning("a round of chores failed: %s", type(error).__name__)
        number += 1
        time.sleep(SECONDS_BETWEEN_ROUNDS)


def work_round(*, is_tidying: bool, is_following: bool) -> None:
    """Close overdue attempts; follow what was published; at times tidy what ended."""
    now = clock.now()
    closed = chores.sweep_attempts(db.engine, catalogue(), now)
    if closed:
        logger.info("closed %d attempts whose time was over", closed)
    if is_following:
        chores.follow_versions(db.engine, catalogue(), now)
    if is_tidying:
        chores.sweep_sign_ins(db.engine, now)
        chores.renew_lines(db.engine, catalogue(), now)
        chores.tidy_lines(db.engine, now)
