"""The page about a course: what its authors say, what stands in the way, what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from common.accounts.tests.factories import make_user
from common.content.tests.factories import Node, make_course
from common.core.keys import parse_course_key
from common.courses.api import get_outline
from common.enrollments.api import enroll, find_enrollment, get_learner_context
from common.enrollments.tests.factories import NOW
from lms.catalog.aboutfacts import preview, price_text, read_film, read_outcomes, read_teachers

pytestmark = pytest.mark.django_db
KEY = parse_course_key("course-v1:Lyceum+About+1")
PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
ASSETS = f"/assets/{KEY}"


def course(pages: dict[str, str] | None = None, published: bool = True, **settings: Any) -> None:
    make_course(
        KEY,
        published=published,
        settings={"display_name": "Cards", "start": PAST, **settings},
        pages=pages or {},
    )


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def about(client: Client) -> str:
    return client.get(f"/courses/{KEY}/about/").content.decode()


def test_what_the_authors_say_is_there_as_text() -> None:
    course(
        {
            "about/video.html": '<iframe src="//www.youtube.com/embed/abcdefghi_1?rel=0">',
            "about/duration.html": "<b>6 weeks</b>",
        },
        learning_info=["Read <i>cards</i> & more", "", 7],
        instructor_info={
            "instructors": [
                {"name": "Ada <script>", "title": "Professor", "image": "/static/ada.png"},
                {"name": ""},
                "nobody",
            ]
        },
        cosmetic_display_price="49",
    )
    page = about(Client())
    assert "Read cards &amp; more" in page
    assert "6 weeks" in page
    assert "$49.00" in page
    assert "https://www.youtube-nocookie.com/embed/abcdefghi_1" in page
    assert f'src="{ASSETS}/ada.png"' in page
    assert "Professor" in page
    assert "<script>" not in page.split("<main", 1)[1].split("</main", 1)[0]


@pytest.mark.parametrize(
    "settings",
    [
        {"learning_info": "text", "instructor_info": ["x"], "cosmetic_display_price": "dear"},
        {"learning_info": {"a": 1}, "instructor_info": {"instructors": {"a": 1}}},
        {"learning_info": [None, [], {}], "instructor_info": {"instructors": [{"name": 3}]}},
        {"cosmetic_display_price": -5, "instructor_info": None},
        {"cosmetic_display_price": 1e300},
    ],
)
def test_what_has_another_form_is_left_out(settings: dict[str, Any]) -> None:
    assert read_outcomes(settings) == ()
    assert read_teachers(settings, KEY) == ()
    assert price_text(settings) == "free"


@pytest.mark.parametrize(
    ("html", "youtube_id", "file_url"),
    [
        ('<iframe src="https://youtu.be/abcdefghijk">', "abcdefghijk", ""),
        ("https://www.youtube.com/watch?t=1&amp;v=abcdefghijk", "abcdefghijk", ""),
        ('<video src="/static/in tro.mp4">', "", ""),
        ('<source src="/static/films/intro.webm?x=1">', "", f"{ASSETS}/films/intro.webm"),
        ('<iframe src="https://evil.example/x">', "", ""),
        ("https://www.youtube.com/embed/abcdefghijk-far-too-long", "", ""),
        ("", "", ""),
    ],
)
def test_a_film_is_one_of_youtube_or_of_the_course(
    html: str, youtube_id: str, file_url: str
) -> None:
    film = read_film(html, KEY)
    assert (film.youtube_id if film else "", film.file_url if film else "") == (
        youtube_id,
        file_url,
    )


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("/static/a b.png", f"{ASSETS}/a%20b.png"),
        ("/asset-v1:O+C+R+type@asset+block@ada.png", f"{ASSETS}/ada.png"),
        ("/c4x/O/C/asset/ada.png", f"{ASSETS}/ada.png"),
        ("https://evil.example/pixel.gif", ""),
        ("//evil.example/static/x.png", ""),
        (7, ""),
    ],
)
def test_pictures_of_people_are_files_of_the_course(image: Any, expected: str) -> None:
    info = {"instructor_info": {"instructors": [{"name": "Ada", "image": image}]}}
    assert [teacher.image_url for teacher in read_teachers(info, KEY)] == [expected]


def test_the_preview_shows_what_is_for_all_open_yet_or_not() -> None:
    make_course(
        KEY,
        sections=[
            Node(
                "chapter",
                "later",
                {"display_name": "Later", "start": FUTURE},
                children=[
                    Node("sequential", "seen", {"display_name": "Seen"}),
                    Node("sequential", "group", {"display_name": "G", "group_access": {"5": [1]}}),
                    Node("sequential", "toc", {"display_name": "T", "hide_from_toc": True}),
                ],
            ),
            Node("chapter", "staff", {"display_name": "S", "visible_to_staff_only": True}),
        ],
    )
    heads = get_learner_context(KEY, make_user()).heads
    sections = preview(get_outline(str(heads.published)))
    assert [(section.title, section.parts) for section in sections] == [("Later", ("Seen",))]


def test_the_course_to_pass_first_is_linked_and_named() -> None:
    first = make_course("course-v1:Lyceum+First+1", settings={"display_name": "First steps"})
    course(pre_requisite_courses=[str(first), "course-v1:Not+Here+1"])
    page = about(client_of(make_user()))
    assert f'href="/courses/{first}/about/"' in page
    assert "First steps" in page
    assert "course-v1:Not+Here+1" in page
    assert ">Enroll</button>" not in page


def test_joining_is_refused_with_the_rule_and_nothing_is_written() -> None:
    course(enrollment_domain="example.com")
    user = make_user()
    page = client_of(user).post(f"/courses/{KEY}/enroll/", follow=True).content.decode()
    assert "confirmed e-mail address at example.com" in page
    assert find_enrollment(get_learner_context(KEY, user).run.id, user.pk) is None


def test_who_waits_reads_when_it_starts() -> None:
    course(start=FUTURE)
    user = make_user()
    page = client_of(user).post(f"/courses/{KEY}/enroll/", follow=True).content.decode()
    assert "You are enrolled. The course starts on <time" in page
    assert "Go to the course" not in page


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({}, "you can enroll again"), ({"invitation_only": True}, "cannot enroll again by yourself")],
)
def test_before_leaving_one_reads_whether_there_is_a_way_back(
    settings: dict[str, Any], sentence: str
) -> None:
    course(**settings)
    user = make_user()
    enroll(KEY, user, now=NOW, check=False)
    assert sentence in about(client_of(user))


def test_a_draft_is_not_told_to_strangers() -> None:
    course(published=False)
    assert client_of(make_user()).get(f"/courses/{KEY}/about/").status_code == 404
    assert client_of(make_user(is_staff=True)).get(f"/courses/{KEY}/about/").status_code == 200


@pytest.mark.parametrize(("others", "statements"), [(0, 10), (7, 10)])
def test_statements_do_not_grow_with_courses_or_learners(
    others: int, statements: int, django_assert_max_num_queries: Any
) -> None:
    earlier = [make_course(f"course-v1:Lyceum+E{n}+1") for n in range(others + 1)]
    course(
        pre_requisite_courses=[str(key) for key in earlier],
        enrollment_domain="example.org",
        max_student_enrollments_allowed=50,
    )
    for _ in range(others):
        enroll(KEY, make_user(), now=NOW, check=False)
    user = make_user()
    EmailAddress.objects.create(user=user, email=user.email, verified=True)
    client = client_of(user)
    about(client)
    with django_assert_max_num_queries(statements):
        about(client)


@pytest.mark.parametrize("action", ["enroll", "leave"])
def test_who_opens_a_buttons_address_is_led_to_the_button(action: str) -> None:
    course()
    user = make_user()
    answer = client_of(user).get(f"/courses/{KEY}/{action}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/courses/{KEY}/about/")
    context = get_learner_context(KEY, user)
    assert find_enrollment(context.run.id, user.pk) is None


def test_a_browser_at_an_address_that_is_no_page_reads_so() -> None:
    course()
    answer = client_of(make_user()).get(f"/courses/{KEY}/dates/shift/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address is no page" in answer.content.decode()


def test_who_is_not_enrolled_is_shown_where_to_join() -> None:
    course()
    refused = client_of(make_user()).get(f"/courses/{KEY}/dates/")
    assert refused.status_code == 403
    assert f'href="/courses/{KEY}/about/"' in refused.content.decode()
