"""Passwords into hashes, tokens into keys, staff lists and held forms out of text."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import re
import secrets
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeTimedSerializer

from trainer.accounts import rules
from trainer.accounts.rules import RowFault, Staff
from trainer.errors import UnavailableError, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterable

HELD_LASTS = 7 * 24 * 3600  # seconds since the form was drawn
HASHES_AT_ONCE = 2  # in each worker
HASH_PATIENCE = 20  # seconds
HASHING = BoundedSemaphore(HASHES_AT_ONCE)
UNWRITTEN_NAME = re.compile(r"rev-|(device|then|ticks|csrf_token)$")
UNWRITTEN_TEXT = re.compile(r"[0-9a-f]{12}|true|false")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one password hash costs: KiB of memory, passes over it, lanes."""

    memory: int
    passes: int
    lanes: int


STANDARD = Cost(memory=19 * 1024, passes=2, lanes=1)  # OWASP Password Storage
CHEAP = Cost(memory=8, passes=1, lanes=1)  # for demonstrations and tests


@cache
def _hasher(cost: Cost) -> PasswordHasher:
    """Return the argon2id hasher of that cost."""
    return PasswordHasher(
        memory_cost=cost.memory, time_cost=cost.passes, parallelism=cost.lanes
    )


@cache
def _nobody(cost: Cost) -> str:
    """Return a hash that no password meets, as dear to check as a real one."""
    head = f"$argon2id$v=19$m={cost.memory},t={cost.passes},p={cost.lanes}"
    return f"{head}${'A' * 22}${secrets.token_hex(22)[:42]}A"


def begin_hashing() -> BoundedSemaphore:
    """Return the turnstile for password hashing, entered; the caller releases it.

    It bounds the memory that a flood of sign-ins can take; raises UnavailableError
    when the queue is too long.
    """
    if not HASHING.acquire(timeout=HASH_PATIENCE):
        message = gettext_noop(
            "Too many people are signing in at once. Try again in a minute."
        )
        raise UnavailableError(message)
    return HASHING


def hash_password(password: str, cost: Cost = STANDARD) -> str:
    """Return the argon2id hash of a password, which is taken unchanged."""
    return _hasher(cost).hash(_bytes(password))


def is_password(
    password: str, password_hash: str | None, cost: Cost = STANDARD
) -> bool:
    """Say whether a password is the one hashed; takes as long when there is none."""
    given = _bytes(password)
    if password_hash is None or len(given) > rules.PASSWORD_MOST:
        password_hash, given = _nobody(cost), given[: rules.PASSWORD_MOST]
    try:
        return _hasher(cost).verify(password_hash, given)
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(password_hash: str, cost: Cost = STANDARD) -> bool:
    """Say whether a hash was made at another cost than the present one."""
    return _hasher(cost).check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def new_token() -> str:
    """Return 256 random bits as text that fits an address and a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what the database keeps of a token or of a throttled subject."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def sign(purpose: str, value: object, secret: str) -> str:
    """Return a value as signed text for a cookie, good for one purpose only."""
    signer = URLSafeTimedSerializer(secret, salt=f"trainer {purpose}")
    return str(signer.dumps(value))


def unsign(purpose: str, text: str, secret: str, lasts: int) -> object:
    """Return what a signed text says, or nothing if forged or older (in seconds)."""
    if not text:
        return None
    signer = URLSafeTimedSerializer(secret, salt=f"trainer {purpose}")
    try:
        return cast("object", signer.loads(text, max_age=lasts))
    except BadSignature:
        return None


def drawn_for(csrf_token: str, secret: str) -> str:
    """Return the id of the person a form was drawn for, empty when it is not ours."""
    signer = URLSafeTimedSerializer(secret, salt="wtf-csrf-token")
    try:
        found = str(signer.loads(csrf_token, max_age=HELD_LASTS))
    except BadSignature:
        return ""
    person, dot, _rest = found.partition(".")
    return person if dot else ""


@dataclass(frozen=True, slots=True)
class HeldForm:
    """A form that arrived after its sign-in had ended: where it goes, whose it is."""

    path: str
    person: str
    fields: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what a person wrote; choices are tokens, which say nothing."""
        return tuple(
            text
            for name, text in self.fields
            if text.strip() and not UNWRITTEN_NAME.match(name)
            if not UNWRITTEN_TEXT.fullmatch(text)
        )


def seal(held: HeldForm, secret: str) -> str:
    """Return the code that proves a held form comes back as it was."""
    body = [held.path, held.person, [[n, _plain(v)] for n, v in held.fields]]
    text = json.dumps(body, ensure_ascii=True)
    key = hashlib.sha256(f"held form\n{secret}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_sealed(held: HeldForm, secret: str, code: str) -> bool:
    """Say whether a held form is the one that the code was made for."""
    return hmac.compare_digest(seal(held, secret).encode(), code.encode())


def _plain(text: str) -> str:
    """Return a text with the line ends that browsers may change made alike."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_staff_list(
    content: bytes,
) -> tuple[tuple[tuple[int, Staff], ...], tuple[RowFault, ...]]:
    """Read a staff list in CSV: the people with their lines, and every mistake."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return (), (RowFault(line, "", "the file is not UTF-8; save it as CSV UTF-8"),)
    if "\0" in text:
        return (), (RowFault(1, "", "the file is not text"),)
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _read_rows(reader, reader)
    except csv.Error as error:
        return (), (RowFault(reader.line_num, "", f"the row cannot be read: {error}"),)


def _read_rows(
    rows: Iterable[list[str]], reader: object
) -> tuple[tuple[tuple[int, Staff], ...], tuple[RowFault, ...]]:
    """Read the header, then every row that is not blank."""
    lines = iter(rows)
    header = [name.strip().lower() for name in next(lines, [])]
    faults = list(rules.header_faults(header))
    if faults:
        return (), tuple(faults)
    staff: list[tuple[int, Staff]] = []
    for row in lines:
        line: int = getattr(reader, "line_num", 0)
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            reason = f"{len(row)} cells where the header has {len(header)}"
            faults.append(RowFault(line, "", reason))
            continue
        person, found = rules.read_staff(line, dict(zip(header, row, strict=True)))
        faults += found
        if person is not None:
            staff.append((line, person))
    return tuple(staff), (*faults, *rules.repeated(staff))
