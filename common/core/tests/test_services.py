"""The real servers do real work, and what a test makes on them is its own."""

from pathlib import Path
from urllib.parse import urlsplit

import kombu
import pymongo
import pytest
from pymemcache.client.base import Client

from common.core.testing import read_services


def test_mariadb_tells_keys_of_different_case_apart_in_a_binary_collation(mysql_url: str) -> None:
    import MySQLdb  # a site on SQLite has no MySQL driver, and the other tests need none

    url = urlsplit(mysql_url)
    connection = MySQLdb.connect(
        host=url.hostname,
        port=url.port,
        user=url.username,
        password=url.password,
        database=url.path.lstrip("/"),
    )
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE t (k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)")
    cursor.execute("INSERT INTO t VALUES ('html@Intro'), ('html@intro'), ('html@Intró')")
    cursor.execute("SELECT COUNT(*) FROM t WHERE k = 'html@intro'")
    assert cursor.fetchone() == (1,)
    connection.close()


def test_mongodb_protocol_server_refuses_a_second_document_of_one_id(mongodb_url: str) -> None:
    with pymongo.MongoClient[dict[str, object]](mongodb_url) as client:
        collection = client.get_default_database()["things"]
        collection.insert_one({"_id": "a", "payload": b"1"})
        with pytest.raises(pymongo.errors.DuplicateKeyError):
            collection.insert_one({"_id": "a", "payload": b"2"})


def test_rabbitmq_keeps_a_message_until_it_is_fetched(rabbitmq_url: str) -> None:
    with kombu.Connection(rabbitmq_url) as connection, connection.SimpleQueue("q") as queue:
        queue.put({"n": 1})
        message = queue.get(timeout=5)
        message.ack()
        assert message.payload == {"n": 1}


def test_memcached_returns_what_it_was_given(memcached_url: str) -> None:
    client = Client(urlsplit(memcached_url).netloc)
    client.set("test-services", b"1")
    assert client.get("test-services") == b"1"
    client.close()


def test_servers_that_were_never_started_are_none(tmp_path: Path) -> None:
    assert read_services(tmp_path / "services.env") is None


def test_settings_of_some_servers_only_are_none(tmp_path: Path) -> None:
    path = tmp_path / "services.env"
    path.write_text("LYCEUM_SHARED_CACHE_URL=memcached://127.0.0.1:1\n")
    assert read_services(path) is None
