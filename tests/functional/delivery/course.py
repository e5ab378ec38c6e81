from datetime import datetime

from tests.make import make_lesson, make_question, make_quiz
from trainer.courses.model import (
    Accepted,
    Activity,
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
    Reflection,
    Term,
)

PICTURE = Media("media/map.svg", "image/svg+xml", "a" * 64, 320, 200)

WHICH = Question(
    id="which",
    type="multiple",
    stem="Which are *true*?",
    points=0,
    options=(
        Option("First truth", 1.0, is_correct=True, feedback="FB-first"),
        Option("Second truth", 1.0, is_correct=True),
        Option("A lie", -1.0, feedback="FB-lie"),
    ),
    hints=("HINT-one",),
    feedback=Feedback(explanation="EXPLAIN-which", if_wrong="IF-wrong"),
)
TRUE = Question(
    id="true",
    type="truefalse",
    stem="Is it so?",
    points=0,
    truth=True,
    feedback=Feedback(explanation="EXPLAIN-true", if_correct="IF-correct"),
)
NUMBER = Question(
    id="number",
    type="number",
    stem="How many?",
    points=0,
    unit="minutes",
    accepted=(Accepted(1.0, low=60.0, high=60.0, feedback="FB-sixty"),),
)
SCALE = Question(
    id="sure",
    type="scale",
    stem="How sure are you?",
    points=0,
    options=(Option("Not at all", 0.0), Option("A bit", 0.0), Option("Very", 0.0)),
)

RICH = Lesson(
    id="rich",
    title="A rich lesson",
    minutes=12,
    language="en",
    summary="Everything at once.",
    objectives=("See every block",),
    key_terms=("mandate",),
    blocks=(
        Prose("## Situation\n\nA [mandate](glossary:mandate) comes first.[^law]"),
        Callout("note", "", (Prose("A quiet remark."),)),
        Callout("details", "Read more", (Prose("Folded text."),), fold="closed"),
        Figure("media/map.svg", "A map of the port", "The port"),
        Prose("## Check your understanding"),
        Check(WHICH),
        Check(TRUE),
        Check(NUMBER),
        Check(SCALE),
        Prose("## Take to post"),
        Checklist("week", "This week", ("Ask *three* people", "Write it down")),
        Reflection("own", "Your own post", "Who clears it at night?", 3),
    ),
    footnotes=(Footnote("law", "Vienna Convention, article 3.", is_source=False),),
)


def rich_course(*more: Activity, course_id: str = "rich-course") -> Course:
    """Return a course with a lesson of every block, a plain one and a quiz."""
    return Course(
        id=course_id,
        title="A rich course",
        language="en",
        summary="For tests.",
        modules=(
            Module("one", "Module one", (RICH, make_lesson("plain", 0))),
            Module("two", "Module two", (make_quiz("quiz-1"), *more)),
        ),
        glossary=(Term("mandate", "Mandate", "What one is *sent* to do."),),
        media=(PICTURE,),
    )


def late_lesson(publish_at: datetime) -> Lesson:
    """Return a lesson that is hidden until then."""
    return Lesson(
        id="later",
        title="A later lesson",
        minutes=5,
        blocks=(Prose("Soon."), Check(make_question("soon", 0))),
        language="en",
        publish_at=publish_at,
    )
