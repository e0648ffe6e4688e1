"""What the site holds of a person is known: no table that points at somebody is forgotten."""

from __future__ import annotations

from collections import Counter

from django.apps import apps
from django.contrib.auth import get_user_model

from common.accounts.personal import personal_data


def test_each_table_that_points_at_a_person_belongs_to_one_part() -> None:
    """A new one is added to its app's part, with what it gives out and what happens at the end."""
    people = get_user_model()
    pointing = {
        model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.remote_field is not None and field.remote_field.model is people
    }
    named = Counter(label for part in personal_data() for label in part.models)
    assert pointing - named.keys() == set()
    assert named.keys() - pointing == set()
    assert {label for label, times in named.items() if times > 1} == set()
