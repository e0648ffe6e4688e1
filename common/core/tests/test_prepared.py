"""Prepared queries: the rows that Django's own query gives, from a statement made once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from common.core.counting import count_statements
from common.core.prepared import Instances, prepared

pytestmark = pytest.mark.django_db

made: list[int] = []
instances = Instances(Permission, "content_type")


@prepared
def people(names: Any, is_staff: Any) -> QuerySet[Any, Any]:
    made.append(len(names))
    rows = User.objects.filter(username__in=names, is_staff=is_staff, is_active=True)
    return rows.order_by("username").values_list("username", "date_joined", "is_superuser")


@prepared
def permissions(codename: Any) -> QuerySet[Any, Any]:
    return Permission.objects.filter(codename=codename).values_list(*instances.columns)


@prepared
def locked(pk: Any) -> QuerySet[Any, Any]:
    return User.objects.select_for_update().filter(pk=pk).values_list("pk")


def make_people(count: int) -> list[str]:
    names = [f"person{number:03}" for number in range(count)]
    User.objects.bulk_create(User(username=name) for name in names)
    return names


@pytest.mark.parametrize("count", [1, 2, 5, 7, 48, 49, 800])
def test_a_list_of_any_length_gives_the_rows_of_djangos_query(count: int) -> None:
    names = make_people(count)
    rows = User.objects.filter(username__in=names).order_by("username")
    expected = list(rows.values_list("username", "date_joined", "is_superuser"))
    assert people(names=names, is_staff=False) == expected
    assert people(names=names, is_staff=True) == []


def test_an_empty_list_gives_nothing_and_asks_nothing() -> None:
    with count_statements() as statements:
        assert people(names=[], is_staff=False) == []
    assert len(statements) == 0


def test_the_statement_is_made_once_for_lists_of_about_one_length() -> None:
    names = make_people(64)
    people(names=names, is_staff=False)
    made.clear()
    for count in range(49, 65):
        assert len(people(names=names[:count], is_staff=False)) == count
    assert made == []


def test_an_instance_comes_with_those_that_it_points_to() -> None:
    expected = Permission.objects.select_related("content_type").get(codename="add_user")
    found = instances.make(permissions(codename="add_user")[0])
    with count_statements() as statements:
        assert found == expected
        assert found.content_type == expected.content_type
        assert found.content_type.model == "user"
    assert len(statements) == 0


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction_also_the_second_time() -> None:
    with transaction.atomic():
        locked(pk=1)
    with pytest.raises(TransactionManagementError):
        locked(pk=1)
