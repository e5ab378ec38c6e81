"""Write versions of courses and switch what is delivered."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.courses import bundle
from trainer.courses.model import Course
from trainer.publishing.models import (
    CatalogueRevision,
    ContentVersion,
    MediaFile,
    Publication,
)
from trainer.publishing.queries import current_publications


def publish(
    session: Session, course: Course, bodies: Mapping[str, bytes], now: datetime
) -> Publication | None:
    """Deliver a course in this version from now on; None when it already is.

    `bodies` gives the bytes of each file the course shows by its SHA-256.
    """
    digest = bundle.digest(course)
    held = {row.course_id: row for row in current_publications(session)}
    standing = held.get(course.id)
    if standing is not None and standing.digest == digest:
        return None
    if session.get(ContentVersion, digest) is None:
        session.add(
            ContentVersion(
                digest=digest,
                course_id=course.id,
                bundle=bundle.dump(course),
                recorded_at=now,
            )
        )
    _keep_media(session, course, bodies, now)
    session.flush()
    return _switch(session, course.id, digest, standing, now)


def withdraw(session: Session, course_id: str, now: datetime) -> Publication | None:
    """Stop delivering a course; None when it is not delivered."""
    held = {row.course_id: row for row in current_publications(session)}
    standing = held.get(course_id)
    if standing is None or standing.digest is None:
        return None
    return _switch(session, course_id, None, standing, now)


def _switch(
    session: Session,
    course_id: str,
    digest: str | None,
    standing: Publication | None,
    now: datetime,
) -> Publication:
    """Append the publication and raise the revision that workers compare."""
    number = 1 if standing is None else standing.number + 1
    publication = Publication(
        course_id=course_id, number=number, digest=digest, recorded_at=now
    )
    session.add(publication)
    revision = session.scalar(
        select(CatalogueRevision).where(CatalogueRevision.id == 1).with_for_update()
    )
    if revision is None:
        session.add(CatalogueRevision(id=1, number=1))
    else:
        revision.number += 1
    return publication


def _keep_media(
    session: Session, course: Course, bodies: Mapping[str, bytes], now: datetime
) -> None:
    """Keep every file of a course that is not kept yet."""
    known = set(
        session.scalars(
            select(MediaFile.sha256).where(
                MediaFile.sha256.in_([media.sha256 for media in course.media])
            )
        )
    )
    for media in {m.sha256: m for m in course.media}.values():
        if media.sha256 not in known:
            session.add(
                MediaFile(
                    sha256=media.sha256,
                    content_type=media.content_type,
                    body=bodies[media.sha256],
                    recorded_at=now,
                )
            )
