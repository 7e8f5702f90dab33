"""Use cases around staff accounts: make, close, open, list, roles, passwords."""

from __future__ import annotations

from screening.staff.accounts import (
    StaffView,
    create_staff,
    disable_staff,
    enable_staff,
    find_staff,
    list_staff,
    set_language,
    set_password,
    set_right,
    set_roles,
)
from screening.staff.passwords import PASSWORD_LENGTH, hash_password, password_problem

__all__ = [
    "PASSWORD_LENGTH",
    "StaffView",
    "create_staff",
    "disable_staff",
    "enable_staff",
    "find_staff",
    "hash_password",
    "list_staff",
    "password_problem",
    "set_language",
    "set_password",
    "set_right",
    "set_roles",
]
