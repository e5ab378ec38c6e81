from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from trainer.accounts import formats
from trainer.accounts.formats import CHEAP, STANDARD, HeldForm
from trainer.errors import UnavailableError

SECRET = "a secret for tests alone"
HEADER = b"staff_number,name,family_name,email,ministry,mission\n"
FORM = HeldForm("/a", "p1", (("text", "one\r\ntwo"), ("tick", "1"), ("tick", "2")))


@given(st.text(min_size=1, max_size=50))
def test_a_password_is_known_again_and_no_other_is(password: str) -> None:
    kept = formats.hash_password(password, CHEAP)
    assert formats.is_password(password, kept, CHEAP)
    assert not formats.is_password(password + " ", kept, CHEAP)


def test_hashes_use_argon2id_at_the_advised_cost() -> None:
    assert formats.hash_password("x" * 12).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_of_another_cost_is_renewed() -> None:
    kept = formats.hash_password("x" * 12, CHEAP)
    assert formats.needs_new_hash(kept, STANDARD)
    assert not formats.needs_new_hash(kept, CHEAP)


def test_checking_nobody_takes_as_long_as_checking_somebody() -> None:
    kept = formats.hash_password("x" * 12)
    formats.is_password("y", None)

    def work(password_hash: str | None) -> float:
        start = process_time()
        assert not formats.is_password("y" * 12, password_hash)
        return process_time() - start

    rounds = [(work(None), work(kept)) for _round in range(5)]
    nobody, somebody = (min(times) for times in zip(*rounds, strict=True))
    assert 0.4 < nobody / somebody < 2.5


@pytest.mark.parametrize("kept", [None, "", "plain", "$argon2id$broken"])
def test_a_hash_that_is_none_fits_no_password(kept: str | None) -> None:
    assert not formats.is_password("x" * 12, kept, CHEAP)


def test_an_endless_password_is_refused_without_hashing_it() -> None:
    long = "x" * 300_000
    assert not formats.is_password(long, formats.hash_password(long, CHEAP), CHEAP)


def test_a_flood_of_hashes_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "HASH_PATIENCE", 0.01)
    entered = [formats.begin_hashing() for _n in range(formats.HASHES_AT_ONCE)]
    try:
        with pytest.raises(UnavailableError):
            formats.begin_hashing()
    finally:
        for turnstile in entered:
            turnstile.release()


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {formats.new_token() for _n in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}
    assert {len(formats.token_hash(token)) for token in tokens} == {64}


def test_a_signed_text_is_good_for_its_purpose_only() -> None:
    text = formats.sign("one", {"a": 1}, SECRET)
    assert formats.unsign("one", text, SECRET, 60) == {"a": 1}
    assert formats.unsign("two", text, SECRET, 60) is None
    assert formats.unsign("one", text, "other secret", 60) is None
    assert formats.unsign("one", text[:-1], SECRET, 60) is None
    assert formats.unsign("one", "", SECRET, 60) is None


def test_a_csrf_token_tells_for_whom_a_form_was_drawn() -> None:
    signer = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token")
    assert formats.drawn_for(str(signer.dumps("p1.rest")), SECRET) == "p1"
    assert formats.drawn_for(str(signer.dumps("stranger")), SECRET) == ""
    assert formats.drawn_for(str(signer.dumps("p1.rest")), "other") == ""
    assert formats.drawn_for("", SECRET) == ""


def test_a_held_form_comes_back_whatever_browsers_do_to_line_ends() -> None:
    code = formats.seal(FORM, SECRET)
    back = HeldForm(FORM.path, FORM.person, (("text", "one\ntwo"), *FORM.fields[1:]))
    assert formats.is_sealed(back, SECRET, code)


@pytest.mark.parametrize(
    "changed",
    [
        HeldForm("/b", "p1", FORM.fields),
        HeldForm("/a", "p2", FORM.fields),
        HeldForm("/a", "p1", FORM.fields[:2]),
        HeldForm("/a", "p1", (*FORM.fields, ("more", ""))),
    ],
)
def test_a_changed_held_form_is_refused(changed: HeldForm) -> None:
    assert not formats.is_sealed(changed, SECRET, formats.seal(FORM, SECRET))
    assert not formats.is_sealed(FORM, SECRET, "é")


def test_a_staff_list_is_read_with_its_lines() -> None:
    rows = b'1,Ann,A,ann@d.example,d,M\n\n2,"Bo",B,bo@d.example,d,"M, N"\n'
    staff, faults = formats.read_staff_list(b"\xef\xbb\xbf" + HEADER + rows)
    assert not faults
    assert [(line, person.mission) for line, person in staff] == [(2, "M"), (4, "M, N")]


def test_a_staff_list_of_a_spreadsheet_may_use_semicolons() -> None:
    rows = b"1;Ann;A;ann@d.example;d;M\n"
    staff, faults = formats.read_staff_list(HEADER.replace(b",", b";") + rows)
    assert not faults
    assert len(staff) == 1


def test_all_mistakes_of_a_staff_list_are_told_at_once() -> None:
    rows = b"1,Ann,A,ann,d,M\n2,Bo,B\n3,,C,c@d.example,d,M\n"
    _staff, faults = formats.read_staff_list(HEADER + rows)
    assert [(f.line, f.column) for f in faults] == [(2, "email"), (3, ""), (4, "name")]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"name,name\n", 1),
        (HEADER + b"1,\xff\n", 2),
        (HEADER + b"1,\x00\n", 1),
        (HEADER + b'1,"Ann\n', 2),
    ],
)
def test_a_staff_list_that_cannot_be_read_says_where(content: bytes, line: int) -> None:
    _staff, faults = formats.read_staff_list(content)
    assert faults
    assert faults[0].line == line


@given(st.binary(max_size=200))
def test_no_staff_list_breaks_the_reader(content: bytes) -> None:
    formats.read_staff_list(HEADER + content)


def test_a_held_form_shows_what_was_written_and_no_tokens() -> None:
    held = HeldForm(
        "/attempts/1/answers",
        "ann",
        (
            ("device", "11111111-1111-4111-8111-111111111111"),
            ("answer-burns", "whale oil"),
            ("rev-burns", "0"),
            ("answer-wet", "true"),
            ("answer-ferry", "2ca554b7d13a"),
            ("answer-empty", " "),
            ("then", "save"),
        ),
    )
    assert held.texts == ("whale oil",)
