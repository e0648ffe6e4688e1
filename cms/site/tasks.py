"""Studio's kinds of jobs; the worker finds them here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cms.transfers import exports, imports
from common.tasks.api import job

job(imports.KIND, title=_("Import a course"), max_attempts=3)(imports.run_import)
job(exports.KIND, title=_("Export a course"), max_attempts=3)(exports.run_export)
