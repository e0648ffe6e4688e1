"""Kill processes at random while they work; see that nothing is lost or done twice.

``python .ci/drill --kills 20 [--seed TEXT] [--on embedded|services|people|all]``

``embedded`` and ``services``: workers and the broker, while jobs run. ``people``: web processes,
worker, database, content store, broker and cache, while learners answer.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

_SHOWN = 40
_SITES = ("embedded", "services", "people")
ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str]) -> int:
    """Run the drill; 0 when every rule held, 1 with what did not."""
    options = _parse(argv)
    if options.on == "all":
        # One process for each site: Django reads its settings once.
        command = [sys.executable, __file__, "--kills", str(options.kills), "--seed", options.seed]
        return max(
            subprocess.run([*command, "--on", name], check=False).returncode for name in _SITES
        )
    sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]
    from drill.servers import ServersMissingError

    print(f"drill on {options.on}: seed {options.seed}, {options.kills} kills of each", flush=True)
    try:
        report, failures = _drill(options)
    except ServersMissingError as error:
        print(error, file=sys.stderr)
        return 1
    counted = Counter(failures)
    for failure, count in counted.most_common(_SHOWN):
        print(f"FAILED: {failure}" + (f" ({count} times)" if count > 1 else ""))
    if len(counted) > _SHOWN:
        print(f"FAILED: and {len(counted) - _SHOWN} more")
    print(f"{options.on}: {report}: {'failed' if failures else 'every rule held'}", flush=True)
    return 1 if failures else 0


def _drill(options: argparse.Namespace) -> tuple[str, list[str]]:
    """Return what the drill counted, and what did not hold. Raises ServersMissingError."""
    from drill.harness import embedded_site, server_site
    from drill.people import people_site

    sites = {"embedded": embedded_site, "services": server_site, "people": people_site}
    with (
        tempfile.TemporaryDirectory(prefix="lyceum-drill-") as folder,
        sites[options.on](Path(folder)) as site,
    ):
        # From here on this process belongs to the site too: it queues the jobs, and counts.
        os.environ.update(site.environ)
        import django

        django.setup()
        from drill import people, rounds

        # Each drill has a site of its own kind.
        run: Any = people.run if options.on == "people" else rounds.run
        report, failures = run(site, kills=options.kills, seed=options.seed)
        if failures:
            print(site.logs()[-20_000:])
    return report, failures


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=".ci/drill", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="of each part")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="repeats the same choices")
    parser.add_argument("--on", choices=[*_SITES, "all"], default="all")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
