"""Pages for signing in and out, passwords, sign-ins and the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext

from trainer import clock
from trainer.accounts import access, formats, queries, rules
from trainer.accounts.commands import accounts, sign_ins
from trainer.accounts.forms import ChangePasswordForm, NewPasswordForm, SignInForm
from trainer.database import unit
from trainer.errors import NotFoundError
from trainer.extensions import db
from trainer.web import policy

if TYPE_CHECKING:
    import uuid
    from datetime import timedelta

    from flask.typing import ResponseReturnValue
    from flask_wtf import FlaskForm

bp = Blueprint("accounts", __name__)
SEE_OTHER = 303
Errors = tuple[tuple[str, str], ...]  # what is wrong, and `#field`


@bp.get("/sign-in")
@policy("public")
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page, or go on when somebody is signed in."""
    target = rules.safe_next(request.args.get("next"))
    if access.browser().visitor is not None:
        return redirect(access.landing(target), SEE_OTHER)
    return access.sign_in_page(target=target)


@bp.post("/sign-in")
@policy("public")
def open_sign_in() -> ResponseReturnValue:
    """Sign a person in; say the same whatever it is that does not fit."""
    form, held = SignInForm(request.form), access.returned_form()
    email = form.email.data or ""
    target = rules.safe_next(request.form.get("next"))
    errors = _errors(form)
    if errors:
        return access.sign_in_page(
            email=email, target=target, errors=errors, held=held, status=422
        )
    verdict = access.check_guess(email, form.password.data or "")
    if verdict.known is None:
        status, text = _refusal(verdict.wait)
        page = access.sign_in_page(
            email=email,
            target=target,
            errors=((text, "#email"),),
            held=held,
            status=status,
        )
        return _retry_after(page, verdict.wait)
    found = access.sign_in(verdict.known)
    if held is None:
        return redirect(access.landing(target), SEE_OTHER)
    if held.person != found.id.hex:
        flash(_("The form was filled in by somebody else. It was not sent."), "error")
        return redirect(access.landing(""), SEE_OTHER)
    return access.offer_again(held)


def _errors(form: FlaskForm) -> Errors:
    """Return the mistakes in a form with where they are, the first of each field."""
    form.validate()
    return tuple(
        (str(texts[0]), f"#{name}")
        for name, texts in form.errors.items()
        if name is not None and texts
    )


def _refusal(wait: timedelta | None) -> tuple[int, str]:
    """Return status and words for a guess that was wrong, or one too many."""
    if wait is None:
        return 401, _("The e-mail address or the password is not right.")
    seconds = -(-wait // rules.SECOND)
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        pause = ngettext("%(num)s second", "%(num)s seconds", seconds)
    else:
        pause = ngettext("%(num)s minute", "%(num)s minutes", -(-seconds // 60))
    return 429, _("Too many tries. Wait %(pause)s, then try again.", pause=pause)


def _retry_after(page: ResponseReturnValue, wait: timedelta | None) -> Response:
    """Tell programs, too, how long to wait."""
    response = make_response(page)
    if wait is not None:
        response.headers["Retry-After"] = str(-(-wait // rules.SECOND))
    return response


@bp.post("/sign-out")
@policy("learner")
def sign_out() -> ResponseReturnValue:
    """End the sign-in at this browser."""
    access.sign_out()
    flash(_("You are signed out."), "success")
    return redirect(url_for(".sign_in"), SEE_OTHER)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@policy("public")
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by a link."""
    return _set_by_link(token, rules.RESET)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@policy("public")
def invitation(token: str) -> ResponseReturnValue:
    """Set the first password by an invitation."""
    return _set_by_link(token, rules.INVITATION)


def _set_by_link(token: str, purpose: str) -> ResponseReturnValue:
    """Show the form of a link, and set the password once."""
    link, now = formats.token_hash(token), clock.now()
    email = queries.link_email(db.session, link, purpose, now)
    if email is None:
        return render_template("accounts/spent_link.html"), 404
    errors: Errors = ()
    if request.method == "POST":
        form = NewPasswordForm(request.form)
        password = form.password.data or ""
        errors = _errors(form) or password_errors(password)
        if not errors:
            return _spend(link, purpose, password)
    page = render_template(
        "accounts/new_password.html",
        email=email,
        errors=errors,
        is_first=purpose == rules.INVITATION,
    )
    return page, 422 if errors else 200


def _spend(link: str, purpose: str, password: str) -> ResponseReturnValue:
    """Set a password by a link, unless it was used or ran out meanwhile."""
    fresh, now = _hash(password), clock.now()
    if not unit(db.engine, lambda s: accounts.use_link(s, link, purpose, fresh, now)):
        return render_template("accounts/spent_link.html"), 404
    access.sign_out()
    flash(_("Your password is set. Sign in with it."), "success")
    return redirect(url_for(".sign_in"), SEE_OTHER)


def password_errors(password: str) -> Errors:
    """Say why a password cannot be taken, in words for the person who chose it."""
    texts = {
        "short": _(
            "The new password must have at least %(least)s characters.",
            least=rules.PASSWORD_LEAST,
        ),
        "long": _("The new password is too long."),
    }
    fault = rules.password_fault(password)
    return ((texts[fault], "#password"),) if fault else ()


def _hash(password: str) -> str:
    """Hash a password in its turn."""
    turnstile = formats.begin_hashing()
    try:
        return formats.hash_password(password, current_app.config["PASSWORD_COST"])
    finally:
        turnstile.release()


@bp.get("/me/security")
@policy("learner")
def security() -> ResponseReturnValue:
    """Show where a person is signed in, and a form for a new password."""
    return security_page()


def security_page(errors: Errors = (), status: int = 200) -> ResponseReturnValue:
    """Draw the page about one's own password and sign-ins."""
    found = access.visitor()
    page = render_template(
        "accounts/security.html",
        errors=errors,
        email=found.email,
        current_id=found.sign_in_id,
        sign_ins=queries.own_sign_ins(db.session, found, clock.now()),
    )
    return page, status


@bp.post("/me/security/password")
@policy("learner")
def change_password() -> ResponseReturnValue:
    """Change one's own password; every other sign-in ends."""
    form, found = ChangePasswordForm(request.form), access.visitor()
    password = form.password.data or ""
    errors = _errors(form) or password_errors(password)
    if errors:
        return security_page(errors, 422)
    verdict = access.check_guess(found.email, form.current.data or "")
    if verdict.known is None:
        text = _("This is not your present password.")
        if verdict.wait is not None:
            text = _refusal(verdict.wait)[1]
        status = 422 if verdict.wait is None else 429
        page = security_page(((text, "#current"),), status)
        return _retry_after(page, verdict.wait)
    fresh = _hash(password)
    unit(db.engine, lambda s: accounts.set_password(s, found.id, fresh))
    access.sign_in(queries.own_credentials(db.session, found.id))
    flash(_("Your password is changed. All other sign-ins have ended."), "success")
    return redirect(url_for(".security"), SEE_OTHER)


@bp.post("/me/security/sign-ins/<uuid:sign_in_id>")
@policy("learner")
def end_sign_in(sign_in_id: uuid.UUID) -> ResponseReturnValue:
    """End one of one's own sign-ins, at whatever browser it is."""
    found = access.visitor()
    if sign_in_id == found.sign_in_id:
        return sign_out()
    if not unit(db.engine, lambda s: sign_ins.end_sign_in(s, found.id, sign_in_id)):
        raise NotFoundError(_("This sign-in has already ended."))
    flash(_("The sign-in has ended."), "success")
    return redirect(url_for(".security"), SEE_OTHER)


@bp.post("/language")
@policy("public")
def language() -> ResponseReturnValue:
    """Keep the language that a person or a stranger chose."""
    chosen = request.form.get("language", "")
    if chosen in rules.LANGUAGES:
        found = access.browser().visitor
        if found is None:
            session["language"] = chosen
        else:
            unit(
                db.engine,
                lambda s: accounts.choose_language(s, found.id, chosen),
            )
    return redirect(access.landing(request.form.get("next")), SEE_OTHER)
