"""Mako as a Django template backend: escaped by default, found in each app's ``mako`` folder.

Every expression is escaped by ``markupsafe``, so text stays text and only what is markup already
(``Markup``, Django's ``SafeString``) is put in as it is. Templates never switch that off:
``common.core.templatelint`` refuses ``| n`` and values inside scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.base import BaseEngine
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from mako import __version__ as mako_version
from mako.exceptions import TopLevelLookupException
from mako.lookup import TemplateLookup
from mako.template import Template as MakoTemplate

from common.core import page
from common.core.jsontext import sha256_hex

_IMPORTS = [
    f"from common.core.page import {', '.join(sorted(page.__all__))}",
    "from common.core.page import gettext as _",
]
# Compiled templates begin with these imports: with other ones they are other files.
_FINGERPRINT = sha256_hex("\n".join([mako_version, *_IMPORTS]).encode())[:12]


class MakoTemplates(BaseEngine):
    """The engine of the pages. Options: ``context_processors``, ``module_directory``."""

    app_dirname = "mako"

    def __init__(self, params: Mapping[str, Any]) -> None:
        parameters = dict(params)
        options = dict(parameters.pop("OPTIONS"))
        self._processor_paths: list[str] = options.pop("context_processors", [])
        self._module_directory: str | None = options.pop("module_directory", None)
        super().__init__(parameters)

    @cached_property
    def lookup(self) -> TemplateLookup:
        return TemplateLookup(
            directories=[str(path) for path in self.template_dirs],
            module_directory=(
                f"{self._module_directory}/{_FINGERPRINT}" if self._module_directory else None
            ),
            default_filters=["h"],
            imports=_IMPORTS,
            strict_undefined=True,
            input_encoding="utf-8",
            # A page of ten templates would ask the disk ten times whether one has changed.
            filesystem_checks=settings.DEBUG,
        )

    @cached_property
    def processors(self) -> list[Any]:
        return [import_string(path) for path in self._processor_paths]

    def get_template(self, template_name: str) -> Template:
        """Return the template. Raises TemplateDoesNotExist when no app has it."""
        try:
            return Template(self.lookup.get_template(template_name), self)
        except TopLevelLookupException as error:
            raise TemplateDoesNotExist(template_name, backend=self) from error

    def from_string(self, template_code: str) -> Template:
        template = MakoTemplate(  # noqa: S702 # default_filters escapes everything
            template_code,
            lookup=self.lookup,
            default_filters=["h"],
            imports=_IMPORTS,
            strict_undefined=True,
        )
        return Template(template, self)


class Template:
    """One Mako template, rendered as Django expects."""

    def __init__(self, template: MakoTemplate, engine: MakoTemplates) -> None:
        self._template = template
        self._engine = engine

    def render(
        self, context: Mapping[str, Any] | None = None, request: HttpRequest | None = None
    ) -> str:
        """Return the page. With a request, the context processors add what they know."""
        data: dict[str, Any] = {"request": request}
        if request is not None:
            for processor in self._engine.processors:
                data.update(processor(request))
        data.update(context or {})
        return str(self._template.render_unicode(**data))
