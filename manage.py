#!/usr/bin/env python3
"""Run a management command on one of the sites: ``manage.py lms|cms|insights COMMAND``."""

import os
import sys

SITES = {"lms": "lms.settings", "cms": "cms.settings", "insights": "analytics.settings"}


def main(argv: list[str]) -> int:
    """Run the command that ``argv`` names; 2 when the site is unknown, 1 for a wrong setting."""
    if len(argv) < 2 or argv[1] not in SITES:
        sys.stderr.write(f"usage: manage.py {'|'.join(SITES)} COMMAND [OPTIONS]\n")
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = SITES[argv[1]]
    from django.core.management import execute_from_command_line

    from common.core.env import SettingError

    try:
        execute_from_command_line([f"{argv[0]} {argv[1]}", *argv[2:]])
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
