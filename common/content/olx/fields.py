"""Which fields the built-in block types have in OLX: their kind, and where their value lives.

The one declaration of the split between settings (kept in the block) and content (kept in
the definition). Block classes must agree. Names are those of the OLX reference, section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The JSON form of a value and its text form in an XML attribute."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"  # "2026-01-31T08:00:00Z", with microseconds where there are some
    TIMEDELTA = "timedelta"  # "1 day 2 hours 3 minutes 4 seconds", parts optional
    CLOCK = "clock"  # "HH:MM:SS" from the start of a video; with a fraction, seconds
    LIST = "list"
    DICT = "dict"
    REFERENCES = "references"  # list of "TYPE@NAME"; text: ids separated by ";"
    REFERENCE_MAP = "reference_map"  # {anything: "TYPE@NAME"}


class FieldScope(StrEnum):
    """Where a field is kept."""

    SETTINGS = "settings"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one block type."""

    kind: Kind
    scope: FieldScope = FieldScope.SETTINGS


Fields = Mapping[str, Field]


def _settings(**names: str) -> dict[str, Field]:
    """Return settings fields; each argument is a kind with the names that have it."""
    return {
        name: Field(Kind(kind.rstrip("_"))) for kind, line in names.items() for name in line.split()
    }


# Set at any level, and handed down to what is below (the reference lists the defaults).
INHERITED: Fields = _settings(
    boolean="""graded visible_to_staff_only show_reset_button self_paced hide_from_toc
        in_entrance_exam edxnotes video_speed_optimizations video_auto_advance
        use_latex_compiler""",
    date="start due",
    integer="relative_weeks_due max_attempts",
    float="days_early_for_beta",
    timedelta="graceperiod",
    dict="group_access video_bumper",
    list="user_partitions",
    string="""showanswer show_correctness rerandomize static_asset_path matlab_api_key xqa_key
        giturl course_edit_method""",
)

# Every block has these; they are not handed down.
COMMON: Fields = _settings(
    string="display_name format chrome default_tab", boolean="hide_after_due"
)

_COURSE = _settings(
    date="end enrollment_start enrollment_end announcement certificate_available_date",
    string="""advertised_start catalog_visibility course_visibility display_organization
        display_coursenumber language course_image banner_image license wiki_slug
        discussion_link certificates_display_behavior proctoring_provider
        cosmetic_display_price enrollment_domain""",
    boolean="""invitation_only mobile_available entrance_exam_enabled enable_subsection_gating
        show_calculator disable_progress_graph no_grade allow_anonymous
        allow_anonymous_to_peers cert_html_view_enabled enable_timed_exams
        enable_proctored_exams allow_proctoring_opt_out""",
    integer="max_student_enrollments_allowed",
    float="entrance_exam_minimum_score_pct minimum_grade_credit",
    list="""pre_requisite_courses learning_info advanced_modules lti_passports pdf_textbooks
        html_textbooks textbooks course_wide_js course_wide_css tabs discussion_blackouts""",
    dict="""instructor_info teams_configuration other_course_settings discussion_topics
        discussions_settings cohort_config certificates""",
)

_SEQUENTIAL = _settings(
    boolean="""is_time_limited is_proctored_enabled is_practice_exam is_onboarding_exam
        is_entrance_exam""",
    integer="default_time_limit_minutes",
    # Opens after another subsection (its url_name): percents of its points and of its completion.
    string="exam_review_rules prereq",
    float="prereq_min_score prereq_min_completion",
)

_PROBLEM: dict[str, Field] = {
    **_settings(
        float="weight",
        integer="attempts_before_showanswer_button submission_wait_seconds",
        boolean="force_save_button markdown_edited",
        string="grading_method source_code",
    ),
    "data": Field(Kind.STRING, FieldScope.CONTENT),
    # As long as the problem itself, and read by the editor only.
    "markdown": Field(Kind.STRING, FieldScope.CONTENT),
}

_VIDEO = _settings(
    string="""youtube_id_0_75 youtube_id_1_0 youtube_id_1_25 youtube_id_1_5 edx_video_id sub track
        handout thumbnail license""",
    list="html5_sources",
    dict="transcripts",
    clock="start_time end_time",
    boolean="download_video download_track show_captions only_on_web public_access",
)

_LTI = _settings(
    string="lti_id launch_url description button_text",
    list="custom_parameters",
    boolean="""open_in_a_new_page has_score hide_launch ask_to_send_username ask_to_send_email
        accept_grades_past_due""",
    float="weight",
)

_SOURCED = _settings(
    string="source_library_id source_library_version capa_type",
    integer="max_count",
    boolean="allow_resetting_children",
)

_OWN: Mapping[str, Fields] = {
    "course": _COURSE,
    "chapter": _settings(list="highlights"),
    "sequential": _SEQUENTIAL,
    "vertical": _settings(boolean="discussion_enabled"),
    "html": {**_settings(string="editor"), "data": Field(Kind.STRING, FieldScope.CONTENT)},
    "problem": _PROBLEM,
    "video": _VIDEO,
    "discussion": _settings(string="discussion_id discussion_category discussion_target sort_key"),
    "lti": _LTI,
    "split_test": _settings(integer="user_partition_id", reference_map="group_id_to_child"),
    "library_content": _SOURCED,
    "itembank": _SOURCED,
    "randomize": {},
    "conditional": _settings(
        references="sources_list show_tag_list",
        string="conditional_attr conditional_value conditional_message",
    ),
}

NATIVE_TYPES = frozenset(_OWN)
# Native types whose child elements are child blocks.
CONTAINER_TYPES = frozenset(
    {
        "course",
        "chapter",
        "sequential",
        "vertical",
        "split_test",
        "library_content",
        "itembank",
        "randomize",
        "conditional",
    }
)

_MERGED: Mapping[str, Fields] = {
    block_type: {**INHERITED, **COMMON, **own} for block_type, own in _OWN.items()
}
# What we read of a type that we do not know: enough for access rules and outlines.
UNKNOWN_FIELDS: Fields = {**INHERITED, **COMMON}


def fields_of(block_type: str) -> Fields:
    """Return the fields of a type by name; those that every block has for an unknown one."""
    return _MERGED.get(block_type, UNKNOWN_FIELDS)
