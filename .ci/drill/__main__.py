"""Kill workers and the broker at random while jobs run; see that nothing is lost or done twice.

``python .ci/drill --kills 20 [--seed TEXT] [--on embedded|services|both]``
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

_SHOWN = 40
ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str]) -> int:
    """Run the drill; 0 when every rule held, 1 with what did not."""
    options = _parse(argv)
    if options.on == "both":
        # One process for each site: Django reads its settings once.
        command = [sys.executable, __file__, "--kills", str(options.kills), "--seed", options.seed]
        return max(
            subprocess.run([*command, "--on", name], check=False).returncode
            for name in ("embedded", "services")
        )
    sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]
    from drill.harness import ServersMissingError

    print(f"drill on {options.on}: seed {options.seed}, {options.kills} kills of each", flush=True)
    try:
        report, failures = _drill(options)
    except ServersMissingError as error:
        print(error, file=sys.stderr)
        return 1
    for failure in failures[:_SHOWN]:
        print(f"FAILED: {failure}")
    if failures[_SHOWN:]:
        print(f"FAILED: and {len(failures) - _SHOWN} more")
    print(f"{options.on}: {report}: {'failed' if failures else 'every rule held'}", flush=True)
    return 1 if failures else 0


def _drill(options: argparse.Namespace) -> tuple[str, list[str]]:
    """Return what the drill counted, and what did not hold. Raises ServersMissingError."""
    from drill.harness import embedded_site, server_site

    open_site = embedded_site if options.on == "embedded" else server_site
    with (
        tempfile.TemporaryDirectory(prefix="lyceum-drill-") as folder,
        open_site(Path(folder)) as site,
    ):
        # From here on this process belongs to the site too: it queues the jobs.
        os.environ.update(site.environ)
        import django

        django.setup()
        from drill.rounds import run

        report, failures = run(site, kills=options.kills, seed=options.seed)
        if failures:
            print(site.logs()[-20_000:])
    return report, failures


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=".ci/drill", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="of workers, and of the broker")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="repeats the same choices")
    parser.add_argument("--on", choices=["embedded", "services", "both"], default="both")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
