"""What every page shares: the sign-in gate, headers, languages and error pages."""

from __future__ import annotations

import sys
import traceback
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import format_date, format_datetime, format_decimal, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from jinja2 import ChainableUndefined
from jinja2.utils import missing
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from trainer import clock, errors
from trainer.extensions import settings
from trainer.hosting import asset_finder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flask.typing import ResponseReturnValue

View = TypeVar("View", bound="Callable[..., ResponseReturnValue]")

PUBLIC = "public"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGES = {"en": "English", "id": "Bahasa Indonesia"}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
STATUS_OF = (
    (errors.NotFoundError, 404),
    (errors.RefusedError, 403),
    (errors.InvalidError, 422),
    (errors.ConflictError, 409),
    (errors.UnavailableError, 503),
)
IMPERSONAL = (AttributeError, ImportError, NameError, TypeError)
MOST_LOGGED = 200  # lines
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
NAVIGATION = (
    ("learner", "learning.home", "My learning"),
    ("learner", "learning.courses", "Courses"),
    ("learner", "learning.record", "My record"),
    ("officer", "reports.completion", "Reports"),
)


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """What the accounts tell the gate.

    `may` decides by roles and the policy of a page; `meet_stranger` answers a visitor
    who has to sign in first.
    """

    may: Callable[[frozenset[str], str], bool]
    meet_stranger: Callable[[], ResponseReturnValue]


class HouseUndefined(ChainableUndefined):
    """Raise for a name that no page gave; be false for a key that is not there."""

    def _check(self) -> None:
        if self._undefined_obj is missing:
            self._fail_with_undefined_error()

    def __bool__(self) -> bool:
        self._check()
        return False

    def __str__(self) -> str:
        self._check()
        return ""

    def __html__(self) -> str:
        return str(self)

    def __iter__(self) -> Iterator[Any]:
        self._check()
        return iter(())


def policy(name: str) -> Callable[[View], View]:
    """Declare who may open a page: `public`, `learner` (all signed in) or a role."""

    def declare(view: View) -> View:
        view.__dict__["policy"] = name
        return view

    return declare


def init_app(app: Flask, gatekeeper: Gatekeeper) -> None:
    """Install the gate, the headers, the error pages and what templates may use."""
    app.extensions["gatekeeper"] = gatekeeper
    app.before_request(note_arrival)
    app.before_request(refuse_hostile)
    app.before_request(open_gate)
    app.after_request(add_headers)
    app.log_exception = log_failure  # type: ignore[assignment, method-assign]  # bound to nothing
    app.register_error_handler(errors.TrainerError, explain_failure)
    app.register_error_handler(OperationalError, explain_outage)
    app.register_error_handler(CSRFError, explain_csrf)
    app.register_error_handler(HTTPException, explain_http)
    app.jinja_env.undefined = HouseUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset_finder(app))
    app.jinja_env.filters.update(
        date=format_day, moment=format_moment, number=format_decimal
    )
    app.context_processor(page_context)


def check_policies(app: Flask) -> None:
    """Refuse to start while any page has not said who may open it."""
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not policy_of(app, rule.endpoint)
    ]
    if silent:
        message = f"These pages declare no policy: {', '.join(sorted(set(silent)))}."
        raise RuntimeError(message)


def policy_of(app: Flask, endpoint: str) -> str:
    """Return the policy that a page declared, or nothing."""
    return str(getattr(app.view_functions[endpoint], "policy", ""))


def note_arrival() -> None:
    """Keep when a request came, before anything in it waits."""
    g.arrived_at = clock.now()


def arrived_at() -> datetime:
    """Return when this request came: a slow server makes nobody late."""
    return cast("datetime", g.arrived_at)


def refuse_hostile() -> None:
    """Refuse what no browser sends: NUL in an address, a form posted from elsewhere."""
    if "\0" in request.path or b"%00" in request.query_string:
        abort(400)
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        abort(403)
    origin = request.headers.get("Origin")
    if origin and origin.partition("://")[2] != request.host:
        abort(403)
    form = request.form
    if any("\0" in key or "\0" in value for key, value in form.items(multi=True)):
        abort(400)


def open_gate() -> ResponseReturnValue | None:
    """Let a request through only when the page's policy says that it may."""
    if request.endpoint is None:
        return None
    wanted = policy_of(current_app, request.endpoint)
    if wanted == PUBLIC:
        return None
    gatekeeper: Gatekeeper = current_app.extensions["gatekeeper"]
    if not current_user.is_authenticated:
        if wants_json():
            return refuse_json(401, "sign_in", _("Sign in to go on."))
        return gatekeeper.meet_stranger()
    if not gatekeeper.may(current_user.roles, wanted):
        raise errors.RefusedError(_("Your roles do not include this page."))
    return None


def add_headers(response: Response) -> Response:
    """Add the security headers that a page has not set for itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings().is_https:
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
        )
    return response


def wants_json() -> bool:
    """Say whether a script asks: no form can PUT, or send JSON, or ask for it."""
    if request.method == "PUT" or request.mimetype == "application/json":
        return True
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/json"])
    return best == "application/json" and accepted[best] > accepted["text/html"]


def refuse_json(status: int, error: str, message: str, **more: object) -> Response:
    """Return a refusal in the one shape that scripts read."""
    response = jsonify({"error": error, "message": message, **more})
    response.status_code = status
    return response


def log_failure(_about: object) -> None:
    """Log where our program failed: no address and no value, as they may be personal.

    Only errors that speak of the program alone are given in their own words.
    """
    lines: list[str] = []
    error = sys.exception()
    while error is not None and len(lines) < MOST_LOGGED:
        text = f": {error}" if isinstance(error, IMPERSONAL) else ""
        lines += [*traceback.format_tb(error.__traceback__), type(error).__name__, text]
        lines.append("\n")
        error = error.__cause__ or error.__context__
    where = f"{request.method} {request.endpoint}"
    current_app.logger.error("failed at %s\n%s", where, "".join(lines))


def explain_failure(error: errors.TrainerError) -> ResponseReturnValue:
    """Turn a foreseen failure into a page or JSON."""
    status = next((s for kind, s in STATUS_OF if isinstance(error, kind)), 500)
    return problem(status, said(error))


def said(error: Exception) -> str:
    """Return the message of a failure in the reader's language."""
    message = str(error)
    return _(message) if message else ""


def explain_outage(_error: OperationalError) -> ResponseReturnValue:
    """Say that the database is away, without its words."""
    current_app.logger.error("database unavailable: %s", type(_error.orig).__name__)
    g.is_bare = True
    return problem(503, "")


def explain_csrf(_error: CSRFError) -> ResponseReturnValue:
    """Say that a form is too old to be trusted."""
    if wants_json():
        return refuse_json(403, "csrf", _("This page is too old. Load it again."))
    return problem(403, _("This page is too old. Go back, load it again and resend."))


def explain_http(error: HTTPException) -> ResponseReturnValue:
    """Draw what Werkzeug refuses as one of our pages."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if isinstance(error, SecurityError):  # no address can be made for such a host
        g.is_bare = True
    return problem(error.code, "")


def problem(status: int, detail: str) -> ResponseReturnValue:
    """Return the page, or JSON, that says what happened and what to do."""
    titles = {
        400: _("This request cannot be read"),
        403: _("You may not open this page"),
        404: _("Page not found"),
        405: _("This address does not take that kind of request"),
        409: _("Something has changed meanwhile"),
        413: _("This is too large to send"),
        415: _("This address does not take that kind of content"),
        422: _("Something needs to be corrected"),
        429: _("Too many requests"),
        503: _("The site cannot answer just now"),
    }
    title = titles.get(status, _("Something went wrong"))
    if wants_json() or request.path.endswith(".json"):
        response = refuse_json(status, _error_name(status), detail or title)
        return ask_to_wait(response)
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    reference = uuid.uuid4().hex[:8] if is_ours else ""
    if reference:
        current_app.logger.error("problem page %s reference=%s", status, reference)
    is_bare = status == HTTPStatus.SERVICE_UNAVAILABLE or g.get("is_bare")
    page = render_template(
        "errors/plain.html" if is_bare else "errors/problem.html",
        status=status,
        title=title,
        detail=detail,
        reference=reference,
    )
    return ask_to_wait(Response(page, status))


def ask_to_wait(response: Response) -> Response:
    """Say when to come back, where coming back may help."""
    if response.status_code in {429, 503}:
        response.headers["Retry-After"] = "10"
    return response


def _error_name(status: int) -> str:
    """Return the stable word for a status in JSON."""
    names = {403: "refused", 404: "not_found", 409: "conflict", 422: "invalid"}
    return names.get(status, f"http_{status}")


def select_language() -> str:
    """Choose the interface language: the person's, the visitor's, the browser's."""
    if g.get("is_bare"):
        return request.accept_languages.best_match(list(LANGUAGES), default="en")
    chosen = getattr(current_user, "language", None) or session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), default="en")


def page_context() -> dict[str, object]:
    """Return what the frame of every page shows."""
    language = str(get_locale() or "en")
    context: dict[str, object] = {
        "language": language,
        "text_direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "product_version": version("trainer"),
        "navigation": [],
        "account": None,
    }
    if not g.get("is_bare") and current_user.is_authenticated:
        may = current_app.extensions["gatekeeper"].may
        context["account"] = {"id": current_user.id, "name": current_user.name}
        context["navigation"] = [
            {
                "href": url_for(endpoint),
                "text": _(text),
                "current": request.endpoint == endpoint,
            }
            for wanted, endpoint, text in NAVIGATION
            if may(current_user.roles, wanted)
        ]
    return context


def format_day(value: object) -> str:
    """Write a day in the reader's language: the day first, the month as a word."""
    return str(format_date(value, "d MMMM y", rebase=False))


def format_moment(value: object) -> str:
    """Write a moment in the reader's language, in UTC and saying so."""
    return f"{format_datetime(value, 'd MMM y, HH:mm', rebase=False)} UTC"
