"""Places on courses and the office's orders to take them."""

import uuid
from datetime import date, datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from trainer.accounts.models import Person
from trainer.database import Base, append_only, new_id


class Enrolment(Base):
    """One learner's place on one course, from the first opening or assignment."""

    __tablename__ = "enrolment"

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Person.id), primary_key=True
    )
    course_id: Mapped[str] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]


class Assignment(Base):
    """The order that one person complete one course by a day. The latest stands."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_latest", "person_id", "course_id", "recorded_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    course_id: Mapped[str]
    due_on: Mapped[date | None]
    recorded_at: Mapped[datetime]


append_only(cast("Table", Assignment.__table__))
