"""Health pages for whoever watches the installation."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from trainer import clock
from trainer.database import clock_difference
from trainer.extensions import catalogue, db
from trainer.operations.queries.schema import schema_problem
from trainer.web import policy

bp = Blueprint("operations", __name__)
SECONDS_OF_WARNING = 2.0


@bp.get("/healthz")
@policy("public")
def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
@policy("public")
def readyz() -> ResponseReturnValue:
    """Say that the database is there in the right revision and courses are read."""
    if schema_problem(db.engine):
        return jsonify({"status": "unready"}), 503
    catalogue()
    ahead = clock_difference(db.session, clock.now()).total_seconds()
    is_apart = abs(ahead) > SECONDS_OF_WARNING
    return jsonify(
        {
            "status": "ready",
            "database_clock_ahead_seconds": round(ahead, 3),
            "warnings": ["clocks differ"] if is_apart else [],
        }
    )
