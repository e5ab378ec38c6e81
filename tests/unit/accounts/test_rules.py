from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.accounts import rules
from trainer.accounts.rules import BY_ACCOUNT, BY_SOURCE, ROLES

LEARNER = frozenset({"learner"})
ROW = {
    "staff_number": "17",
    "name": "Sukarni",
    "family_name": "Sukarni",
    "email": " Sukarni@Demo.example ",
    "ministry": "demo:Ministry of Demo",
    "mission": "Embassy in Northport",
}


@pytest.mark.parametrize("policy", ["public", "learner"])
def test_everybody_signed_in_may_open_a_common_page(policy: str) -> None:
    assert rules.may(frozenset(), policy)


@pytest.mark.parametrize("policy", ["author", "tutor", "officer", "administrator"])
def test_a_page_of_an_office_needs_its_role(policy: str) -> None:
    assert rules.may(frozenset({policy}), policy)
    assert not rules.may(frozenset(ROLES) - {policy}, policy)


def test_an_unknown_policy_is_closed() -> None:
    assert not rules.may(frozenset({"root"}), "root")


def test_a_few_wrong_passwords_cost_no_time() -> None:
    assert BY_ACCOUNT.delay(BY_ACCOUNT.free - 1) == timedelta(0)


def test_the_wait_doubles_and_stops_growing() -> None:
    waits = [BY_ACCOUNT.delay(n) for n in range(BY_ACCOUNT.free, 40)]
    assert waits[:3] == [timedelta(seconds=s) for s in (2, 4, 8)]
    assert waits == sorted(waits)
    assert waits[-1] == BY_ACCOUNT.most


def test_a_source_may_err_more_often_than_an_account() -> None:
    assert BY_SOURCE.free > BY_ACCOUNT.free


def test_an_ipv6_network_is_one_source() -> None:
    one, other = "2001:db8:1:2::a", "2001:db8:1:2:ffff::b"
    assert rules.source_of(one) == rules.source_of(other)
    assert rules.source_of(one) != rules.source_of("2001:db8:1:3::a")


@pytest.mark.parametrize("address", [None, "", "somewhere"])
def test_an_address_that_is_none_is_one_source(address: str | None) -> None:
    assert rules.source_of(address) == "unknown"


@pytest.mark.parametrize("role", ["officer", "administrator"])
def test_the_office_is_signed_out_sooner(role: str) -> None:
    assert rules.idle_limit(frozenset({role, "learner"})) == timedelta(minutes=15)
    assert rules.idle_limit(LEARNER) == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("a" * 11, "short"),
        ("a" * 12, ""),
        ("           .", ""),
        ("é" * 512, ""),
        ("é" * 513, "long"),
        ("\ud800" * 12, ""),
    ],
)
def test_a_password_needs_length_and_nothing_else(password: str, fault: str) -> None:
    assert rules.password_fault(password) == fault


@pytest.mark.parametrize("target", ["/", "/courses/", "/a?b=/c&d=%2F%2Fe", "/a#b"])
def test_a_path_of_this_site_is_a_safe_place_to_go(target: str) -> None:
    assert rules.safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "courses",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "https://evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "/a\r\nSet-Cookie: x=1",
        " /a",
        "/\x00",
        "/[",
        "/" + "a" * 3000,
        "http:evil.example",
    ],
)
def test_what_could_lead_away_is_no_place_to_go(target: str | None) -> None:
    assert rules.safe_next(target) in ("", "/[")


@given(st.text(max_size=40))
def test_a_safe_place_never_leaves_the_site(target: str) -> None:
    found = rules.safe_next(target)
    assert found in ("", target)
    assert not found.startswith(("//", "/\\"))


def test_cookies_are_bound_to_the_host_under_tls() -> None:
    assert rules.cookie_names(is_https=True) == ("__Host-session", "__Host-flash")
    assert rules.cookie_names(is_https=False) == ("session", "flash")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/5 Edg/130", "Edge, Windows"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_named_shortly(agent: str, name: str) -> None:
    assert rules.browser_name(agent) == name


def test_a_row_of_a_staff_list_becomes_a_person() -> None:
    staff, faults = rules.read_staff(2, ROW | {"role": "officer, author"})
    assert not faults
    assert staff is not None
    assert staff.email == "sukarni@demo.example"
    assert staff.given_name == ""
    assert (staff.ministry_code, staff.ministry_name) == ("demo", "Ministry of Demo")
    assert staff.roles == ("officer", "author")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"name": " "}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b@c.example"}, "email"),
        ({"role": "king"}, "role"),
        ({"language": "xx"}, "language"),
        ({"ministry": ":Name"}, "ministry"),
        ({"unit": "a\x00b"}, "unit"),
        ({"unit": "a\nb"}, "unit"),
        ({"mission": "x" * 201}, "mission"),
    ],
)
def test_a_mistake_in_a_row_is_named(change: dict[str, str], column: str) -> None:
    staff, faults = rules.read_staff(7, ROW | change)
    assert staff is None
    assert {(fault.line, fault.column) for fault in faults} == {(7, column)}


def test_a_person_listed_twice_is_found() -> None:
    staff, _faults = rules.read_staff(2, dict(ROW))
    assert staff is not None
    faults = rules.repeated([(2, staff), (3, staff)])
    assert [(fault.line, fault.column) for fault in faults] == [
        (3, "email"),
        (3, "staff_number"),
    ]
