"""The addresses of the LMS's pages, of all features, under the one name ``lms``."""

from lms.catalog import urls as catalog

app_name = "lms"
urlpatterns = [*catalog.urlpatterns]
