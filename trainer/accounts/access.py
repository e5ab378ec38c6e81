"""Ties a request to the person at the browser: cookies, sign-ins, held forms."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from flask import current_app, g, redirect, render_template, request, url_for
from flask.globals import request_ctx
from flask.sessions import SessionInterface, SessionMixin
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from trainer import clock, web
from trainer.accounts import formats, queries, rules
from trainer.accounts.commands import accounts, sign_ins
from trainer.accounts.formats import HeldForm
from trainer.database import unit
from trainer.errors import RefusedError, UnavailableError
from trainer.extensions import db, login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from flask import Flask, Request, Response
    from flask.typing import ResponseReturnValue

    from trainer.accounts.queries import Credentials, SessionRow, Visitor

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
KEPT = ("csrf_token", "language", "_flashes")
FLASHES = "_flashes"
FLASH_LASTS = 300  # seconds
STRANGER = "stranger"
STRANGER_LASTS = 30 * 24 * 3600  # seconds
HELD_MOST = 64 * 1024  # bytes
HELD_PREFIX = "held:"
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def init_app(app: Flask) -> None:
    """Let the application know its visitors."""
    app.session_interface = BrowserSessions()
    app.config.setdefault("PASSWORD_COST", formats.STANDARD)
    login.session_protection = None
    login.request_loader(lambda _request: browser().visitor)
    app.register_error_handler(CSRFError, offer_old_form)


class BrowserSessions(SessionInterface):
    """Opens and saves what one browser holds, as Flask asks for it."""

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """Return what the browser holds; nothing is read before it is needed."""
        return BrowserSession(app, request)

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        """Write the cookies that have changed."""
        cast("BrowserSession", session).write(response)


class BrowserSession(SessionMixin):
    """What one browser holds, read when first needed.

    A stranger's cookie is a signed text with a CSRF secret, a language and messages.
    The cookie of somebody signed in is a random token whose hash has a row; messages
    travel in a second signed cookie, so that showing a page writes no row.
    """

    def __init__(self, app: Flask, request: Request) -> None:
        is_https = app.config["SETTINGS"].is_https
        self._names = rules.cookie_names(is_https=is_https)
        self._is_secure = is_https
        self._secret = app.config["SECRET_KEY"]
        self._cookies = {name: request.cookies.get(name, "") for name in self._names}
        self._row: SessionRow | None = None
        self._is_looked_up = self._has_failed = self._has_ended = False
        self._values: dict[str, Any] | None = None
        self._new_token = ""
        self.modified = False

    @property
    def row(self) -> SessionRow | None:
        """Return the living sign-in of this browser, or nothing."""
        if not self._is_looked_up:
            self._is_looked_up = self._has_failed = True
            self._row = find_row(self._cookies[self._names[0]])
            self._has_failed = False
        return self._row

    @property
    def visitor(self) -> Visitor | None:
        """Return who is signed in, or nothing."""
        return None if self.row is None else self.row.visitor

    @property
    def has_lapsed(self) -> bool:
        """Say whether the browser still holds the token of a sign-in that ended."""
        cookie = self._cookies[self._names[0]]
        return self.row is None and TOKEN.fullmatch(cookie) is not None

    def begin(self, token: str, row: SessionRow) -> None:
        """Go on as the person of a sign-in just opened."""
        self._row, self._is_looked_up, self._new_token = row, True, token
        self._values = {"csrf_token": row.csrf_secret}
        self.modified = True
        _forget_cached()

    def end(self) -> None:
        """Go on as a stranger."""
        self._row, self._is_looked_up, self._new_token = None, True, ""
        self._values, self._has_ended = {}, True
        _forget_cached()

    def write(self, response: Response) -> None:
        """Set or delete the cookies that have changed."""
        if self._values is None:
            return
        response.vary.add("Cookie")
        if self._has_failed:
            return
        name, flash_name = self._names
        if self._row is None:
            if self.modified or self._has_ended:
                kept = {key: self._values[key] for key in KEPT if key in self._values}
                text = formats.sign(STRANGER, kept, self._secret) if kept else ""
                self._set(response, name, text)
            return
        if self._new_token:
            self._set(response, name, self._new_token)
        if self.modified:
            flashes = [[kind, str(text)] for kind, text in self.get(FLASHES, [])]
            purpose = f"flash {self._row.visitor.sign_in_id}"
            text = formats.sign(purpose, flashes, self._secret) if flashes else ""
            self._set(response, flash_name, text)

    def _set(self, response: Response, name: str, value: str) -> None:
        """Set a cookie, or delete it when there is nothing to keep."""
        if not value and not self._cookies[name]:
            return
        response.set_cookie(
            name,
            value,
            max_age=None if value else 0,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="Lax",
        )

    def _held(self) -> dict[str, Any]:
        """Return the values, read on first use."""
        if self._values is None:
            self._values = self._read()
        return self._values

    def _read(self) -> dict[str, Any]:
        """Read the values from the cookies and the row."""
        name, flash_name = self._names
        if self.row is None:
            cookie = self._cookies[name]
            found = formats.unsign(STRANGER, cookie, self._secret, STRANGER_LASTS)
            known = found if isinstance(found, dict) else {}
            return {key: known[key] for key in KEPT if key in known}
        values: dict[str, Any] = {"csrf_token": self.row.csrf_secret}
        purpose = f"flash {self.row.visitor.sign_in_id}"
        cookie = self._cookies[flash_name]
        flashes = formats.unsign(purpose, cookie, self._secret, FLASH_LASTS)
        if flashes:
            values[FLASHES] = flashes
        return values

    def __getitem__(self, key: str) -> object:
        return self._held()[key]

    def __setitem__(self, key: str, value: object) -> None:
        self._held()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._held()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._held())

    def __len__(self) -> int:
        return len(self._held())


def _forget_cached() -> None:
    """Make this request ask anew who is there and with which CSRF token."""
    g.pop("_login_user", None)
    g.pop("csrf_token", None)


def find_row(token: str) -> SessionRow | None:
    """Return the living sign-in of a token; record its use once a minute."""
    if TOKEN.fullmatch(token) is None:
        return None
    with db.engine.connect() as connection:
        row = queries.session_row(connection, formats.token_hash(token))
    now = clock.now()
    if row is None or not row.is_alive(now):
        return None
    if now - row.seen_at >= rules.SEEN_EVERY:
        sign_in_id = row.visitor.sign_in_id
        with suppress(UnavailableError):  # a page does not fail for want of that
            unit(db.engine, lambda s: sign_ins.touch_sign_in(s, sign_in_id, now))
    return row


def browser() -> BrowserSession:
    """Return what the browser of this request holds."""
    return cast("BrowserSession", request_ctx.session)


def visitor() -> Visitor:
    """Return the person who is signed in; raise RefusedError when nobody is."""
    found = browser().visitor
    if found is None:
        raise RefusedError(_("Sign in to go on."))
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one guess: whose password it is, or how long to wait."""

    known: Credentials | None = None
    wait: timedelta | None = None


def check_guess(email: str, password: str) -> Verdict:
    """Check a password outside every transaction, as slowly when nobody has it."""
    cost = current_app.config["PASSWORD_COST"]
    account = formats.token_hash(f"account {rules.plain_email(email)}")
    source = formats.token_hash(f"source {rules.source_of(request.remote_addr)}")
    turnstile = formats.begin_hashing()
    now = clock.now()
    try:
        wait = unit(
            db.engine, lambda s: sign_ins.reserve_guess(s, account, source, now)
        )
        if wait is not None:
            return Verdict(wait=wait)
        with Session(db.engine) as session:
            known = queries.credentials(session, email)
        kept = None if known is None else known.password_hash
        is_right = formats.is_password(password, kept, cost)
        unit(
            db.engine,
            lambda s: sign_ins.settle_guess(s, account, source, now, is_right=is_right),
        )
        if is_right and known and kept and formats.needs_new_hash(kept, cost):
            fresh = formats.hash_password(password, cost)
            unit(db.engine, lambda s: accounts.keep_hash(s, known, fresh))
    finally:
        turnstile.release()
    return Verdict(known=known if is_right else None)


def sign_in(known: Credentials) -> Visitor:
    """Sign a person in at this browser, under a new token; the old sign-in ends."""
    now, old = clock.now(), browser().visitor
    agent = rules.browser_name(request.user_agent.string)
    language = browser().get("language") if old is None else None

    def change(session: Session) -> tuple[str, SessionRow | None]:
        if old is not None:
            sign_ins.end_sign_in(session, old.id, old.sign_in_id)
        if language in rules.LANGUAGES:
            accounts.offer_language(session, known.person_id, language)
        token = sign_ins.open_sign_in(session, known, agent, now)
        session.flush()
        return token, queries.session_row(session, formats.token_hash(token))

    token, row = unit(db.engine, change)
    if row is None:  # pragma: no cover - the same transaction has just written it
        raise RefusedError(_("Sign in to go on."))
    browser().begin(token, row)
    return row.visitor


def sign_out() -> None:
    """End the sign-in at this browser, here and in the database."""
    found = browser().visitor
    if found is not None:
        unit(db.engine, lambda s: sign_ins.end_sign_in(s, found.id, found.sign_in_id))
    browser().end()


def landing(target: str | None) -> str:
    """Return where to go on to: a page of this site that was asked for, or home."""
    path = rules.safe_next(target)
    endpoint = _endpoint(path, "GET") if path else ""
    return (
        path if endpoint not in {"", "accounts.sign_in"} else url_for("learning.home")
    )


def _endpoint(path: str, method: str) -> str:
    """Return which of our pages a path leads to, empty when it leads to none."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None:  # pragma: no cover - there is always one during a request
        return ""
    try:
        endpoint, _values = adapter.match(unquote(urlsplit(path).path), method=method)
    except HTTPException:
        return ""
    return str(endpoint)


def meet_stranger() -> ResponseReturnValue:
    """Send a visitor to sign in, keeping what they came for or what they sent."""
    held = hold_form()
    if held is not None:
        return sign_in_page(held=held, status=401)
    if request.method != "GET":
        return redirect(url_for("accounts.sign_in"), 303)
    path = request.full_path if request.query_string else request.path
    return redirect(url_for("accounts.sign_in", next=path), 303)


def sign_in_page(
    *,
    email: str = "",
    target: str = "",
    errors: tuple[tuple[str, str], ...] = (),
    held: HeldForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Draw the sign-in page; a held form travels in it as hidden fields."""
    secret = current_app.config["SECRET_KEY"]
    page = render_template(
        "accounts/sign_in.html",
        email=email,
        target=target,
        errors=errors,
        held=held,
        held_prefix=HELD_PREFIX,
        held_code=formats.seal(held, secret) if held else "",
        has_lapsed=browser().has_lapsed,
    )
    return page, status


def hold_form() -> HeldForm | None:
    """Return the posted form if it was drawn for somebody here, small enough to keep.

    Whose it is stands in its CSRF token, which we signed: a form made elsewhere, or
    for a stranger, is not held; nor is one with a password.
    """
    if request.method != "POST" or request.mimetype not in FORM_TYPES:
        return None
    if not 0 < (request.content_length or 0) <= HELD_MOST or request.files:
        return None
    path = request.full_path if request.query_string else request.path
    secret = current_app.config["SECRET_KEY"]
    person = formats.drawn_for(request.form.get("csrf_token", ""), secret)
    if not person or _endpoint(path, "POST").partition(".")[0] in {"", "accounts"}:
        return None
    fields = request.form.items(multi=True)
    kept = tuple((name, value) for name, value in fields if name != "csrf_token")
    return HeldForm(path, person, kept)


def returned_form() -> HeldForm | None:
    """Return the held form that came back through the sign-in page, if unchanged."""
    fields = tuple(
        (name.removeprefix(HELD_PREFIX).partition(":")[2], value)
        for name, value in request.form.items(multi=True)
        if name.startswith(HELD_PREFIX)
    )
    path = request.form.get("held_path", "")
    held = HeldForm(path, request.form.get("held_person", ""), fields)
    code = request.form.get("held_code", "")
    secret = current_app.config["SECRET_KEY"]
    return held if path and formats.is_sealed(held, secret, code) else None


def offer_again(held: HeldForm, status: int = 200) -> ResponseReturnValue:
    """Draw the page with one button that sends a held form once more."""
    return render_template("accounts/held.html", held=held), status


def offer_old_form(error: CSRFError) -> ResponseReturnValue:
    """Offer a form from before the last sign-in again to the person it is from."""
    held, found = hold_form(), browser().visitor
    if held and found and held.person == found.id.hex and not web.wants_json():
        return offer_again(held, 403)
    return web.explain_csrf(error)
