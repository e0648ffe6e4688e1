"""How gunicorn serves each site, in ``make run`` and in production."""

from __future__ import annotations

import gc
import os
from typing import Any

from common.core.warmup import warm_up

# Browsers open connections ahead of need; a worker without threads would sit on one of them.
worker_class = "gthread"
threads = 4
keepalive = 30
timeout = 120
graceful_timeout = 10
# Code and templates are loaded once and shared with the workers as long as nobody writes to them.
preload_app = True
# Workers are replaced now and then, spread out, so that a slow leak of a block never adds up.
max_requests = 20_000
max_requests_jitter = 2_000
# Heartbeats in memory where there is some: on a busy disk they would stall the workers.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 # gunicorn makes a private file there
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True


def on_starting(_server: Any) -> None:
    """Load what every page needs, once: before the port opens and the workers are forked.

    It is frozen, because the collector would otherwise write into the objects that they share.
    """
    warm_up()
    gc.collect()
    gc.freeze()
    # A page makes some 5,000 containers and hardly a cycle: with the default of 700 a tenth of
    # its time went into looking for them.
    gc.set_threshold(20_000, 20, 100)
