"""What learners did in lessons, what they completed, and the dated report lines."""

import uuid
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from trainer.accounts.models import Ministry, Person
from trainer.database import Base, SortKey, append_only, new_id
from trainer.publishing.models import ContentVersion


class PracticeAnswer(Base):
    """One try at one check inside a lesson; `mark` in thousandths. Never updated."""

    __tablename__ = "practice_answer"
    __table_args__ = (
        Index("ix_practice_answer_place", "person_id", "course_id", "lesson_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    course_id: Mapped[str]
    lesson_id: Mapped[str]
    question_id: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey(ContentVersion.digest))
    response: Mapped[Any] = mapped_column(JSON)
    mark: Mapped[int]
    recorded_at: Mapped[datetime]


class Note(Base):
    """What a learner ticked or wrote to themselves at one place. The latest stands."""

    __tablename__ = "note"
    __table_args__ = (
        Index("ix_note_place", "person_id", "course_id", "lesson_id", "note_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    course_id: Mapped[str]
    lesson_id: Mapped[str]
    note_id: Mapped[str]
    content: Mapped[Any] = mapped_column(JSON)
    recorded_at: Mapped[datetime]


class LessonCompletion(Base):
    """The fact that one learner completed one lesson, once and for all."""

    __tablename__ = "lesson_completion"

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Person.id), primary_key=True
    )
    course_id: Mapped[str] = mapped_column(primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey(ContentVersion.digest))
    recorded_at: Mapped[datetime]


class Completion(Base):
    """The fact that the rule of a course was met, when, and under which version."""

    __tablename__ = "completion"

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Person.id), primary_key=True
    )
    course_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, default=1
    )
    digest: Mapped[str] = mapped_column(ForeignKey(ContentVersion.digest))
    course_version: Mapped[int]
    recorded_at: Mapped[datetime]


class ReportLine(Base):
    """What was known of one person on one course from `recorded_at` on.

    A line holds until `superseded_at`, set once when the next is recorded; every
    other column is written once. Scores are in tenths of a per cent. `sort_key`
    orders lines by ministry, mission, family name, given name, staff number, course.
    """

    __tablename__ = "report_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["ministry_id", "person_id"], ["person.ministry_id", "person.id"]
        ),
        Index(
            "uq_report_line_current",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(
            "ix_report_line_order",
            "ministry_id",
            "sort_key",
            sqlite_where=text("superseded_at IS NOT NULL"),
            postgresql_where=text("superseded_at IS NOT NULL"),
        ),
        Index(
            "ix_report_line_standing",
            "ministry_id",
            "sort_key",
            "recorded_at",
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(
            "ix_report_line_tally",
            "ministry_id",
            "recorded_at",
            "superseded_at",
            "completed_on",
            "due_on",
            "expires_on",
            "first_activity_at",
            "course_id",
            "mission",
            "unit",
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(
            "ix_report_line_superseded",
            "ministry_id",
            "superseded_at",
            sqlite_where=text("superseded_at IS NOT NULL"),
            postgresql_where=text("superseded_at IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    ministry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Ministry.id))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    mission_id: Mapped[uuid.UUID]
    sort_key: Mapped[str] = mapped_column(SortKey)
    staff_number: Mapped[str]
    name: Mapped[str]
    family_name: Mapped[str]
    given_name: Mapped[str]
    email: Mapped[str]
    ministry: Mapped[str]
    mission: Mapped[str]
    unit: Mapped[str]
    grade: Mapped[str]
    course_id: Mapped[str]
    course_version: Mapped[int | None]
    language: Mapped[str | None]
    required_count: Mapped[int]
    done_count: Mapped[int]
    best_score: Mapped[int | None]
    pass_mark: Mapped[int | None]
    attempts: Mapped[int]
    minutes: Mapped[int]
    enrolled_on: Mapped[date | None]
    due_on: Mapped[date | None]
    first_activity_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime | None]
    completed_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)


for _model in (PracticeAnswer, LessonCompletion, Completion):
    append_only(cast("Table", _model.__table__))
append_only(cast("Table", ReportLine.__table__), once="superseded_at")
