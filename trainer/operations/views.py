"""Health pages for whoever watches the installation."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from trainer.extensions import catalogue, db
from trainer.operations.queries.schema import schema_problem
from trainer.web import policy

bp = Blueprint("operations", __name__)


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
    return jsonify({"status": "ready"})
