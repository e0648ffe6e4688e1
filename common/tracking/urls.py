from django.urls import path

from common.tracking import views

app_name = "tracking"

urlpatterns = [path("event", views.event, name="event")]
