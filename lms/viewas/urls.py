from django.urls import path

from lms.viewas import views

COURSE = "courses/<course_key:course_key>/view-as"

urlpatterns = [
    path(f"{COURSE}/", views.view_as, name="view-as"),
    path(f"{COURSE}/end", views.end, name="view-as-end"),
    path(f"{COURSE}/clear", views.clear_trial, name="trial-clear"),
]
