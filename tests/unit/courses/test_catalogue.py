from dataclasses import replace
from datetime import UTC, datetime

from trainer.courses.catalogue import (
    Catalogue,
    CatalogueEntry,
    neighbours,
    required_ids,
    visible_activities,
)
from trainer.courses.model import Course, Lesson, Module, Option, Question, Quiz

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = datetime(2026, 6, 2, tzinfo=UTC)

GRADED = Question("g", "single", "G", options=(Option("a", 1, is_correct=True),))
SCALE = Question("s", "scale", "S", points=0)


def lesson(name: str, publish_at: datetime | None = None) -> Lesson:
    return Lesson(name, name, 5, (), "en", publish_at=publish_at)


COURSE = Course(
    "c",
    "C",
    "en",
    (
        Module("m", "M", (lesson("one"), replace(lesson("extra"), is_optional=True))),
        Module(
            "n",
            "N",
            (
                lesson("hidden", LATER),
                Quiz("quiz", "Q", (GRADED,), "en"),
                Quiz("survey", "S", (SCALE,), "en"),
            ),
        ),
    ),
)


def test_lessons_and_graded_quizzes_are_required() -> None:
    assert required_ids(COURSE, NOW) == ("one", "quiz")
    assert required_ids(COURSE, LATER) == ("one", "hidden", "quiz")


def test_a_course_may_name_what_it_requires() -> None:
    course = replace(COURSE, requires=("survey", "hidden", "gone", "extra"))
    assert required_ids(course, NOW) == ("extra", "survey")


def test_what_is_published_later_is_hidden() -> None:
    assert [a.id for a in visible_activities(COURSE, NOW)] == [
        "one",
        "extra",
        "quiz",
        "survey",
    ]


def test_neighbours_skip_what_is_hidden() -> None:
    beside = neighbours(COURSE, "quiz", NOW)
    assert beside.previous is not None
    assert beside.previous.id == "extra"
    assert beside.next is not None
    assert beside.next.id == "survey"
    assert neighbours(COURSE, "one", NOW).previous is None
    assert neighbours(COURSE, "survey", NOW).next is None
    assert neighbours(COURSE, "hidden", NOW).next is None


def test_the_catalogue_finds_by_id() -> None:
    entry = CatalogueEntry(COURSE, "d" * 64, 3)
    catalogue = Catalogue((entry,))
    assert catalogue.course("c") is entry
    assert catalogue.course("d") is None
    found = catalogue.activity("c", "quiz")
    assert isinstance(found, Quiz)
    assert catalogue.activity("c", "nothing") is None
    assert catalogue.activity("d", "quiz") is None
