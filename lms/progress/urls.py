from django.urls import path

from lms.progress import views

urlpatterns = [
    path("courses/<course_key:course_key>/progress/", views.progress, name="progress"),
]
