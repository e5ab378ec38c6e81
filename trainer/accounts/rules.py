"""Permission, passwords, slowed guessing, the life of a sign-in, staff lists."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

ROLES = ("learner", "author", "tutor", "officer", "administrator")
LANGUAGES = ("en", "id")
PUBLIC, SIGNED_IN = "public", "learner"

PASSWORD_LEAST = 12  # characters
PASSWORD_MOST = 1024  # bytes in UTF-8
EMAIL_MOST = 254
TEXT_MOST = 200

IDLE = timedelta(minutes=30)
IDLE_OF_OFFICE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
OFFICE_ROLES = frozenset({"officer", "administrator"})

RESET, INVITATION = "reset", "invitation"
LINK_LASTS = {RESET: timedelta(hours=1), INVITATION: timedelta(hours=72)}

EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[^\s@<>(),;:\"\[\]\\]{1,189}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def may(roles: frozenset[str], policy: str) -> bool:
    """Say whether somebody signed in with these roles may open such a page."""
    return policy in {PUBLIC, SIGNED_IN} or (policy in ROLES and policy in roles)


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How failures in a row make the next try wait."""

    free: int
    first: timedelta
    most: timedelta
    forgotten_after: timedelta

    def delay(self, failures: int) -> timedelta:
        """Return the wait after so many failures: none, then doubling to the most."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 20)
        grown: timedelta = self.first * 2**doublings
        return min(grown, self.most)


BY_ACCOUNT = Slowdown(
    free=8,  # more than are checked at one moment, so that nobody slows himself
    first=timedelta(seconds=2),
    most=timedelta(minutes=5),
    forgotten_after=timedelta(hours=1),
)
BY_SOURCE = Slowdown(
    free=20,
    first=timedelta(seconds=2),
    most=timedelta(minutes=5),
    forgotten_after=timedelta(minutes=15),
)


def source_of(address: str | None) -> str:
    """Return what counts as one source: an IPv4 address or an IPv6 /64 network."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if parsed.version == 4:  # noqa: PLR2004 - the version of the protocol
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False))


def idle_limit(roles: frozenset[str]) -> timedelta:
    """Return how long a sign-in with these roles lives without a request."""
    return IDLE_OF_OFFICE if roles & OFFICE_ROLES else IDLE


def password_fault(password: str) -> str:
    """Return why a password cannot be taken: `short`, `long`, or nothing."""
    if len(password.encode("utf-8", "surrogatepass")) > PASSWORD_MOST:
        return "long"
    return "short" if len(password) < PASSWORD_LEAST else ""


def plain_email(text: str) -> str:
    """Return an address as accounts are found by it."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Say whether a text can be an e-mail address."""
    return len(text) <= EMAIL_MOST and EMAIL.fullmatch(text) is not None


def safe_next(target: str | None) -> str:
    """Return a path on this site to go on to, or nothing when it could lead away."""
    if not target or len(target) > 2000 or not target.startswith("/"):  # noqa: PLR2004 - longer than any address of ours
        return ""
    if target[1:2] in {"/", "\\"} or "\\" in target or CONTROL.search(target):
        return ""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else target


def cookie_names(*, is_https: bool) -> tuple[str, str]:
    """Return the names of the sign-in cookie and of the one that carries messages."""
    prefix = "__Host-" if is_https else ""
    return f"{prefix}session", f"{prefix}flash"


def browser_name(agent: str) -> str:
    """Return a short name for a browser and its system, empty when unknown."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)


@dataclass(frozen=True, slots=True)
class Staff:
    """One person as the personnel office lists them; `ministry` is `CODE[:NAME]`."""

    staff_number: str
    name: str
    family_name: str
    email: str
    ministry: str
    mission: str
    given_name: str = ""
    unit: str = ""
    grade: str = ""
    roles: tuple[str, ...] = ()
    language: str = ""

    @property
    def ministry_code(self) -> str:
        """Return the short name of the ministry."""
        return self.ministry.partition(":")[0].strip()

    @property
    def ministry_name(self) -> str:
        """Return the full name of the ministry, empty when only its code is given."""
        return self.ministry.partition(":")[2].strip()


NEEDED = ("staff_number", "name", "family_name", "email", "ministry", "mission")
ALLOWED = (*NEEDED, "given_name", "unit", "grade", "role", "language")


@dataclass(frozen=True, slots=True)
class RowFault:
    """One mistake in a list of staff: line from 1, column by its name."""

    line: int
    column: str
    reason: str


def header_faults(header: Sequence[str]) -> tuple[RowFault, ...]:
    """Return what is wrong with the names of the columns."""
    faults = [
        RowFault(1, name, "this column is missing")
        for name in NEEDED
        if name not in header
    ]
    faults += [
        RowFault(1, name, f"unknown column; known are {', '.join(ALLOWED)}")
        for name in header
        if name not in ALLOWED
    ]
    faults += [
        RowFault(1, name, "this column occurs twice")
        for name in sorted({n for n in header if header.count(n) > 1})
    ]
    return tuple(faults)


def read_staff(
    line: int, row: dict[str, str]
) -> tuple[Staff | None, tuple[RowFault, ...]]:
    """Turn one row of a list into a person, or say every mistake in it."""
    cells = {name: value.strip() for name, value in row.items()}
    roles = tuple(part for part in re.split(r"[\s,;|]+", cells.pop("role", "")) if part)
    cells["email"] = plain_email(cells.get("email", ""))
    faults = [RowFault(line, *fault) for fault in _cell_faults(cells, roles)]
    if faults:
        return None, tuple(faults)
    return Staff(**cells, roles=roles), ()


def _cell_faults(
    cells: dict[str, str], roles: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return column and reason of every mistake among the cells of one row."""
    faults = [(name, "this is empty") for name in NEEDED if not cells.get(name)]
    for name, value in cells.items():
        if CONTROL.search(value):
            faults.append((name, "this holds a control character or line break"))
        elif len(value) > TEXT_MOST:
            faults.append((name, f"this is longer than {TEXT_MOST} characters"))
    email = cells["email"]
    if email and not is_email(email):
        faults.append(("email", f"{email!r} is not an e-mail address"))
    if cells.get("ministry", "").startswith(":"):
        faults.append(("ministry", "the code before the colon is empty"))
    if cells.get("language") not in {None, "", *LANGUAGES}:
        faults.append(("language", f"use one of {', '.join(LANGUAGES)} or leave empty"))
    faults += [
        ("role", f"there is no role {role!r}; use {', '.join(ROLES)}")
        for role in roles
        if role not in ROLES
    ]
    return faults


def repeated(staff: Sequence[tuple[int, Staff]]) -> tuple[RowFault, ...]:
    """Return the rows that name a person whom an earlier row already names."""
    faults: list[RowFault] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, person in staff:
        keys = (
            ("email", person.email),
            ("staff_number", person.ministry_code, person.staff_number),
        )
        for key in keys:
            first = seen.setdefault(key, line)
            if first != line:
                reason = f"{key[-1]!r} is already on line {first}"
                faults.append(RowFault(line, key[0], reason))
    return tuple(faults)
