"""Addresses of S3 buckets, and the client that speaks to them: one way for all who keep there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from common.core.env import SettingError


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """Where a bucket is. Without an ``endpoint`` at Amazon's, whose usual sources know the key."""

    bucket: str
    endpoint: str | None
    key: str | None
    secret: str | None = field(repr=False)
    region: str

    @property
    def server(self) -> str:
        """What messages may show: no key, no secret."""
        return self.endpoint or "Amazon S3"

    @classmethod
    def parse(cls, url: str, *, setting: str) -> BucketAddress:
        """Read ``s3://KEY:SECRET@HOST:PORT/BUCKET?region=R``.

        ``s3+http://`` speaks plain HTTP, for servers on one's own machine; without KEY the usual
        AWS sources of credentials are asked; without HOST it is AWS itself. Raises SettingError
        that names ``setting``.
        """
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        if parts.scheme not in {"s3", "s3+http"} or not bucket or "/" in bucket:
            raise SettingError(f"{setting} must be empty or s3://KEY:SECRET@HOST:PORT/BUCKET.")
        endpoint = None
        if parts.hostname:
            scheme = "http" if parts.scheme == "s3+http" else "https"
            port = f":{parts.port}" if parts.port else ""
            endpoint = f"{scheme}://{parts.hostname}{port}"
        return cls(
            bucket=bucket,
            endpoint=endpoint,
            key=unquote(parts.username) if parts.username else None,
            secret=unquote(parts.password) if parts.password else None,
            region=parse_qs(parts.query).get("region", ["us-east-1"])[0],
        )

    def connect(self) -> Any:
        """Return a boto3 client. Nothing is sent yet; make one in each process."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            region_name=self.region,
            config=Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"max_attempts": 2},
                signature_version="s3v4",
                s3={"addressing_style": "path" if self.endpoint else "auto"},
                # Servers that only speak the S3 API do not all know the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
