from django.urls import path

from lms.home import views

urlpatterns = [path("", views.home, name="home")]
