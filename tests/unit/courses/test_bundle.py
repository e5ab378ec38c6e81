from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.courses.pages import GOOD
from trainer.courses.bundle import BundleError, digest, dump, load
from trainer.courses.compiler import compile_roots
from trainer.courses.model import (
    Accepted,
    Block,
    Callout,
    Check,
    Checklist,
    Course,
    Feedback,
    Figure,
    Footnote,
    Lesson,
    Media,
    Module,
    Option,
    Prose,
    Question,
    Quiz,
    Reflection,
    Term,
)

FIRST = datetime(2000, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
LAST = datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone

words = st.text(max_size=12)
fractions = st.floats(-1, 1, allow_nan=False).map(lambda f: round(f, 6))
moments = st.none() | st.datetimes(FIRST, LAST, timezones=st.just(UTC))
options = st.builds(Option, words, fractions, st.booleans(), words, st.booleans())
accepted = st.builds(
    Accepted, fractions, words, st.booleans(), fractions, st.none() | fractions, words
)
questions = st.builds(
    Question,
    id=words,
    type=st.sampled_from(["single", "multiple", "text", "number"]),
    stem=words,
    options=st.lists(options, max_size=3).map(tuple),
    accepted=st.lists(accepted, max_size=2).map(tuple),
    truth=st.none() | st.booleans(),
    feedback=st.builds(Feedback, words, words),
    difficulty=st.none() | st.integers(1, 5),
    tags=st.lists(words, max_size=2).map(tuple),
)
blocks: st.SearchStrategy[Block] = st.recursive(
    st.one_of(
        st.builds(Prose, words),
        st.builds(Figure, words, words, words),
        st.builds(Checklist, words, words, st.lists(words, max_size=2).map(tuple)),
        st.builds(Reflection, words, words, words, st.none() | st.integers(1, 9)),
        st.builds(Check, questions),
    ),
    lambda inner: st.builds(
        Callout,
        words,
        words,
        st.lists(inner, max_size=2).map(tuple),
        st.sampled_from(["", "closed", "open"]),
    ),
    max_leaves=4,
)
lessons = st.builds(
    Lesson,
    words,
    words,
    st.integers(1, 60),
    st.lists(blocks, max_size=3).map(tuple),
    words,
    footnotes=st.lists(
        st.builds(Footnote, words, words, st.booleans()), max_size=2
    ).map(tuple),
    publish_at=moments,
)
quizzes = st.builds(
    Quiz,
    words,
    words,
    st.lists(questions, max_size=2).map(tuple),
    words,
    attempts=st.none() | st.integers(1, 3),
    publish_at=moments,
)
modules = st.builds(
    Module, words, words, st.lists(st.one_of(lessons, quizzes), max_size=2).map(tuple)
)
courses = st.builds(
    Course,
    words,
    words,
    words,
    st.lists(modules, max_size=2).map(tuple),
    weights=st.lists(st.tuples(words, st.integers(0, 9)), max_size=2).map(tuple),
    glossary=st.lists(st.builds(Term, words, words, words), max_size=1).map(tuple),
    media=st.lists(st.builds(Media, words, words, words), max_size=1).map(tuple),
    publish_at=moments,
)


def good_course() -> Course:
    course = compile_roots([GOOD]).courses[0].course
    assert course is not None
    return course


@settings(max_examples=60, deadline=None)
@given(courses)
def test_a_course_comes_back_as_it_was(course: Course) -> None:
    data = dump(course)
    assert load(data) == course
    assert dump(load(data)) == data


def test_a_compiled_course_comes_back_as_it_was() -> None:
    course = good_course()
    assert load(dump(course)) == course
    assert digest(course) == digest(load(dump(course)))
    assert len(digest(course)) == 64


def test_another_key_is_another_digest() -> None:
    course = good_course()
    assert digest(replace(course, title="Other")) != digest(course)


def test_a_default_is_not_written() -> None:
    assert dump(Course("c", "C", "en", ())) == (
        b'{"id":"c","language":"en","modules":[],"title":"C"}'
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"null",
        b'{"id":1,"language":"en","modules":[],"title":"C"}',
        b'{"id":"c","language":"en","modules":[],"title":"C","other":1}',
        b'{"id":"c","language":"en","modules":[],"title":"C","audience":"x"}',
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError):
        load(data)
