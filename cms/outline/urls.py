from django.urls import path

from cms.outline import views

urlpatterns = [
    path("courses/<course_key:course_key>/", views.outline, name="outline"),
    path("courses/<course_key:course_key>/publish/", views.publish, name="publish"),
]
