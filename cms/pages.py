"""The addresses of Studio's pages, of all features, under the one name ``cms``."""

from cms.courses import urls as courses
from cms.outline import urls as outline
from cms.transfers import urls as transfers

app_name = "cms"
urlpatterns = [*courses.urlpatterns, *transfers.urlpatterns, *outline.urlpatterns]
