"""The service ``completion``: how far the person got, and what being seen completes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from xblock.completable import XBlockCompletionMode

from common.blocks import types
from common.core.keys import UsageKey
from common.core.keys import block_key as to_key

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

# Long enough to have looked, short enough to count before somebody moves on.
VIEW_DELAY_MS = 5000


class CompletionService:
    """Reads the session's rows; what is submitted is buffered like any publication."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def completion_tracking_enabled(self) -> bool:
        return self._session.keeps_work

    def get_completions(self, candidates: Iterable[UsageKey]) -> dict[UsageKey, float]:
        """Return 0.0 to 1.0 for each of these blocks. One statement at most."""
        keys = {usage: to_key(usage) for usage in candidates}
        self._session.store.load_states(list(keys.values()))
        return {usage: self._session.completion_of(key) for usage, key in keys.items()}

    def submit_completion(self, block_key: UsageKey, completion: float) -> None:
        """Complete a block of this course so far, 0.0 to 1.0; anything else is left out."""
        if self._is_accepted(block_key, completion):
            self._session.buffer.completions[to_key(block_key)] = float(completion)

    def submit_group_completion(
        self,
        block_key: UsageKey,
        completion: float,
        users: Iterable[Any] | None = None,
        user_ids: Iterable[int] | None = None,
    ) -> None:
        """Complete a block for several people; those of them who are enrolled keep it.

        The one at work is among them only if named. The others' follows once theirs is stored.
        """
        named = {*(user.pk for user in users or ()), *(user_ids or ())}
        session = self._session
        if session.context.user_id in named:
            self.submit_completion(block_key, completion)
        if self._is_accepted(block_key, completion):
            for user_id in sorted(named - {session.context.user_id}):
                session.buffer.others.append((user_id, to_key(block_key), float(completion)))

    def _is_accepted(self, usage: UsageKey, completion: float) -> bool:
        key = to_key(usage)
        if usage.course_key != self._session.course_key or key not in self._session.outline.blocks:
            return False
        found = types.find_block_class(key.block_type)
        if found is None or types.completion_mode(found) != XBlockCompletionMode.COMPLETABLE:
            return False
        return 0.0 <= completion <= 1.0

    def can_mark_block_complete_on_view(self, block: Any) -> bool:
        return types.is_complete_on_view(type(block))

    def blocks_to_mark_complete_on_view(self, blocks: Collection[Any]) -> set[Any]:
        """Return those blocks that being seen completes, and that are not complete yet."""
        candidates = [block for block in blocks if self.can_mark_block_complete_on_view(block)]
        done = self.get_completions([block.scope_ids.usage_id for block in candidates])
        return {block for block in candidates if done[block.scope_ids.usage_id] < 1.0}

    def vertical_is_complete(self, item: Any) -> bool:
        """Tell whether all below a unit that can be completed is."""
        outline = self._session.outline
        wanted = [
            block.key
            for block in outline.iter_subtree(to_key(item.scope_ids.usage_id))
            if block.completion_mode == XBlockCompletionMode.COMPLETABLE
            and self._session.is_visible(block.key)
        ]
        self._session.store.load_states(wanted)
        return all(self._session.completion_of(key) >= 1.0 for key in wanted)

    def get_complete_on_view_delay_ms(self) -> int:
        return VIEW_DELAY_MS
