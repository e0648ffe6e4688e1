"""The Celery application: one queue of wake-up messages, on either transport.

``celery -A common.tasks.celery worker`` works; ``manage.py lms worker`` starts the same
with the options that fit and the background duties beside it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_shutdown, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

from django.conf import settings

from common.tasks import queuefolder
from common.tasks.wake import RUN_TASK

if TYPE_CHECKING:
    from common.tasks.host import WorkerHost

QUEUE = queuefolder.QUEUE


def broker_options() -> dict[str, Any]:
    """Return Celery's broker settings for ``BROKER_URL``; empty means a folder under home."""
    if settings.BROKER_URL:
        return {
            "broker_url": settings.BROKER_URL,
            "broker_transport_options": {"confirm_publish": True},
        }
    return {
        "broker_url": f"{queuefolder.ALIAS}://localhost",
        "broker_transport_options": {"folder": str(settings.LYCEUM_HOME / "queue")},
    }


app = Celery("lyceum")
app.conf.update(
    **broker_options(),
    task_default_queue=QUEUE,
    task_default_delivery_mode="persistent",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # The message is handled in an instant; the work is done by the threads of the host.
    worker_pool="solo",
    worker_concurrency=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_timeout=3,
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # The rows are the truth: nothing is gained by keeping a dead connection's tasks.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="UTC",
)


def _host() -> WorkerHost:
    # Celery reads this module before it has set Django up.
    from common.tasks.host import host

    return host


@app.task(name=RUN_TASK)
def run_jobs(job_id: str | None = None) -> None:
    """Wake the threads of this worker that look for due jobs."""
    _host().wake()


@setup_logging.connect
def _keep_django_logging(**_kwargs: object) -> None:
    """Leave the logging as Django's settings say."""


@worker_init.connect
def _start_host(**_kwargs: object) -> None:
    _host().start()


@worker_shutting_down.connect
def _begin_stop(**_kwargs: object) -> None:
    # Called from a signal handler: only flags are set here.
    _host().begin_stop()


@worker_shutdown.connect
def _end_stop(**_kwargs: object) -> None:
    _host().join()
