from django.urls import path

from cms.transfers import views

urlpatterns = [
    path("import/", views.import_course, name="import"),
    path("courses/<course_key:course_key>/export/", views.export_course, name="export"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel_job, name="cancel-job"),
    path("jobs/<uuid:job_id>/retry/", views.retry_job, name="retry-job"),
    path("jobs/<uuid:job_id>/warnings.<str:form>", views.warnings, name="warnings"),
    path("jobs/<uuid:job_id>/download/", views.download, name="download"),
]
