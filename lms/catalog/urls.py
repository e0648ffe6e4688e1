from django.urls import path

from lms.catalog import views

urlpatterns = [
    path("courses/", views.catalog, name="catalog"),
    path("courses/<course_key:course_key>/about/", views.about, name="about"),
    path("courses/<course_key:course_key>/enroll/", views.enroll, name="enroll"),
    path("courses/<course_key:course_key>/leave/", views.leave, name="leave"),
]
