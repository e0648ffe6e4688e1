"""The addresses of Insights' pages, under the one name ``insights``."""

from django.urls import path

from analytics.insights import views

app_name = "insights"
urlpatterns = [
    path("", views.courses, name="courses"),
]
