"""Addresses of the API of courses. Apps differ on the last slash: both are served."""

from django.urls import re_path

from lms.api.learning.base import COURSE_ID
from lms.api.learning.blockviews import AppBlocks, Blocks, BlocksInUsage
from lms.api.learning.catalog import CourseDetail, CourseList
from lms.api.learning.info import EnrollmentDetails, Handouts, Updates

USAGE = r"(?P<usage>i4x:/{1,2}[^/]+/[^/]+/[^/]+/[^/]+|[^/]+)"
MOBILE = r"^api/mobile/v(?:0\.5|1|2|3|4)"

urlpatterns = [
    re_path(r"^api/courses/v[12]/blocks/?$", Blocks.as_view(), name="api-blocks"),
    re_path(rf"^api/courses/v[12]/blocks/{USAGE}/?$", BlocksInUsage.as_view()),
    re_path(rf"{MOBILE}/course_info/blocks/?$", AppBlocks.as_view()),
    re_path(r"^api/courses/v1/courses/?$", CourseList.as_view()),
    re_path(rf"^api/courses/v1/courses/{COURSE_ID}/?$", CourseDetail.as_view()),
    re_path(rf"{MOBILE}/course_info/{COURSE_ID}/updates/?$", Updates.as_view()),
    re_path(rf"{MOBILE}/course_info/{COURSE_ID}/handouts/?$", Handouts.as_view()),
    re_path(
        rf"{MOBILE}/course_info/{COURSE_ID}/enrollment_details/?$", EnrollmentDetails.as_view()
    ),
]
