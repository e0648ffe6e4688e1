"""The addresses of Studio's pages, of all features, under the one name ``cms``."""

from cms.courses import urls as courses

app_name = "cms"
urlpatterns = [*courses.urlpatterns]
