"""Handing answers over: reports prepared in the background, a day's reports, the record."""

from __future__ import annotations

from screening.delivery.preparing import Download, Press, download, prepare
from screening.delivery.work import Work

__all__ = ["Download", "Press", "Work", "download", "prepare"]
