"""Keycloak, an identity provider of OpenID Connect and SAML: Maven Central has it whole."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

from server import Server, ServerError, ask, path_of

VERSION = "26.0.7"
# Of keycloak-quarkus-dist-VERSION.zip.
SHA256 = "25353b74613bcf72db67f8addbd88d832c705a69333091a16573d249d665fe21"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


class Keycloak(Server):
    """Stands for the institutions by whose accounts people sign in."""

    name = "keycloak"
    package = "maven openjdk-17-jre-headless"
    commands = ("java", "mvn")
    user = "lyceum"
    # Twenty where nothing else runs; the first time it puts itself together.
    start_seconds = 300

    @property
    def program(self) -> Path:
        return self.home / "bin" / f"keycloak-{VERSION}"

    def build(self) -> None:
        """Fetch and unpack it, once."""
        if self.program.exists():
            return
        print(f"Fetching Keycloak {VERSION} (150 MB)", flush=True)
        fetched = self.home / "fetched"
        fetched.mkdir(parents=True, exist_ok=True)
        artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
        command = [path_of("mvn"), "-q", "-B", _COPY]
        result = subprocess.run(
            [*command, f"-Dartifact={artifact}", f"-DoutputDirectory={fetched}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if result.returncode:
            raise ServerError(f"Keycloak was not fetched:\n{result.stdout[-3000:]}")
        self._unpack(fetched / f"keycloak-quarkus-dist-{VERSION}.zip")
        shutil.rmtree(fetched)

    def _unpack(self, archive: Path) -> None:
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != SHA256:
            raise ServerError(f"{archive.name} is not the one we know: SHA-256 {digest}")
        partial = self.home / "bin" / "keycloak-unpacking"
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(archive) as file:
            file.extractall(partial)
        (partial / f"keycloak-{VERSION}" / "bin" / "kc.sh").chmod(0o755)
        (partial / f"keycloak-{VERSION}").replace(self.program)
        partial.rmdir()

    def command_line(self) -> list[str]:
        return [
            str(self.program / "bin" / "kc.sh"),
            "start-dev",
            "--http-host=127.0.0.1",
            f"--http-port={self.port}",
            # Tests make realms of their own; nothing is kept.
            "--db=dev-mem",
            # It would be gone as soon as nobody has asked for a few minutes.
            "--db-url=jdbc:h2:mem:keycloakdb;NON_KEYWORDS=VALUE;DB_CLOSE_DELAY=-1",
            "--cache=local",
            "--log-level=WARN",
        ]

    def environment(self) -> dict[str, str]:
        return {
            "JAVA_OPTS_APPEND": "-Xmx512m",
            "KC_BOOTSTRAP_ADMIN_USERNAME": self.user,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": self.password,
        }

    def answers(self) -> bool:
        question = b"GET /realms/master HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
        return b'"realm":"master"' in ask(self.port, question)

    def settings(self) -> dict[str, str]:
        url = f"http://{self.user}:{self.password}@127.0.0.1:{self.port}"
        return {"LYCEUM_SERVICES_KEYCLOAK": url}
