"""Addresses of the API of courses. Apps differ on the last slash: both are served."""

from collections.abc import Iterator

from django.urls import URLPattern, re_path
from rest_framework.views import APIView

from lms.api.learning import (
    blockviews,
    catalog,
    completion,
    courseware,
    dates,
    enrollments,
    grades,
    home,
    info,
    progress,
)
from lms.api.learning.base import COURSE_ID, USERNAME

USAGE = r"(?P<usage>i4x:/{1,2}[^/]+/[^/]+/[^/]+/[^/]+|[^/]+)"
MOBILE = r"api/mobile/v(?:0\.5|1|2|3|4)"
# Clients ask with the version and without it.
HOME = r"api/course_home(?:/v1)?"
INFO = rf"{MOBILE}/course_info/{COURSE_ID}"
PERSON = rf"{MOBILE}/users/{USERNAME}"
EXPERIENCE = r"api/course_experience/v1"

_VIEWS: list[tuple[str, type[APIView]]] = [
    (rf"api/courses/v[12]/blocks/{USAGE}", blockviews.BlocksInUsage),
    (rf"{MOBILE}/course_info/blocks", blockviews.AppBlocks),
    (r"api/courses/v1/courses", catalog.CourseList),
    (rf"api/courses/v1/courses/{COURSE_ID}", catalog.CourseDetail),
    (rf"{INFO}/updates", info.Updates),
    (rf"{INFO}/handouts", info.Handouts),
    (rf"{INFO}/enrollment_details", info.EnrollmentDetails),
    (r"api/completion/v1/completion-batch", completion.CompletionBatch),
    (rf"{PERSON}/course_status_info/{COURSE_ID}", completion.CourseStatus),
    (
        rf"api/mobile/v(?P<version>0\.5|1|2|3|4)/users/{USERNAME}/course_enrollments",
        enrollments.CourseEnrollments,
    ),
    (rf"{PERSON}/enrollments_status", enrollments.EnrollmentsStatus),
    (rf"{MOBILE}/download_courses/{USERNAME}", enrollments.DownloadCourses),
    (rf"{HOME}/outline/{COURSE_ID}", home.Outline),
    (rf"{HOME}/course_metadata/{COURSE_ID}", home.Metadata),
    (rf"{HOME}/dates/{COURSE_ID}", dates.Dates),
    (rf"{HOME}/progress/{COURSE_ID}", progress.Progress),
    (rf"{HOME}/progress/{COURSE_ID}/(?P<user_id>\d+)", progress.Progress),
    (rf"api/grades/v1/courses/{COURSE_ID}", grades.CourseGrades),
    (rf"{EXPERIENCE}/course_deadlines_info/{COURSE_ID}", dates.DeadlinesInfo),
    (rf"{EXPERIENCE}/reset_course_deadlines", dates.ResetDeadlines),
    (rf"api/courseware/course/{COURSE_ID}", courseware.Course),
    (rf"api/courseware/sequence/{USAGE}", courseware.Sequence),
    (rf"api/courseware/resume/{COURSE_ID}", courseware.Resume),
    (rf"api/learning_sequences/v1/course_outline/{COURSE_ID}", courseware.SequenceOutline),
]


def _patterns() -> Iterator[URLPattern]:
    for path, view in _VIEWS:
        yield re_path(rf"^{path}/?$", view.as_view())


urlpatterns = [
    re_path(r"^api/courses/v[12]/blocks/?$", blockviews.Blocks.as_view(), name="api-blocks"),
    *_patterns(),
]
