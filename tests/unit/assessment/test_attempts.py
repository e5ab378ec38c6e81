import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.make import DAY_ONE, make_person
from tests.sitting import LAPTOP, PHONE, Sitting, a_save, minutes, seat
from trainer.assessment import commands, queries
from trainer.assessment.models import Allowance, AnswerEvent, Attempt, Grading
from trainer.assessment.rules import chain
from trainer.database import unit
from trainer.errors import (
    KeyReuseError,
    MissingSavesError,
    NotFoundError,
    RefusedError,
)

SECOND = timedelta(seconds=1)


def test_starting_again_goes_on_with_the_open_attempt(engine: Engine) -> None:
    sitting = seat(engine, attempts=2)
    assert sitting.start().id == sitting.start().id
    state = sitting.state()
    assert (state.attempts_used, state.attempts_left) == (1, 1)
    assert state.open_attempt_id is not None
    assert not state.may_start


def test_attempts_run_out(engine: Engine) -> None:
    sitting = seat(engine, attempts=2)
    for number in (1, 2):
        attempt = sitting.start()
        assert attempt.number == number
        sitting.submit(attempt)
    with pytest.raises(RefusedError):
        sitting.start()
    assert sitting.state().attempts_left == 0
    assert not sitting.state().may_start


def test_the_office_may_grant_another_attempt(engine: Engine) -> None:
    sitting = seat(engine, attempts=1)
    sitting.submit(sitting.start())

    def grant(session: Session) -> None:
        session.scalars(select(Allowance)).one().attempts_extra = 1

    sitting.do(grant)
    assert sitting.start().number == 2


def test_unlimited_attempts_do_not_run_out(engine: Engine) -> None:
    sitting = seat(engine)
    for _ in range(4):
        sitting.submit(sitting.start())
    assert sitting.state().attempts_left is None
    assert sitting.state().may_start


def test_the_wait_between_attempts_is_kept(engine: Engine) -> None:
    sitting = seat(engine, retry_wait_minutes=60)
    sitting.submit(sitting.start())
    with pytest.raises(RefusedError):
        sitting.start(DAY_ONE + minutes(59))
    assert sitting.state(DAY_ONE + minutes(59)).retry_at == DAY_ONE + minutes(60)
    assert sitting.start(DAY_ONE + minutes(60)).number == 2


def test_fifty_starts_at_once_make_one_attempt(engine: Engine) -> None:
    sitting = seat(engine, attempts=3)
    with ThreadPoolExecutor(16) as pool:
        ids = {a.id for a in pool.map(lambda _: sitting.start(), range(50))}
    assert len(ids) == 1
    assert sitting.read(lambda s: s.scalar(select(func.count(Attempt.id)))) == 1
    assert sitting.state().attempts_used == 1


def test_a_save_is_kept_chained_and_counted(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    first = sitting.save(attempt, a_save(1))
    second = sitting.save(attempt, a_save(2, seq=2))
    assert (first.rev, second.rev) == (1, 2)
    assert sitting.answers(attempt) == {"capital": 2}
    events = sitting.events(attempt)
    assert [e.n for e in events] == [1, 2]
    assert events[0].prev == chain.genesis(attempt.id)
    assert events[1].prev == events[0].hash == first.hash


def test_the_same_save_again_gets_the_same_acknowledgement(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    save = a_save([1, 2], "organs")
    first = sitting.save(attempt, save)
    again = sitting.save(attempt, save, DAY_ONE + SECOND)
    assert again.is_replayed
    assert (again.rev, again.received_at, again.hash) == (
        first.rev,
        first.received_at,
        first.hash,
    )
    assert len(sitting.events(attempt)) == 1


def test_a_repeat_is_acknowledged_even_after_the_end(engine: Engine) -> None:
    sitting = seat(engine, time_limit=30)
    attempt = sitting.start()
    save = a_save(1)
    sitting.save(attempt, save)
    sitting.submit(attempt)
    assert sitting.save(attempt, save, DAY_ONE + minutes(99)).kind == "applied"


def test_a_key_serves_one_save_only(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1, key="k"))
    for other in (a_save(2, key="k"), a_save(True, "truth", key="k")):
        with pytest.raises(KeyReuseError):
            sitting.save(attempt, other)


def test_nobody_saves_into_the_attempt_of_another(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    other = sitting.do(lambda s: make_person(s, "other@demo.example").id)
    with pytest.raises(NotFoundError):
        Sitting(engine, other, sitting.entry, sitting.quiz).save(attempt, a_save())
    with pytest.raises(NotFoundError):
        sitting.read(lambda s: queries.own_attempt(s, other, attempt.id))


def test_an_older_device_does_not_overwrite_a_newer_answer(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1, base_rev=0))
    save = a_save(2, device=LAPTOP, base_rev=0)
    refused = sitting.save(attempt, save)
    assert (refused.kind, refused.rev, refused.current) == ("conflict", 1, 1)
    assert sitting.save(attempt, save).kind == "conflict"
    assert sitting.answers(attempt) == {"capital": 1}
    assert len(sitting.events(attempt)) == 2
    chosen = a_save(2, device=LAPTOP, base_rev=1, seq=2)
    assert sitting.save(attempt, chosen).rev == 2


def test_a_delayed_save_of_a_device_does_not_undo_its_later_one(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    sitting.save(attempt, a_save(3, seq=5))
    assert sitting.save(attempt, a_save(1, seq=4)).kind == "superseded"
    sitting.save(attempt, a_save(2, device=LAPTOP, base_rev=1))
    assert sitting.save(attempt, a_save(1, seq=3)).kind == "superseded"
    assert sitting.answers(attempt) == {"capital": 2}


def test_a_late_save_is_kept_and_not_applied(engine: Engine) -> None:
    sitting = seat(engine, time_limit=30)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1), DAY_ONE + minutes(30) + 5 * SECOND)
    late = sitting.save(attempt, a_save(2, seq=2), DAY_ONE + minutes(30) + 6 * SECOND)
    assert (late.kind, late.has_closed) == ("late", True)
    assert sitting.answers(attempt) == {"capital": 1}
    assert [e.is_late for e in sitting.events(attempt)] == [False, True]
    closed = sitting.read(lambda s: s.get_one(Attempt, attempt.id))
    assert (closed.state, closed.closed_at) == ("released", attempt.deadline_at)
    grading = sitting.grading(attempt)
    assert grading is not None
    assert grading.marks["capital"] == 1000


def test_an_overdue_attempt_reads_as_closed_before_anything_wrote_it(
    engine: Engine,
) -> None:
    sitting = seat(engine, time_limit=30, attempts=2)
    first = sitting.start()
    later = DAY_ONE + minutes(31)
    state = sitting.state(later)
    assert state.open_attempt_id is None
    assert [one.closed_at for one in state.past] == [first.deadline_at]
    second = sitting.start(later)
    assert second.number == 2
    assert sitting.grading(first) is not None


def test_the_sweep_closes_what_is_overdue_and_nothing_else(engine: Engine) -> None:
    sitting = seat(engine, time_limit=30)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1))
    at = DAY_ONE + minutes(30)
    assert sitting.do(lambda s: commands.sweep(s, at + 6 * SECOND)) == []
    closed = sitting.do(lambda s: commands.sweep(s, at + minutes(1)))
    assert [one.id for one in closed] == [attempt.id]
    assert closed[0].state == "released"
    assert sitting.do(lambda s: commands.sweep(s, at + minutes(2))) == []


def test_submitting_marks_once_and_repeating_changes_nothing(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    sitting.save(attempt, a_save([1, 2], "organs"))
    first = sitting.submit(attempt, {"organs": 1}, DAY_ONE + SECOND)
    again = sitting.submit(attempt, {"organs": 9}, DAY_ONE + minutes(1))
    assert first.state == again.state == "released"
    assert again.closed_at == DAY_ONE + SECOND
    grading = sitting.grading(attempt)
    assert grading is not None
    assert (grading.score, grading.upto_event, grading.is_passed) == (400, 1, False)
    assert sitting.save(attempt, a_save(1)).kind == "late"


def test_a_submission_waits_for_saves_that_have_not_arrived(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1))
    with pytest.raises(MissingSavesError) as caught:
        sitting.submit(attempt, {"capital": 2, "truth": 1})
    assert caught.value.questions == ("capital", "truth")
    assert sitting.state().open_attempt_id == attempt.id


def test_submitting_after_the_end_records_the_end(engine: Engine) -> None:
    sitting = seat(engine, time_limit=30)
    attempt = sitting.start()
    closed = sitting.submit(attempt, {"truth": 3}, DAY_ONE + minutes(40))
    assert closed.closed_at == attempt.deadline_at


def test_a_clock_that_steps_back_cannot_reorder_or_add_time(engine: Engine) -> None:
    sitting = seat(engine, time_limit=30)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1), DAY_ONE + minutes(10))
    sitting.save(attempt, a_save(2, seq=2), DAY_ONE - minutes(60))
    assert [e.n for e in sitting.events(attempt)] == [1, 2]
    assert sitting.answers(attempt) == {"capital": 2}
    sitting.save(attempt, a_save(3, seq=3), DAY_ONE + minutes(31))
    after = sitting.save(attempt, a_save(1, seq=4), DAY_ONE + minutes(5))
    assert after.kind == "late"


def test_an_attempt_keeps_its_version(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    course, quiz = sitting.read(lambda s: queries.pinned_course(s, attempt))
    assert (course.id, quiz) == ("course", sitting.quiz)


def test_grading_sees_exactly_what_was_acknowledged_in_time(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    applied: list[int] = []
    begin = threading.Barrier(5)

    def write(number: int) -> None:
        begin.wait()
        for seq in range(12):
            device = str(uuid.UUID(int=number))
            made = sitting.save(attempt, a_save(1 + seq % 3, seq=seq, device=device))
            if made.kind == "applied":
                applied.append(made.rev)

    def hand_in() -> None:
        begin.wait()
        while len(applied) < 6:
            pass
        sitting.submit(attempt)

    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(write, n) for n in range(4)] + [pool.submit(hand_in)]
        for job in jobs:
            job.result()
    grading = sitting.grading(attempt)
    assert grading is not None
    in_time = [e for e in sitting.events(attempt) if not e.is_late]
    assert grading.upto_event == len(in_time) == max(e.n for e in in_time)
    assert sorted(applied) == [e.rev for e in in_time]
    assert (
        grading.marks["capital"]
        == {1: 1000, 2: 0, 3: 500}[
            sitting.answers(attempt)["capital"]  # type: ignore[index]  # a position
        ]
    )


REFUSED = [
    "UPDATE answer_event SET seq = 99",
    "DELETE FROM answer_event",
    "UPDATE answer_payload SET salt = 'x'",
    "UPDATE grading SET score = 1000",
    "DELETE FROM grading",
    "DELETE FROM attempt",
    "UPDATE attempt SET state = 'open', closed_at = NULL",
    "UPDATE attempt SET state = 'graded'",
    "UPDATE attempt SET closed_at = NULL",
    "UPDATE attempt SET number = 7",
    "UPDATE attempt SET seed = 'x'",
    "UPDATE attempt SET token_key = 'x'",
    "UPDATE attempt SET deadline_at = NULL",
    "UPDATE attempt SET started_at = deadline_at",
    "UPDATE attempt SET event_count = 0",
    "UPDATE allowance SET attempts_used = 0",
    "UPDATE allowance SET attempts_used = attempts_max + 1",
    "UPDATE allowance SET quiz_id = 'other'",
]


def test_the_database_itself_refuses(engine: Engine) -> None:
    sitting = seat(engine, time_limit=30, attempts=3)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1))
    sitting.submit(attempt)
    for statement in REFUSED:
        with pytest.raises(DBAPIError, match=r"guard|constraint"):
            sitting.do(lambda s, sql=statement: s.execute(text(sql)))  # type: ignore[misc]  # bound now
    assert sitting.state().best_score == 200


@pytest.mark.parametrize("table", ["answer_event", "grading"])
def test_the_log_cannot_be_emptied_at_once(engine: Engine, table: str) -> None:
    if engine.dialect.name == "sqlite":
        return
    with pytest.raises(DBAPIError):
        unit(engine, lambda s: s.execute(text(f"TRUNCATE {table} CASCADE")))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("received_at", DAY_ONE + minutes(31)),
        ("n", 1),
        ("is_late", True),
        ("key", "k"),
    ],
)
def test_the_log_takes_no_event_out_of_order_or_time(
    engine: Engine, column: str, value: object
) -> None:
    sitting = seat(engine, time_limit=30)
    attempt = sitting.start()
    sitting.save(attempt, a_save(1, key="k"))

    def forge(session: Session) -> None:
        event = sitting.events(attempt)[0]
        fields = {c.name: getattr(event, c.name) for c in AnswerEvent.__table__.columns}
        forged = fields | {"n": 2, "key": "new", "prev": event.hash} | {column: value}
        session.add(AnswerEvent(**forged))

    with pytest.raises(DBAPIError):
        sitting.do(forge)


def test_the_log_takes_nothing_in_time_once_closed(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    sitting.submit(attempt)
    with pytest.raises(DBAPIError):
        sitting.do(
            lambda s: commands._append(
                s, "x", forged_link(attempt), a_save(1, device=PHONE)
            )
        )


def forged_link(attempt: Attempt) -> chain.Link:
    return chain.Link(
        attempt_id=attempt.id,
        n=1,
        key="k",
        kind="applied",
        question_id="capital",
        device=PHONE,
        seq=1,
        base_rev=None,
        rev=1,
        is_late=False,
        is_applied=True,
        received_at=DAY_ONE,
        payload_sha="",
    )


def test_a_value_can_be_erased_and_the_chain_stays_whole(engine: Engine) -> None:
    sitting = seat(engine)
    attempt = sitting.start()
    save = a_save(1)
    sitting.save(attempt, save)
    sitting.do(lambda s: s.execute(text("DELETE FROM answer_payload")))
    assert sitting.save(attempt, save).is_replayed
    assert sitting.read(lambda s: s.query(Grading).count()) == 0
