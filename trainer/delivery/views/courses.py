"""A course, whatever stands at an address inside it, and the files it shows."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from trainer import clock
from trainer.accounts.access import visitor
from trainer.courses.model import Lesson, Media
from trainer.delivery import access
from trainer.delivery.views import cards, lessons, quizzes
from trainer.enrolment.queries import enrolled_courses
from trainer.errors import NotFoundError
from trainer.extensions import catalogue, db
from trainer.progress.queries.courses import course_progress
from trainer.publishing.queries import media_file
from trainer.web import policy

bp = Blueprint("courses", __name__)

SVG = "image/svg+xml"
FILE_POLICY = "default-src 'none'; sandbox"
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
FOREVER = "private, max-age=31536000, immutable"
INLINE = ("image/", "video/", "audio/")


@bp.get("/courses/<course_id>")
@policy("learner")
def course(course_id: str) -> ResponseReturnValue:
    """Show a course's modules, how far the visitor is and what is missing."""
    now = clock.now()
    entry = access.open_course(course_id, now)
    progress = course_progress(db.session, visitor().id, entry, now)
    return render_template(
        "delivery/course.html",
        course=cards.course_card(progress),
        modules=cards.module_parts(progress),
        missing=cards.missing_items(progress),
        breadcrumbs=[
            (_("Courses"), url_for("learning.courses")),
            (entry.course.title, ""),
        ],
    )


@bp.get("/courses/<course_id>/<activity_id>")
@policy("learner")
def activity(course_id: str, activity_id: str) -> ResponseReturnValue:
    """Show a lesson, or the start page of a quiz; the first opening enrols."""
    now = clock.now()
    entry, found = access.open_activity(course_id, activity_id, now)
    if isinstance(found, Lesson):
        return lessons.lesson_page(entry, found, now)
    if course_id not in enrolled_courses(db.session, visitor().id):
        access.join(entry, now)
    return quizzes.start_page(entry, found)


@bp.get("/media/<sha256>/<name>")
@policy("learner")
def media(sha256: str, name: str) -> ResponseReturnValue:
    """Send a file of a published course; its address changes with its bytes."""
    found = _published(sha256, name)
    row = media_file(db.session, sha256)
    if row is None:
        raise NotFoundError(_("There is no such file."))
    response = Response(row.body, mimetype=found.content_type)
    is_svg = found.content_type == SVG
    response.headers["Content-Security-Policy"] = SVG_POLICY if is_svg else FILE_POLICY
    response.headers["Cache-Control"] = FOREVER
    is_shown = found.content_type.startswith(INLINE)
    response.headers.set(
        "Content-Disposition", "inline" if is_shown else "attachment", filename=name
    )
    response.set_etag(sha256)
    return response.make_conditional(request)


def _published(sha256: str, name: str) -> Media:
    """Return what a published course says of a file; raise when none shows it."""
    for entry in catalogue().entries:
        for found in entry.course.media:
            if found.sha256 == sha256 and _last_part(found.name) == name:
                return found
    raise NotFoundError(_("There is no such file."))


def _last_part(name: str) -> str:
    """Return a file's name without its folders."""
    return name.rpartition("/")[2]
