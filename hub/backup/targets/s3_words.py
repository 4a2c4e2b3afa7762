"""What an S3 server answers when it refuses, said so that its owner knows what to mend."""

from __future__ import annotations

from typing import NamedTuple, Self
from xml.etree import ElementTree as ET

from hub.backup.targets.base import TargetTrouble

FULL = frozenset(
    ("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "XMinioAdminBucketQuotaExceeded",
     "StorageCapExceeded", "InsufficientCapacity")
)  # fmt: skip
BUSY = frozenset(
    ("SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "OperationAborted", "NoSuchUpload",
     "XMinioServerNotInitialized", "TemporaryRedirect", "BadDigest", "IncompleteBody")
)  # fmt: skip
REGION = frozenset(("AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException"))


class Said(NamedTuple):
    """A refusal as the server wrote it; empty when it wrote none."""

    code: str = ""
    message: str = ""
    region: str = ""
    xml: bool = False

    @classmethod
    def parse(cls, content: bytes) -> Self:
        try:
            tree = ET.fromstring(content)
        except ET.ParseError:
            return cls()
        if tree.tag.rpartition("}")[2] != "Error":
            return cls()
        found = {name: (tree.findtext(f"{{*}}{name}") or "").strip()[:300] for name in ("Code", "Message", "Region")}
        return cls(found["Code"], found["Message"], found["Region"], True)


def trouble(
    said: Said, status: int, *, host: str, bucket: str, access: str, region: str, minutes: float
) -> TargetTrouble:
    """`minutes`: how far this machine's clock is ahead of the server's, when that is too far."""
    code = said.code
    if code == "RequestTimeTooSkewed" or (status == 403 and minutes):
        ahead = f"{abs(minutes):,.0f} minutes {'ahead of' if minutes > 0 else 'behind'}" if minutes else "too far from"
        return TargetTrouble(
            f"this machine's clock is {ahead} that of {host}, which refuses its signature for that; set the clock",
            passing=True,
        )
    if code == "SignatureDoesNotMatch":
        return TargetTrouble(f"the secret key is not the one that belongs to the access key {access}; type it anew")
    if code == "InvalidAccessKeyId":
        return TargetTrouble(f"{host} does not know the access key {access}; type it anew, or make a new key there")
    if code == "NoSuchBucket":
        return TargetTrouble(f"there is no bucket {bucket!r} at {host}; make it there, or mend its name here")
    if code in REGION or (status in (301, 307) and not code):
        wanted = f"; it says {said.region}" if said.region else f" ({said.message})" if said.message else ""
        return TargetTrouble(f"the region {region!r} is not the one of the bucket{wanted}; mend it, and the address")
    if code in FULL or status == 507:
        return TargetTrouble(
            f"{host} has no room left for this bucket; make room there, or keep fewer backups", passing=True
        )
    if code in ("AccessDenied", "AllAccessDisabled", "InvalidToken", "ExpiredToken", "AccountProblem") or status == 403:
        return TargetTrouble(
            f"the access key {access} may not do this in the bucket {bucket!r}: it has to list, read, write and "
            "delete files there" + (f" ({said.message})" if said.message else "")
        )
    if code == "EntityTooLarge" or status == 413:
        return TargetTrouble(f"{host} takes no files of this size; is there a proxy before it that limits them?")
    if code in BUSY or status >= 500 or status == 429:
        return TargetTrouble(f"{host} can't do it now ({code or status}); it is tried again", passing=True)
    if not said.xml:
        return TargetTrouble(f"what answers at {host} is no S3 server (it answers with status {status})")
    return TargetTrouble(f"{host} refuses: {said.message or code} ({code or status})")
