from django.urls import path

from lms.coursepages import views

COURSE = "courses/<course_key:course_key>"

urlpatterns = [
    path(f"{COURSE}/updates/", views.updates, name="updates"),
    path(f"{COURSE}/info", views.old_updates),
    path(f"{COURSE}/info/", views.old_updates),
    path(f"{COURSE}/textbooks/", views.textbooks, name="textbooks"),
    path(f"{COURSE}/textbooks/<int:book>/<int:number>/", views.chapter, name="chapter"),
    *(
        path(f"{COURSE}/{kind}/<int:place>/{rest}", views.old_chapter, {"setting": setting})
        for kind, setting in (("pdfbook", "pdf_textbooks"), ("htmlbook", "html_textbooks"))
        for rest in (
            *("", "<int:page>", "chapter/<int:number>/", "chapter/<int:number>"),
            "chapter/<int:number>/<int:page>",
        )
    ),
    path(f"{COURSE}/pages/<str:slug>/", views.custom_page, name="custom-page"),
]
# Authors' links name custom pages without a folder; after every other page of a course.
LAST = [
    path(f"{COURSE}/<slug:slug>/", views.custom_page),
    path(f"{COURSE}/<slug:slug>", views.custom_page),
]
