import pytest

from tests.functional.delivery.course import PICTURE, rich_course
from tests.functional.delivery.learner import Deliver, Enter, Learner

ADDRESS = f"/media/{PICTURE.sha256}/map.svg"


@pytest.fixture
def learner(deliver: Deliver, enter: Enter) -> Learner:
    deliver(rich_course())
    return enter()


def test_a_picture_is_sent_for_good_and_can_do_nothing(learner: Learner) -> None:
    reply = learner.client.get(ADDRESS)
    assert reply.status_code == 200
    assert reply.mimetype == "image/svg+xml"
    assert "immutable" in reply.headers["Cache-Control"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    policy = reply.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    again = learner.client.get(
        ADDRESS, headers={"If-None-Match": reply.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        f"/media/{'b' * 64}/map.svg",
        f"/media/{PICTURE.sha256}/other.svg",
        f"/media/{PICTURE.sha256}/..%2fmap.svg",
        "/media/x/y",
    ],
)
def test_only_files_of_published_courses_are_sent(learner: Learner, path: str) -> None:
    assert learner.client.get(path).status_code == 404


def test_a_stranger_gets_no_file(learner: Learner) -> None:
    learner.client.delete_cookie("session", domain="localhost")
    assert learner.client.get(ADDRESS).status_code != 200
