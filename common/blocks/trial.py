"""What course staff try out: state of blocks that is kept for a day and counts for nothing.

Staff who do not take the course, and staff who look at it as somebody else, answer like learners.
Their answers lie in the cache of the site, apart from all learners' rows: no score, completion or
event comes of them. One entry for each person and course run, or for each look as somebody else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from django.core.cache import cache

from common.blocks.learner_data import LearnerStore, StateRef
from common.core.jsontext import sha256_hex

if TYPE_CHECKING:
    from common.core.keys import BlockKey
    from common.enrollments.data import LearnerContext

KEPT_SECONDS: Final = 24 * 3600
# Of one entry. Beyond either, what was tried first goes first.
MOST_BLOCKS: Final = 200
MOST_CHARACTERS: Final = 500_000


class Trial:
    """What one person tried out in one run; read when first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._states: dict[str, str] | None = None

    @property
    def states(self) -> dict[str, str]:
        """The JSON state of each block by its key, the one tried longest ago first."""
        if self._states is None:
            found = cache.get(self._name)
            self._states = dict(found) if isinstance(found, dict) else {}
        return self._states

    def find(self, key: BlockKey) -> str | None:
        """Return the JSON state of a block, None where nothing was tried."""
        return self.states.get(str(key))

    def keep(self, store: LearnerStore) -> None:
        """Keep what a session changed; whoever comes last wins."""
        changed = [
            (str(ref.key), json.dumps(record.values))
            for ref, record in store.iter_changed()
            if isinstance(ref, StateRef)
        ]
        if not changed:
            return
        self._states = None  # another tab may have written since
        states = self.states
        for name, state in changed:
            states.pop(name, None)
            if len(state) <= MOST_CHARACTERS:
                states[name] = state
        while len(states) > MOST_BLOCKS or sum(map(len, states.values())) > MOST_CHARACTERS:
            del states[next(iter(states))]
        cache.set(self._name, states, KEPT_SECONDS)

    def forget(self) -> None:
        """Begin anew."""
        cache.delete(self._name)
        self._states = None


def find_trial(context: LearnerContext) -> Trial | None:
    """Return where the person's work is kept for trying out; None for learners and visitors."""
    viewer, view_as = context.viewer, context.view_as
    if view_as is not None:
        # Its name is drawn for each look as somebody else.
        place = f"as {view_as.trial}"
    elif viewer.is_staff and not viewer.is_enrolled and viewer.user_id is not None:
        place = f"staff {viewer.user_id}"
    else:
        return None
    return Trial("trial:" + sha256_hex(f"{context.run.id} {place}".encode()))
