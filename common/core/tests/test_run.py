"""What stands in the way of a start is named, with what to do."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from common.core.env import HomeError, read_environment
from common.core.run import (
    CannotRunError,
    announcement,
    bind_address,
    check_ports,
    only_instance,
    programs,
    public_host,
)
from common.core.testing import free_ports

# Nobody makes files there, not even root.
NOWHERE = Path("/proc/nothing")
ANYWHERE = "0.0.0.0"  # noqa: S104 # asked for in so many words


@pytest.mark.parametrize(
    ("offset", "site"),
    [
        pytest.param(0, "LMS", id="the first port is the LMS's"),
        pytest.param(1, "Studio", id="the next is Studio's"),
        pytest.param(2, "Insights", id="the third is that of Insights"),
    ],
)
def test_a_port_in_use_is_named_with_its_holder_and_a_way_out(offset: int, site: str) -> None:
    # Its neighbours have to be free, or one of them is named.
    taken = free_ports(5) + 2
    environment = read_environment({"LYCEUM_PORT": str(taken - offset)})
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", taken))
        listener.listen()
        with pytest.raises(CannotRunError) as caught:
            check_ports(environment)
    message = str(caught.value)
    assert f"Port {taken}, for {site}, is in use" in message
    assert f"(process {os.getpid()})" in message
    assert f"make run PORT={taken + 10}" in message


def test_a_stranger_on_the_ipv6_loopback_counts_as_using_the_port() -> None:
    with socket.socket(socket.AF_INET6) as listener:
        try:
            listener.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 loopback here")
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(CannotRunError):
            check_ports(read_environment({"LYCEUM_PORT": str(port)}))


@pytest.mark.parametrize(
    ("host", "address", "shown"),
    [
        pytest.param("localhost", "127.0.0.1", "localhost", id="default: this machine only"),
        pytest.param(ANYWHERE, ANYWHERE, "localhost", id="anywhere is printed as localhost"),
        pytest.param("192.0.2.7", "192.0.2.7", "192.0.2.7", id="an address is itself"),
    ],
)
def test_host_to_listen_on_and_to_print(host: str, address: str, shown: str) -> None:
    environment = read_environment({"LYCEUM_HOST": host})
    assert (bind_address(environment), public_host(environment)) == (address, shown)


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("no.such.host.invalid", id="a name that leads nowhere"),
        pytest.param("192.0.2.1", id="an address of another machine"),
    ],
)
def test_a_host_that_is_not_this_machine_is_named(host: str) -> None:
    with pytest.raises(CannotRunError, match=f"HOST={host} is no address of this machine"):
        check_ports(read_environment({"LYCEUM_HOST": host, "LYCEUM_PORT": "9100"}))


def test_an_ipv6_address_is_printed_in_brackets() -> None:
    lines = announcement(read_environment({"LYCEUM_HOST": "::1", "LYCEUM_PORT": "9100"}))
    assert any(line.endswith(" http://[::1]:9101") for line in lines)


def test_a_home_that_cannot_be_made_is_named() -> None:
    with pytest.raises(HomeError, match="/proc/nothing cannot be written"), only_instance(NOWHERE):
        pass


def test_one_home_runs_once_and_leaves_no_lock(tmp_path: Path) -> None:
    with (
        only_instance(tmp_path),
        pytest.raises(CannotRunError, match=f"process {os.getpid()}"),
        only_instance(tmp_path),
    ):
        pass
    with only_instance(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_two_homes_run_side_by_side(tmp_path: Path) -> None:
    with only_instance(tmp_path / "a"), only_instance(tmp_path / "b"):
        pass


def test_three_sites_and_one_worker_are_run() -> None:
    names = [program.name for program in programs(read_environment({"LYCEUM_PORT": "9100"}))]
    assert names == ["lms", "studio", "insights", "worker"]
