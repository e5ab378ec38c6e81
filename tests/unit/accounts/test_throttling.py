from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.make import DAY_ONE
from trainer.accounts import rules
from trainer.accounts.commands import sign_ins
from trainer.database import unit

MINUTE = timedelta(minutes=1)


def test_guesses_at_one_account_slow_down_and_open_again(session: Session) -> None:
    for _n in range(rules.BY_ACCOUNT.free):
        assert sign_ins.reserve_guess(session, "a", "s", DAY_ONE) is None
    wait = sign_ins.reserve_guess(session, "a", "s", DAY_ONE)
    assert wait == timedelta(seconds=2)
    assert sign_ins.reserve_guess(session, "b", "s", DAY_ONE) is None
    soon = DAY_ONE + timedelta(seconds=2)
    assert sign_ins.reserve_guess(session, "a", "s", soon) is None
    assert sign_ins.reserve_guess(session, "a", "s", soon) == timedelta(seconds=4)


def test_a_clock_that_went_back_keeps_nobody_out(session: Session) -> None:
    for _n in range(rules.BY_ACCOUNT.free):
        sign_ins.reserve_guess(session, "a", "s", DAY_ONE)
    before = DAY_ONE - timedelta(hours=1)
    assert sign_ins.reserve_guess(session, "a", "s", before) is None
    assert sign_ins.reserve_guess(session, "a", "s", before) is not None


def test_a_right_password_or_an_hour_forgives_an_account(session: Session) -> None:
    for _n in range(rules.BY_ACCOUNT.free - 1):
        sign_ins.reserve_guess(session, "a", "s", DAY_ONE)
    sign_ins.settle_guess(session, "a", "s", DAY_ONE, is_right=True)
    for _n in range(rules.BY_ACCOUNT.free):
        assert sign_ins.reserve_guess(session, "a", "s", DAY_ONE) is None
    later = DAY_ONE + rules.BY_ACCOUNT.forgotten_after
    assert sign_ins.reserve_guess(session, "a", "s", later) is None
    assert sign_ins.reserve_guess(session, "a", "s", later) is None


def test_wrong_guesses_at_many_accounts_slow_their_source(session: Session) -> None:
    for n in range(rules.BY_SOURCE.free):
        assert sign_ins.reserve_guess(session, f"a{n}", "s", DAY_ONE) is None
        sign_ins.settle_guess(session, f"a{n}", "s", DAY_ONE, is_right=False)
    assert sign_ins.reserve_guess(session, "fresh", "s", DAY_ONE) is not None
    assert sign_ins.reserve_guess(session, "fresh", "elsewhere", DAY_ONE) is None


def test_guesses_made_at_once_are_all_counted(engine: Engine) -> None:
    def guess(_n: int) -> bool:
        wait = unit(engine, lambda s: sign_ins.reserve_guess(s, "a", "s", DAY_ONE))
        return wait is None

    with ThreadPoolExecutor(8) as pool:
        passed = sum(pool.map(guess, range(24)))
    assert passed == rules.BY_ACCOUNT.free


def test_people_who_sign_in_at_one_moment_do_not_slow_each_other(
    session: Session,
) -> None:
    later = DAY_ONE + timedelta(milliseconds=5)
    assert sign_ins.reserve_guess(session, "a", "s", later) is None
    assert sign_ins.reserve_guess(session, "a", "s", DAY_ONE) is None
    sign_ins.settle_guess(session, "b", "s", later, is_right=False)
    assert sign_ins.reserve_guess(session, "a", "s", DAY_ONE) is None
