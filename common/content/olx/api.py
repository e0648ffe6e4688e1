"""The door of OLX: archives in and out."""

from common.content.olx.codecs import register_codec
from common.content.olx.errors import ExportError, InvalidCourseError
from common.content.olx.exporter import export_course
from common.content.olx.fields import (
    CONTAINER_TYPES,
    NATIVE_TYPES,
    Field,
    FieldScope,
    Kind,
    fields_of,
)
from common.content.olx.importer import import_archive, read_archive_key
from common.content.olx.report import ExportReport, ImportReport, Warning
from common.content.olx.settle import settle, settle_fields

__all__ = [
    "CONTAINER_TYPES",
    "NATIVE_TYPES",
    "ExportError",
    "ExportReport",
    "Field",
    "FieldScope",
    "ImportReport",
    "InvalidCourseError",
    "Kind",
    "Warning",
    "export_course",
    "fields_of",
    "import_archive",
    "read_archive_key",
    "register_codec",
    "settle",
    "settle_fields",
]
