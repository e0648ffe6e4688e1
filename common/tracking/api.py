"""The door of event tracking.

``record`` inside a transaction, for what the site did; ``emit`` for what an interface tells.
"""

from common.tracking.data import Event, RequestInfo
from common.tracking.outbox import emit, outbox_depth, record
from common.tracking.requests import answering, current_request, register_looks, request_info

__all__ = [
    "Event",
    "RequestInfo",
    "answering",
    "current_request",
    "emit",
    "outbox_depth",
    "record",
    "register_looks",
    "request_info",
]
