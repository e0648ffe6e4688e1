"""Addresses of the API of courses. Apps differ on the last slash: both are served."""

from django.urls import re_path

from lms.api.learning.blockviews import AppBlocks, Blocks, BlocksInUsage

USAGE = r"(?P<usage>i4x:/{1,2}[^/]+/[^/]+/[^/]+/[^/]+|[^/]+)"
MOBILE = r"^api/mobile/v(?:0\.5|1|2|3|4)"

urlpatterns = [
    re_path(r"^api/courses/v[12]/blocks/?$", Blocks.as_view(), name="blocks"),
    re_path(rf"^api/courses/v[12]/blocks/{USAGE}/?$", BlocksInUsage.as_view(), name="blocks-in"),
    re_path(rf"{MOBILE}/course_info/blocks/?$", AppBlocks.as_view(), name="app-blocks"),
]
