"""Stored files, named by their content, in a local folder or an object store; what a file really is."""

import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

import puremagic
from flask import current_app
from fsspec.core import url_to_fs

from core.errors import BadFile, NotFound
from core.i18n import lazy_gettext as _l

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What may be in a zip container at most (a workbook of 100,000 rows unpacks to about 60 MB).
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_MEMBERS = 2_000
#: What reading a damaged zip file raises.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class StoredFile:
    """A file in the store: its key (SHA-256 of the content, hexadecimal) and size in bytes."""

    key: str
    size: int


def put(data: bytes) -> StoredFile:
    """Store a file. The same content is stored once."""
    key = hashlib.sha256(data).hexdigest()
    system, path = _place(key)
    if not system.exists(path):
        system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        partial = f"{path}.partial"
        system.pipe_file(partial, data)
        system.mv(partial, path)
    return StoredFile(key, len(data))


def get(key: str) -> bytes:
    """Return a stored file.

    :raises NotFound: when there is none with this key.
    """
    system, path = _place(key)
    try:
        data: bytes = system.cat_file(path)
    except FileNotFoundError:
        raise NotFound(_l("This file is no longer in the store.")) from None
    return data


def read_upload(stream: IO[bytes], *, limit: int) -> bytes:
    """Return an upload, and refuse an empty or a too large one.

    :param limit: bytes.  :raises BadFile: with the reason.
    """
    data = stream.read(limit + 1)
    if not data:
        raise BadFile(_l("The file is empty."), _l("Choose the file again; it may not have been saved yet."))
    if len(data) > limit:
        raise BadFile(
            _l("The file is larger than %(size)s MB.", size=limit // (1024 * 1024)), _l("Split it or make it smaller.")
        )
    return data


def real_type(data: bytes) -> str:
    """Return the media type that the content itself shows, whatever the file's name says; empty when unknown."""
    try:
        return str(puremagic.from_string(data, mime=True))
    except puremagic.PureError:
        return ""


def check_workbook(data: bytes) -> None:
    """Refuse what is not a modern Excel workbook, and what unpacks to too much.

    :raises BadFile: with the way to mend it.
    """
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadFile(
            _l("This is an old Excel file (.xls), whatever its name says."),
            _l("Open it in Excel and choose Save as, Excel Workbook (.xlsx)."),
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            is_workbook = any(member.filename == "[Content_Types].xml" for member in members) and any(
                member.filename.startswith("xl/") for member in members
            )
            unpacked = _unpacked_bytes(package, members) if is_workbook else 0
    except DAMAGED:
        is_workbook, unpacked = False, 0
    if not is_workbook:
        raise BadFile(
            _l("This is not an Excel workbook (.xlsx), or it is damaged."),
            _l("Open it in Excel and choose Save as, Excel Workbook (.xlsx)."),
        )
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadFile(_l("The workbook unpacks to more than can be read."), _l("Split it into smaller workbooks."))


def _unpacked_bytes(package: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> int:
    """Count the bytes that come out for real (a header may lie), and stop once there are too many."""
    if len(members) > MAX_MEMBERS:
        return MAX_UNPACKED_BYTES + 1
    total = 0
    for member in members:
        with package.open(member) as stream:
            while piece := stream.read(1 << 20):
                total += len(piece)
                if total > MAX_UNPACKED_BYTES:
                    return total
    return total


def _place(key: str) -> tuple[Any, str]:
    """Return the file system and the path of a key; keys are hexadecimal, so no path can be smuggled in."""
    if len(key) != 64 or not all(character in "0123456789abcdef" for character in key):
        raise NotFound(_l("This file is no longer in the store."))
    system, root = url_to_fs(current_app.config["NEP"].storage_url)
    return system, f"{root}/{key[:2]}/{key}"
