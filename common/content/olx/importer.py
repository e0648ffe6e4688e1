"""Import a course archive: understand all of it, then write it, then move the heads.

Nothing is written before the whole course is understood. Files, definitions and versions are
kept by their hashes, so that a failure leaves them unused and the earlier course as it was;
one transaction at the end makes the new one the course.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from common.content import api
from common.content.data import JSON, Asset, Block, CourseTree, Definition
from common.content.olx.archive import open_archive
from common.content.olx.assets import Assets, read_assets, store_assets
from common.content.olx.checks import (
    check_blocks,
    find_obstacles,
    find_unpublished,
    open_settings,
)
from common.content.olx.coursefile import course_policies, read_course, read_identity
from common.content.olx.drafts import read_drafts
from common.content.olx.errors import InvalidCourseError
from common.content.olx.files import CourseFiles, find_course
from common.content.olx.headsfile import (
    Detached,
    DraftRoot,
    HeadsFile,
    add_detached,
    apply_draft,
    read_heads_file,
)
from common.content.olx.limits import DEFAULT_LIMITS, Limits
from common.content.olx.links import LinkFixer
from common.content.olx.pages import Pages, read_pages
from common.content.olx.parsed import Branches, ParsedBlock, SourceCourse, reachable
from common.content.olx.policies import Policy, read_grading_policy, read_policy, template_path
from common.content.olx.reader import BlockReader
from common.content.olx.report import ImportReport, Progress, Warning, WarningLog
from common.content.olx.settle import settle_xml
from common.content.olx.values import date_text
from common.content.references import COURSE_BLOCK
from common.core.keys import KEY_MAX_LENGTH, BlockKey, CourseKey
from common.files import api as files_api


@dataclass(slots=True)
class UnderstoodCourse:
    """All of an archive, read and checked; nothing of it is written yet."""

    source: SourceCourse
    branches: Branches
    published: Mapping[BlockKey, ParsedBlock]
    drafts: Mapping[BlockKey, ParsedBlock]
    policy: JSON
    pages: Pages
    assets: Assets
    heads: HeadsFile
    files: CourseFiles


def import_archive(
    source: Path,
    *,
    course_key: CourseKey | None = None,
    start: datetime | None = None,
    open_enrollment: bool = False,
    author_id: int | None = None,
    progress: Progress | None = None,
    in_transaction: Callable[[CourseKey], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ImportReport:
    """Make a course of an archive or folder; return what was found. Raises InvalidCourseError.

    ``course_key`` None: the key that the archive names. ``start`` and ``open_enrollment``
    change the course's own settings. ``in_transaction`` is called with the key where the
    heads move: what it writes appears with the course or not at all.
    """
    if course_key is not None and len(str(course_key)) > KEY_MAX_LENGTH:
        raise InvalidCourseError(
            f"A course key has at most {KEY_MAX_LENGTH} characters. Choose a shorter one."
        )
    tell = progress or _silent
    log = WarningLog()
    now = datetime.now(UTC)
    tell("Opening the archive")
    with open_archive(source, log=log, limits=limits) as members:
        course = understand(find_course(members, log, limits), log, tell)
        _change_settings(course, start=start, open_enrollment=open_enrollment, now=now)
        obstacles = _obstacles(course, now)
        key = course_key or course.source.key
        tell(f"Writing {len(course.drafts)} blocks and {len(course.assets.members)} files")
        draft, published = _write(course, tell)
        api.create_or_replace_course(
            key,
            draft=draft,
            published=published,
            author_id=author_id,
            message=f"Import of {source.name}",
            in_transaction=None if in_transaction is None else partial(in_transaction, key),
        )
    unpublished = course.branches.from_drafts if course.heads.is_published else set(course.drafts)
    return ImportReport(
        course_key=key,
        version=published,
        draft_version=draft,
        blocks=_count(course.published if course.heads.is_published else ()),
        drafts=_count(key for key in unpublished if key in course.drafts),
        warnings=(*log.all, *obstacles),
        obstacles=obstacles,
        assets=len(course.assets.members),
    )


def read_archive_key(source: Path, *, limits: Limits = DEFAULT_LIMITS) -> CourseKey:
    """Return the key that an archive or folder names. Raises InvalidCourseError."""
    log = WarningLog()
    with open_archive(source, log=log, limits=limits) as members:
        return read_identity(find_course(members, log, limits), log)[1].key


def _silent(_message: str) -> None:
    """Tell nobody."""


def _count(keys: Iterable[BlockKey]) -> dict[str, int]:
    return dict(sorted(Counter(key.block_type for key in keys).items()))


def understand(files: CourseFiles, log: WarningLog, tell: Progress) -> UnderstoodCourse:
    """Read a whole course. Raises InvalidCourseError; writes nothing."""
    tell("Reading the course")
    document, source = read_identity(files, log)
    policy = read_policy(files, source.run, log)
    policies = course_policies(policy.entries, source.run)
    reader = BlockReader(files, source=source, policies=policies, log=log)
    read_course(reader, document, source.run)
    branches = read_drafts(reader, source.run, policy)
    _check_places(branches.published, files.limits)
    _check_places({**branches.published, **branches.drafts}, files.limits)
    branches.published = reachable(branches.published)
    grading, grading_path = read_grading_policy(files, source.run, log)
    course = UnderstoodCourse(
        source=source,
        branches=branches,
        published=branches.published,
        drafts=branches.draft_blocks(),
        policy=grading,
        pages=read_pages(files, source.run, LinkFixer(source), log),
        assets=read_assets(files, log),
        heads=read_heads_file(files, log, (set(branches.published), set(branches.draft_blocks()))),
        files=files,
    )
    rest = _policy_rest(policy, policies, course, log)
    _keep_in_course(course, policy, rest, grading_path)
    check_blocks({**course.published, **course.drafts}, grading, log)
    return course


def _check_places(blocks: Mapping[BlockKey, ParsedBlock], limits: Limits) -> None:
    """Refuse a course whose shared blocks stand in more places than anybody can walk."""
    places: dict[BlockKey, int] = {}
    stack = [COURSE_BLOCK]
    while stack:
        key = stack[-1]
        pending = [child for child in blocks[key].children if child not in places]
        if pending and key not in places:
            stack.extend(pending)
            continue
        stack.pop()
        places[key] = 1 + sum(places[child] for child in blocks[key].children)
        if places[key] > limits.places:
            raise InvalidCourseError(
                "Blocks of this course contain one another in too many places. Use each block "
                "in one place."
            )


def _policy_rest(
    policy: Policy,
    policies: Mapping[str, Mapping[str, JSON]],
    course: UnderstoodCourse,
    log: WarningLog,
) -> dict[str, JSON]:
    """Return the entries of policy.json that no block of the course took."""
    taken = {f"{key.block_type}/{key.block_id}" for key in (*course.published, *course.drafts)}
    rest: dict[str, JSON] = dict(policy.odd)
    for name, entry in policies.items():
        if name not in taken:
            log.add(
                "policy_unknown_block",
                f"policy.json names {name}, which does not exist.",
                policy.path.replace("{run}", course.source.run),
            )
            rest[name] = entry
    if course.source.run != "course" and "course/course" in policy.entries:
        rest["course/course"] = policy.entries["course/course"]
    return rest


def _keep_in_course(
    course: UnderstoodCourse, policy: Policy, rest: Mapping[str, JSON], grading_path: str
) -> None:
    """Note in the course block what export needs and no block has."""
    kept = {
        "policy_rest": dict(rest),
        "policy_path": policy.path if policy.path != "policies/{run}/policy.json" else "",
        "grading_path": "" if "{run}" in grading_path else grading_path,
        "overrides": course.pages.overrides,
        "assets_rest": course.assets.rest,
        "equal_drafts": course.branches.equal_drafts,
    }
    for blocks in (course.published, course.drafts):
        xml = blocks[COURSE_BLOCK].xml
        xml.update({name: value for name, value in kept.items() if value})


def _change_settings(
    course: UnderstoodCourse, *, start: datetime | None, open_enrollment: bool, now: datetime
) -> None:
    for blocks in (course.published, course.drafts):
        block = blocks[COURSE_BLOCK]
        before = dict(block.settings)
        if start is not None:
            block.settings["start"] = date_text(start)
        if open_enrollment:
            open_settings(block.settings, now)
        if block.settings != before:
            block.xml = settle_xml(block.key.block_type, block.settings, block.fields, block.xml)


def _obstacles(course: UnderstoodCourse, now: datetime) -> tuple[Warning, ...]:
    """Return what keeps learners out of the course, as it will stand."""
    if not course.heads.is_published:
        return find_unpublished(), *find_obstacles(course.drafts[COURSE_BLOCK].settings, now)
    return tuple(find_obstacles(course.published[COURSE_BLOCK].settings, now))


def _write(course: UnderstoodCourse, tell: Progress) -> tuple[str, str | None]:
    """Write both versions; return the ids of draft and published."""
    manifest = store_assets(course.assets, tell)
    extras = _store_files(course)
    writer = api.ObjectWriter()
    pages = {path: writer.add_text(text) for path, text in course.pages.texts.items()}
    blocks: dict[int, Block] = {}
    heads = course.heads

    def tree(parsed: Mapping[BlockKey, ParsedBlock], detached: Detached) -> CourseTree:
        made = _tree(parsed, blocks, writer, course.policy, manifest, pages, extras)
        return add_detached(made, detached, add_definition=writer.add_definition)

    published = None
    if heads.is_published:
        published = api.write_tree(tree(course.published, heads.detached), writer=writer)
    own = heads.draft or DraftRoot()
    draft = tree(course.drafts, heads.detached if own.detached is None else own.detached)
    return api.write_tree(
        apply_draft(draft, own, add_text=writer.add_text), writer=writer
    ), published


def _store_files(course: UnderstoodCourse) -> dict[str, str]:
    """Keep the files that nothing has read; return their hashes by path."""
    members = course.files.members
    unused = course.files.unused()
    wanted = [*(members[path] for path in unused), *course.heads.members.values()]
    stored = files_api.store_many(member.chunks() for member in wanted)
    return {
        template_path(path, course.source.run): file.sha256
        for path, file in zip(unused, stored, strict=False)
    }


def _tree(
    parsed: Mapping[BlockKey, ParsedBlock],
    blocks: dict[int, Block],
    writer: api.ObjectWriter,
    policy: JSON,
    assets: Mapping[str, Asset],
    pages: Mapping[str, str],
    extras: Mapping[str, str],
) -> CourseTree:
    made = {}
    for key, block in parsed.items():
        if id(block) not in blocks:
            blocks[id(block)] = _block(block, writer)
        made[key] = blocks[id(block)]
    return CourseTree(
        course=made.pop(COURSE_BLOCK),
        blocks=made,
        policy=policy,
        assets=assets,
        pages=pages,
        extras=extras,
    )


def _block(block: ParsedBlock, writer: api.ObjectWriter) -> Block:
    definition = None
    if block.has_definition:
        definition = writer.add_definition(Definition(fields=block.fields, olx=block.olx))
    return Block(
        key=block.key,
        settings=block.settings,
        children=tuple(block.children),
        definition=definition,
        xml=block.xml,
    )
