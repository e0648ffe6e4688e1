from django.urls import path

from lms.dates import views

COURSE = "courses/<course_key:course_key>"

urlpatterns = [
    path(f"{COURSE}/dates/", views.dates, name="dates"),
    path(f"{COURSE}/dates.ics", views.download, name="dates-download"),
    path(f"{COURSE}/dates/renew/", views.renew, name="dates-renew"),
    path(f"{COURSE}/dates/shift/", views.shift, name="dates-shift"),
    path("calendars/<str:token>.ics", views.feed, name="dates-feed"),
]
