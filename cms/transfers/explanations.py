"""What each code of an import's warnings means to an author, and what there is to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code in words: what was found, and the way to mend it."""

    title: str | Promise
    advice: str | Promise


_OPEN: Final = _("Import it again with “Open it for enrollment” ticked, or change the date.")

# Codes that keep learners out come first, then the rest by what they are about.
EXPLANATIONS: Final[dict[str, Explanation]] = {
    "ended": Explanation(_("The course has ended"), _OPEN),
    "enrollment_closed": Explanation(_("Enrollment has closed"), _OPEN),
    "enrollment_not_open": Explanation(_("Enrollment has not opened yet"), _OPEN),
    "invitation_only": Explanation(
        _("Learners enter by invitation only"),
        _("Import it again with “Open it for enrollment” ticked, or invite people."),
    ),
    "not_started": Explanation(
        _("The course has not started"),
        _("Import it again with “Start the course now” ticked, or change the start."),
    ),
    "not_published": Explanation(
        _("Nothing of the archive has been published"),
        _("Publish it on the course's page, when learners may see it."),
    ),
    # Scripts and HTML
    "author_script": Explanation(
        _("Texts and problems with scripts of their own"),
        _(
            "They run in a frame of their own, where they cannot reach the page or the learner's"
            " account. There is nothing to do unless a script needs the page around it: then ask"
            " the operators of the site to trust the scripts of this course."
        ),
    ),
    "bad_html": Explanation(
        _("HTML that does not close what it opens"),
        _("Browsers guess where it ends. Look at the text, and mend it if it looks wrong."),
    ),
    "missing_html": Explanation(
        _("Texts whose HTML file is missing"),
        _("The text was left out. Add the file to the archive, or write the text anew."),
    ),
    # Files that could not be read
    "bad_xml": Explanation(
        _("XML that cannot be read"),
        _("The block was left out. Mend the file at this line and import again."),
    ),
    "bad_json": Explanation(
        _("JSON that cannot be read"),
        _("The file was ignored. Mend it at this line and import again."),
    ),
    "bad_assets_json": Explanation(
        _("The list of uploaded files cannot be read"),
        _("The files are here; what the list said of them, such as locks, is not."),
    ),
    "bad_heads": Explanation(
        _("A list of unpublished changes that cannot be read"),
        _("Unpublished changes of pages, files and grading are left out. Export again."),
    ),
    "bad_meta": Explanation(
        _("Notes inside a block that cannot be read"),
        _("They were ignored; the block itself is complete."),
    ),
    "wrong_encoding": Explanation(
        _("Files that are not in UTF-8"),
        _("They were read as well as possible. Look for broken letters, and save them as UTF-8."),
    ),
    "name_encoding": Explanation(
        _("File names that are not in UTF-8"),
        _("Links to these files may not find them. Rename them and import again."),
    ),
    "doctype_dropped": Explanation(
        _("Document type declarations"),
        _("They were left out, for safety. There is nothing to do."),
    ),
    "wrong_root": Explanation(
        _("Files that hold another kind of block than expected"),
        _("The block was left out. Put the file into the folder of its kind."),
    ),
    # Blocks
    "missing_file": Explanation(
        _("Blocks whose file is missing"),
        _("They were left out. Add the file to the archive and import again."),
    ),
    "block_unreadable": Explanation(
        _("Blocks that their own type could not read"),
        _("They are kept and exported again, but not shown to learners. Mend their XML."),
    ),
    "unknown_block_type": Explanation(
        _("Blocks whose type is not installed"),
        _(
            "Learners see a notice in their place. They are kept as they are and work as soon as"
            " the operators install the type; those that hold other blocks need another import"
            " then. Without the type, replace them by other blocks."
        ),
    ),
    "problem_not_supported": Explanation(
        _("Problems that cannot be answered here"),
        _(
            "Learners see a notice in their place. Each finding names what stands in the way:"
            " mend or replace that part of the problem."
        ),
    ),
    "not_a_block": Explanation(
        _("XML in a place where no block can be"),
        _("It is kept and exported again; learners do not see it."),
    ),
    "child_twice": Explanation(
        _("Blocks that stand twice in one place"),
        _("The first place counts. Take the other one out."),
    ),
    "cycle": Explanation(
        _("Blocks that contain themselves"),
        _("They were left out where they come round again. Take that place out of the XML."),
    ),
    "name_repeated": Explanation(
        _("Two blocks with one name"),
        _("See which of them was kept or renamed, and give each a name of its own."),
    ),
    "name_cleaned": Explanation(
        _("Block names with letters that addresses do not allow"),
        _("They were renamed. Links that use the old name need the new one."),
    ),
    "key_cleaned": Explanation(
        _("The course's own name has letters that keys do not allow"),
        _("The course has the key shown here. To have another, name it in the form."),
    ),
    "too_deep": Explanation(
        _("Blocks that are nested too deeply"),
        _("What lies deeper was left out. Bring the blocks up by some levels."),
    ),
    "empty_course": Explanation(
        _("The course has no sections"), _("Check that this is the right archive.")
    ),
    "lost_source": Explanation(
        _("Blocks that depend on a block that is not there"),
        _("Learners see them never or always. Name the right block in their settings."),
    ),
    "lost_partition": Explanation(
        _("Blocks for groups that the course does not have"),
        _("Add the groups to the course, or take the condition away."),
    ),
    "unknown_group": Explanation(
        _("Blocks for groups that the course does not have"),
        _("Add the groups to the course, or take the condition away."),
    ),
    "lost_child": Explanation(
        _("Groups that are shown a block which is not there"),
        _("Learners of this group see nothing there. Give the group a block."),
    ),
    # Drafts
    "draft_orphan": Explanation(
        _("Drafts that belong to no part of the course"),
        _("They are kept aside and exported again. Move them in the original and export it anew."),
    ),
    "draft_parent": Explanation(
        _("Drafts whose place does not exist"),
        _("They are kept aside and exported again. Move them in the original and export it anew."),
    ),
    # Settings and grading
    "invalid_value": Explanation(
        _("Settings with a value that makes no sense"),
        _("The setting was ignored, the default applies. Correct the value."),
    ),
    "bad_policy": Explanation(
        _("Settings in policy.json that cannot be read"),
        _("They were ignored, the defaults apply. Correct them and import again."),
    ),
    "bad_page_field": Explanation(
        _("Course page fields with a value that cannot be read"),
        _("The file is kept, and sets nothing. Correct it and import again."),
    ),
    "policy_overrides": Explanation(
        _("Settings that policy.json or a meta element gives otherwise than an attribute"),
        _("The attribute does not apply. Check that the other value is the one you want."),
    ),
    "policy_unknown_block": Explanation(
        _("Settings for blocks that are not there"),
        _("They were ignored. Often these are left from blocks that were deleted."),
    ),
    "bad_grading_policy": Explanation(
        _("Grading rules that cannot be read"),
        _("The default applies there. Check how the course is graded before it begins."),
    ),
    "grading_weights": Explanation(
        _("Grading weights that do not add up to 100 %"),
        _("Full marks do not give 100 %. Check the weights of the assignment types."),
    ),
    "unknown_assignment_type": Explanation(
        _("Graded parts of a type that the grading rules lack"),
        _("They do not count towards the grade. Add the type, or choose another."),
    ),
    # Uploaded files
    "asset_twins": Explanation(
        _("Uploaded files whose names differ only in form"),
        _("Here both are kept; other platforms may lose one. Rename one of them."),
    ),
    "duplicate_member": Explanation(
        _("Files that the archive holds twice"), _("The last one was taken.")
    ),
    "link_dropped": Explanation(
        _("Links between files that lead nowhere"),
        _("They were left out. Put the file itself in their place."),
    ),
    "outside_course": Explanation(
        _("Files beside the course's folder"),
        _("They are not part of the course and were left out."),
    ),
}
_UNKNOWN: Final = Explanation(
    _("Other findings"), _("Each says what was found and what was done about it.")
)


def explain(code: str) -> Explanation:
    """Return what a code means; codes of other versions get a general sentence."""
    return EXPLANATIONS.get(code, _UNKNOWN)
