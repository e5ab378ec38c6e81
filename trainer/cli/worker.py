"""`trainer worker`: the chores that no visitor waits for."""

import logging
import time

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from trainer import clock
from trainer.errors import TrainerError
from trainer.extensions import catalogue, db
from trainer.operations.commands.chores import sweep_attempts

SECONDS_BETWEEN_ROUNDS = 30.0

logger = logging.getLogger(__name__)


@click.command()
@with_appcontext
def worker() -> None:
    """Do the chores until stopped: close and mark attempts whose time is over."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    run_worker(app)


def run_worker(app: Flask) -> None:
    """Do one round of chores after another; a failed round is logged and repeated."""
    while True:
        with app.app_context():
            try:
                closed = sweep_attempts(db.engine, catalogue(), clock.now())
            except (TrainerError, SQLAlchemyError) as error:
                logger.warning("a round of chores failed: %s", type(error).__name__)
            else:
                if closed:
                    logger.info("closed %d attempts whose time was over", closed)
        time.sleep(SECONDS_BETWEEN_ROUNDS)
