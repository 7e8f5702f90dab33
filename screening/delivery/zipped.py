"""Files as one zip, the same files as the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say, and the same each time."""


def zip_of(files: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """Return these files (name -> content) as a zip, in their order."""
    how = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _TIME), content, how)
    return packed.getvalue()
