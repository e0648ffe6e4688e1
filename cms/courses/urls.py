from django.urls import path

from cms.courses import views

urlpatterns = [
    path("", views.courses, name="courses"),
]
