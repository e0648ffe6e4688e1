"""The two servers that no Debian package has: built with Go from pinned sources."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
from pathlib import Path
from urllib.parse import quote

import packages
from server import Server, ServerError, ask

HERE = Path(__file__).resolve().parent


class GoServer(Server):
    """A server built from ``source``, a folder with go.mod and go.sum, into ``home/bin``."""

    package = "golang-go"
    commands = ("go",)
    # What to build there, and how people call it.
    target = "."
    title: str

    @property
    def source(self) -> Path:
        return HERE.parent / self.name

    @property
    def binary(self) -> Path:
        return self.home / "bin" / self.name

    def build(self) -> None:
        """Build it unless the binary was made from these very sources."""
        digest = hashlib.sha256()
        for path in sorted(self.source.iterdir()):
            digest.update(path.read_bytes())
        stamp = self.binary.with_suffix(".stamp")
        if self.binary.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        print(f"Building {self.title} (a minute or two the first time)", flush=True)
        self.binary.parent.mkdir(parents=True, exist_ok=True)
        partial = self.binary.with_suffix(f".{os.getpid()}")
        # -mod=readonly: the committed go.mod and go.sum are what is built, or nothing.
        environment = {**os.environ, "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
        result = subprocess.run(
            [packages.go_command(), "build", "-trimpath", "-o", str(partial), self.target],
            cwd=self.source,
            env=environment,
            capture_output=True,
            text=True,
        )
        if result.returncode:
            raise ServerError(f"{self.title} does not build:\n{result.stderr[-3000:]}")
        partial.replace(self.binary)
        stamp.write_text(digest.hexdigest())


class FerretDB(GoServer):
    """The MongoDB wire protocol over SQLite files, where production has MongoDB."""

    name = "ferretdb"
    title = "FerretDB"

    def command_line(self) -> list[str]:
        return [str(self.binary), f"127.0.0.1:{self.port}", str(self.folder / "data")]

    def answers(self) -> bool:
        # OP_MSG with the BSON document {hello: 1, "$db": "admin"}.
        body = b"\x10hello\x00\x01\x00\x00\x00" + b"\x02$db\x00\x06\x00\x00\x00admin\x00" + b"\x00"
        message = struct.pack("<I", 0) + b"\x00" + struct.pack("<I", len(body) + 4) + body
        header = struct.pack("<iiii", len(message) + 16, 1, 0, 2013)
        return b"maxWireVersion" in ask(self.port, header + message)

    def settings(self) -> dict[str, str]:
        return {
            "LYCEUM_CONTENT_URL": f"mongodb://127.0.0.1:{self.port}/lyceum",
            # $in on _id scans on this server.
            "LYCEUM_CONTENT_SINGLE_READS": "1",
        }


class VersityGW(GoServer):
    """The S3 protocol over a folder, where production has S3: each folder in it is a bucket."""

    name = "versitygw"
    title = "versitygw"
    target = "github.com/versity/versitygw/cmd/versitygw"
    bucket = "lyceum"

    def prepare(self) -> None:
        (self.folder / "data" / self.bucket).mkdir(parents=True, exist_ok=True)

    def command_line(self) -> list[str]:
        address = f"127.0.0.1:{self.port}"
        return [str(self.binary), "--port", address, "posix", str(self.folder / "data")]

    def environment(self) -> dict[str, str]:
        return {"ROOT_ACCESS_KEY": "lyceum", "ROOT_SECRET_KEY": self.password}

    def answers(self) -> bool:
        # Who does not sign is refused in S3's own words.
        return b"AccessDenied" in ask(self.port, b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")

    def settings(self) -> dict[str, str]:
        secret = quote(self.password, safe="")
        url = f"s3+http://lyceum:{secret}@127.0.0.1:{self.port}/{self.bucket}"
        return {"LYCEUM_FILES_URL": url}
