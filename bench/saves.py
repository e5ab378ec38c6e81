"""Answers saved at a steady rate, durably; then every one of them is looked for."""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import load, site, table
from trainer import clock
from trainer.accounts.commands.people import create_person
from trainer.accounts.commands.sign_ins import open_sign_in
from trainer.accounts.queries import Credentials
from trainer.accounts.rules import Staff, cookie_names
from trainer.assessment.models import AnswerEvent
from trainer.courses.model import Quiz
from trainer.database import connect, unit
from trainer.publishing.queries import load_catalogue

CONNECTIONS = 64
RATE = 300
SECONDS = 10.0
MOST_WAIT = 150.0
MINISTRY = "bench:Bench"
TRUTHS = {"true": True, "false": False}
CHOICE = re.compile(r'name="answer-([^"]+)" type="radio" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Sitting:
    """One learner in an open attempt: what a save of theirs is made of."""

    path: str
    cookie: str
    token: str
    choices: Sequence[tuple[str, str]]


def measure(place: Path) -> Iterator[table.Row]:
    """Offer saves at the agreed rate and look for each acknowledged one."""
    here = site.install(place)
    cookies = make_learners(here)
    quiz = first_quiz(here)
    with site.serve(here):
        sittings = [sit_down(here, cookie, quiz) for cookie in cookies]
        plan = load.Plan(
            site.HOST,
            here.port,
            list(requests(here, sittings)),
            CONNECTIONS,
            SECONDS,
            is_open=True,
            keeps_bodies=True,
        )
        outcome = load.run(plan)
    yield from judge(here, outcome, len(plan.requests))


def judge(here: site.Site, outcome: load.Outcome, offered: int) -> Iterator[table.Row]:
    """Say how long acknowledgements took and whether what they promised is there."""
    acknowledged = {
        body["key"] for body in map(json.loads, outcome.bodies) if "rev" in body
    }
    engine = connect(here.database_url)
    with Session(engine) as session:
        kept = set(session.scalars(select(AnswerEvent.key)))
    engine.dispose()
    here.trainer("integrity", "verify")
    yield table.Row(
        f"answer saves, {RATE}/s offered from {CONNECTIONS} connections, p99",
        outcome.percentile(0.99),
        MOST_WAIT,
        "ms",
        note=f"median {outcome.median:.1f} ms, {outcome.rate:.0f}/s served, durable",
    )
    yield table.Row(
        "answer saves not acknowledged", offered - len(acknowledged), 0, "saves"
    )
    yield table.Row(
        "acknowledged saves not in the database",
        len(acknowledged - kept),
        0,
        "saves",
        note=f"of {len(acknowledged)}; trainer integrity verify is clean",
    )


def make_learners(here: site.Site) -> list[str]:
    """Add learners who are signed in; return the cookie of each."""
    engine = connect(here.database_url)
    name = cookie_names(is_https=False)[0]

    def work(session: Session) -> list[str]:
        now = clock.now()
        cookies = []
        for number in range(CONNECTIONS):
            staff = Staff(
                staff_number=f"B-{number}",
                name=f"Learner {number}",
                family_name=f"Number {number}",
                email=f"learner{number}@bench.example",
                ministry=MINISTRY,
                mission="Embassy in Northport",
            )
            person = create_person(session, staff, now)
            session.flush()
            known = Credentials(person.id, None, person.auth_epoch)
            cookies.append(f"{name}={open_sign_in(session, known, 'bench', now)}")
        return cookies

    cookies = unit(engine, work)
    engine.dispose()
    return cookies


def first_quiz(here: site.Site) -> str:
    """Return the address of the first quiz of the first course."""
    engine = connect(here.database_url)
    with Session(engine) as session:
        course = load_catalogue(session).entries[0].course
    engine.dispose()
    activities = (one for module in course.modules for one in module.activities)
    quiz = next(one for one in activities if isinstance(one, Quiz))
    return f"/courses/{course.id}/{quiz.id}"


def sit_down(here: site.Site, cookie: str, quiz: str) -> Sitting:
    """Start an attempt as a learner does and read its page."""
    visitor = site.Visitor(here, cookie)
    token = site.form_token(visitor.get(quiz).text)
    started = visitor.post(f"{quiz}/attempts", csrf_token=token)
    path = started.headers["Location"].removeprefix(here.url)
    page = visitor.get(path).text
    return Sitting(path, visitor.cookie, site.script_token(page), CHOICE.findall(page))


def requests(here: site.Site, sittings: Sequence[Sitting]) -> Iterator[load.Request]:
    """Return one save after another, each at its moment and from its learner."""
    devices = [str(uuid.uuid4()) for _ in sittings]
    for number in range(int(RATE * SECONDS)):
        place, turn = number % len(sittings), number // len(sittings)
        sitting = sittings[place]
        question, value = sitting.choices[turn % len(sitting.choices)]
        save = {
            "key": str(uuid.uuid4()),
            "question": question,
            "response": TRUTHS.get(value, value),
            "device": devices[place],
            "seq": turn + 1,
        }
        raw = load.put_json(
            f"{site.HOST}:{here.port}",
            f"{sitting.path}/answers",
            save,
            Cookie=sitting.cookie,
            X_CSRFToken=sitting.token,
        )
        yield load.Request(raw, at=number / RATE, connection=place)
