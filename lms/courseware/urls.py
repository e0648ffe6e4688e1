from django.urls import path

from lms.courseware import views

COURSE = "courses/<course_key:course_key>"

urlpatterns = [
    path(f"{COURSE}/", views.course_home, name="course-home"),
    # The address that links of other sites and old mails carry.
    path(f"{COURSE}/course/", views.course_home),
    path(f"{COURSE}/learn/<usage_key:usage_key>", views.unit, name="unit"),
    path(f"{COURSE}/learn/<usage_key:usage_key>/done", views.unit_done, name="unit-done"),
    path(f"{COURSE}/learn/<usage_key:usage_key>/marks", views.section_marks, name="unit-marks"),
    path(f"{COURSE}/jump_to/<usage_key:usage_key>", views.jump_to, name="jump-to"),
    path(f"{COURSE}/jump_to_id/<str:name>", views.jump_to_id, name="jump-to-id"),
    # Both are served: an app that was sent elsewhere would have to sign in again.
    path("xblock/<usage_key:usage_key>", views.block, name="block"),
    path("xblock/<usage_key:usage_key>/", views.block),
]
