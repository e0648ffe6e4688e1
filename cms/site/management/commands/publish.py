"""``publish KEY``: make the whole draft of a course what learners see."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms.site.management.keys import parse_course_key_argument
from common.content import api
from common.core.errors import DomainError


class Command(BaseCommand):
    """Does for a course what its outline page does; publishing again changes nothing."""

    help = "Publish everything that was drafted in a course."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="course-v1:ORG+COURSE+RUN")

    def handle(self, *_args: Any, **options: Any) -> None:
        key = parse_course_key_argument(options["key"])
        try:
            before = api.get_heads(key).published
            heads = api.publish(key, author_id=None, message="Published with manage.py")
        except DomainError as error:
            raise CommandError(str(error.user_message)) from error
        if heads.published == before:
            self.stdout.write(f"{key} was published already: nothing has changed since.")
            return
        self.stdout.write(f"Published {key}: version {heads.published}.")
