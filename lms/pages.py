"""The addresses of the LMS's pages, of all features, under the one name ``lms``."""

from lms.catalog import urls as catalog
from lms.coursepages import urls as coursepages
from lms.courseware import urls as courseware
from lms.dates import urls as dates
from lms.home import urls as home
from lms.people import urls as people
from lms.progress import urls as progress
from lms.viewas import urls as viewas

app_name = "lms"
urlpatterns = [
    *home.urlpatterns,
    *catalog.urlpatterns,
    *progress.urlpatterns,
    *people.urlpatterns,
    *courseware.urlpatterns,
    *dates.urlpatterns,
    *viewas.urlpatterns,
    *coursepages.urlpatterns,
    *coursepages.LAST,
]
