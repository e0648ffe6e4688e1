"""A process that answers over and over, for the test of many at once.

``python -m common.blocks.tests.pressing COURSE USERNAME TIMES``; prints how often it got through.
"""

from __future__ import annotations

import os
import sys

import django


def main(course: str, username: str, times: int) -> int:
    """Press ``times`` times; a press that met others too often counts as not done."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import RequestFactory

    from common.blocks import api
    from common.blocks.errors import BusyBlockError
    from common.blocks.tests.counting import KEY, install
    from common.core.keys import parse_course_key
    from common.enrollments.api import get_learner_context

    install()
    user = get_user_model()._default_manager.get(username=username)
    done = 0
    for _ in range(times):
        context = get_learner_context(parse_course_key(course), user)
        session = api.open_session(context, user)
        try:
            answer = api.handle(session, KEY, "press", "", RequestFactory().post("/"))
        except BusyBlockError:
            continue
        done += answer.status_code == 200
    sys.stdout.write(str(done))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
