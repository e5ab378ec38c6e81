"""The shapes of the forms about accounts."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from trainer.accounts.rules import EMAIL_MOST


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """An address and a password."""

    email = StringField(
        validators=[
            InputRequired(_("Enter your e-mail address.")),
            Length(max=EMAIL_MOST, message=_("This e-mail address is too long.")),
        ]
    )
    password = PasswordField(validators=[InputRequired(_("Enter your password."))])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A password to be set by a link."""

    password = PasswordField(validators=[InputRequired(_("Enter a new password."))])


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The present password and the one to come."""

    current = PasswordField(
        validators=[InputRequired(_("Enter your present password."))]
    )
    password = PasswordField(validators=[InputRequired(_("Enter a new password."))])
