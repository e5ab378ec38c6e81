"""Read versions of courses and what is delivered now."""

from collections import OrderedDict
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.courses import bundle
from trainer.courses.catalogue import Catalogue, CatalogueEntry
from trainer.courses.model import Course
from trainer.errors import NotFoundError
from trainer.publishing.models import (
    CatalogueRevision,
    ContentVersion,
    MediaFile,
    Publication,
)

HELD_VERSIONS = 64

_revisions = CatalogueRevision.__table__.c
# Asked by every request, so it is built once.
_REVISION = select(_revisions.number).where(_revisions.id == 1)
_versions: OrderedDict[str, Course] = OrderedDict()
_lock = Lock()


def current_revision(session: Session) -> int:
    """Return the number that rises whenever something is published; 0 before."""
    return session.connection().execute(_REVISION).scalar() or 0


def current_publications(session: Session) -> list[Publication]:
    """Return the publication that stands of each course, by course id."""
    latest = (
        select(Publication.course_id, func.max(Publication.number).label("number"))
        .group_by(Publication.course_id)
        .subquery()
    )
    query = (
        select(Publication)
        .join(
            latest,
            (Publication.course_id == latest.c.course_id)
            & (Publication.number == latest.c.number),
        )
        .order_by(Publication.course_id)
    )
    return list(session.scalars(query))


def load_catalogue(session: Session) -> Catalogue:
    """Return every course that is delivered now."""
    entries = [
        CatalogueEntry(load_version(session, row.digest), row.digest, row.number)
        for row in current_publications(session)
        if row.digest is not None
    ]
    return Catalogue(tuple(entries))


def standing_entry(session: Session, course_id: str) -> CatalogueEntry | None:
    """Return a course as it is delivered now, or nothing when it is not."""
    for row in current_publications(session):
        if row.course_id == course_id and row.digest is not None:
            course = load_version(session, row.digest)
            return CatalogueEntry(course, row.digest, row.number)
    return None


def load_version(session: Session, digest: str) -> Course:
    """Return a course as it was in one version; raise NotFoundError if unknown.

    A version never changes, so the ones last asked for are held in memory.
    """
    with _lock:
        if digest in _versions:
            _versions.move_to_end(digest)
            return _versions[digest]
    row = session.get(ContentVersion, digest)
    if row is None:
        message = f"No version {digest[:12]} was ever published."
        raise NotFoundError(message)
    course = bundle.load(row.bundle)
    with _lock:
        _versions[digest] = course
        while len(_versions) > HELD_VERSIONS:
            _versions.popitem(last=False)
    return course


def version_number(session: Session, course_id: str, digest: str) -> int | None:
    """Return the latest number under which a course was published in this version."""
    return session.scalar(
        select(func.max(Publication.number)).where(
            Publication.course_id == course_id, Publication.digest == digest
        )
    )


def was_published(session: Session, course_id: str) -> bool:
    """Say whether a course of that id was ever delivered."""
    return session.get(Publication, (course_id, 1)) is not None


def media_file(session: Session, sha256: str) -> MediaFile | None:
    """Return a published file by its hash."""
    return session.get(MediaFile, sha256)
