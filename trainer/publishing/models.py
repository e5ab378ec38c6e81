"""Versions of courses and which one is delivered."""

from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Table
from sqlalchemy.orm import Mapped, mapped_column

from trainer.database import Base, append_only


class ContentVersion(Base):
    """One immutable compiled course; `bundle` is its canonical JSON."""

    __tablename__ = "content_version"

    digest: Mapped[str] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(index=True)
    bundle: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]


class Publication(Base):
    """One moment at which a course began to be delivered in a version, or ceased.

    Numbers count from 1 in each course; the highest one stands. A publication with
    no digest withdraws the course.
    """

    __tablename__ = "publication"

    course_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str | None] = mapped_column(ForeignKey(ContentVersion.digest))
    recorded_at: Mapped[datetime]


class CatalogueRevision(Base):
    """The one row that workers compare to learn that something was published."""

    __tablename__ = "catalogue_revision"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class MediaFile(Base):
    """One file that courses show, kept by the SHA-256 of its bytes."""

    __tablename__ = "media_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]


for _model in (ContentVersion, Publication, MediaFile):
    append_only(cast("Table", _model.__table__))
