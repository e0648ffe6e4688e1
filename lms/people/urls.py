from django.urls import path

from lms.people import views

urlpatterns = [path("u/<str:username>/", views.profile, name="person")]
