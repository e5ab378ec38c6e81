from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.functional.signing import (
    EMAIL,
    PASSWORD,
    add_person,
    engine_of,
    try_to_sign_in,
)
from trainer.accounts import queries
from trainer.cli.user import user
from trainer.errors import ConflictError, InvalidError, NotFoundError

HEADER = "staff_number,name,family_name,given_name,email,ministry,mission,role\n"
PERSON = "--email siti@demo.example --staff-number 9 --mission Jakarta"
GRANTS = "--ministry demo:Demo --role officer --role author"
CREATE = ("create", *PERSON.split(" "), *GRANTS.split(" "), "--name")


def run(app: Flask, *arguments: str, given: str = "") -> Result:
    """Run `trainer user` and let a failure through."""
    return app.test_cli_runner().invoke(
        user, arguments, input=given, catch_exceptions=False
    )


def roles_at(app: Flask, email: str) -> frozenset[str]:
    with Session(engine_of(app)) as session:
        return queries.roles_of(session, queries.person_by_email(session, email).id)


def test_a_person_is_added_with_a_password(app: Flask, client: FlaskClient) -> None:
    done = run(app, *CREATE, "Siti Rahma", "--password-stdin", given=PASSWORD + "\n")
    assert (done.exit_code, done.stdout) == (
        0,
        "Added Siti Rahma <siti@demo.example>.\n",
    )
    assert roles_at(app, "siti@demo.example") == {"learner", "officer", "author"}
    assert try_to_sign_in(client, "siti@demo.example").status_code == 303


def test_a_person_without_a_password_is_invited(
    app: Flask, client: FlaskClient
) -> None:
    done = run(app, *CREATE, "Sukarni")
    address = done.stdout.splitlines()[1]
    assert address.startswith("http://localhost/invitations/")
    assert "once, for 72 h" in done.stderr
    assert client.get(address.removeprefix("http://localhost")).status_code == 200


def test_a_person_cannot_be_added_twice_or_badly(app: Flask) -> None:
    run(app, *CREATE, "Siti")
    with pytest.raises(ConflictError, match="already an account"):
        run(app, *CREATE, "Siti")
    with pytest.raises(InvalidError, match="at least 12 characters"):
        run(app, *CREATE, "Siti", "--password-stdin", given="short\n")
    with pytest.raises(InvalidError, match="--name: this is empty"):
        run(app, *CREATE, " ")


@pytest.mark.parametrize(("has_password", "path"), [(1, "reset"), (0, "invitations")])
def test_a_link_is_printed(app: Flask, has_password: int, path: str) -> None:
    add_person(app)
    if not has_password:
        run(app, *CREATE, "Siti")
    done = run(app, "link", EMAIL if has_password else "siti@demo.example")
    assert done.stdout.startswith(f"http://localhost/{path}/")


def test_nobody_is_linked_or_changed_who_is_not_there(app: Flask) -> None:
    for command in ("link", "deactivate", "leave"):
        with pytest.raises(NotFoundError, match="no account for x@y"):
            run(app, command, "x@y")


def test_roles_are_given_and_taken(app: Flask) -> None:
    add_person(app)
    run(app, "grant", EMAIL, "officer")
    assert roles_at(app, EMAIL) == {"learner", "officer"}
    run(app, "revoke", EMAIL, "officer")
    assert roles_at(app, EMAIL) == {"learner"}


@pytest.mark.parametrize("command", ["deactivate", "leave"])
def test_an_account_is_closed(app: Flask, client: FlaskClient, command: str) -> None:
    add_person(app)
    assert "closed" in run(app, command, EMAIL).stdout
    assert try_to_sign_in(client).status_code == 401
    with pytest.raises(InvalidError, match="closed"):
        run(app, "link", EMAIL)


def test_a_staff_list_is_imported_and_imported_again(
    app: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    rows = (
        "1,Sukarni,Sukarni,,sukarni@demo.example,demo:Demo,Jakarta,\n"
        "2,Ann Lee,Lee,Ann,ann@demo.example,demo,Jakarta,officer\n"
    )
    file.write_text(HEADER + rows, encoding="utf-8-sig")
    assert run(app, "import", str(file)).stdout == "2 added, 0 changed, 0 unchanged.\n"
    file.write_text(HEADER + rows.replace("Jakarta,\n", "Suva,\n"), encoding="utf-8")
    assert run(app, "import", str(file)).stdout == "0 added, 1 changed, 1 unchanged.\n"


def test_a_bad_staff_list_imports_nobody(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    good = "1,Sukarni,Sukarni,,sukarni@demo.example,demo:Demo,Jakarta,\n"
    file.write_text(HEADER + good + "2,Ann,Lee,,ann,demo,Jakarta,king\n")
    with pytest.raises(InvalidError) as caught:
        run(app, "import", str(file))
    lines = str(caught.value).splitlines()
    assert lines[0] == "Nobody was imported."
    assert lines[1].startswith(f"{file}:3: email: 'ann' is not")
    assert lines[2].startswith(f"{file}:3: role: there is no role 'king'")
    file.write_text(HEADER + good + "2,Ann,Lee,,a@b.example,none,Jakarta,\n")
    with pytest.raises(InvalidError, match="line 3: There is no ministry none"):
        run(app, "import", str(file))
    with pytest.raises(NotFoundError):
        roles_at(app, "sukarni@demo.example")
