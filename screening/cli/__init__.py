"""The command line: ``screening``.

Commands are loaded when they are called, so that ``screening questionnaire check`` starts without the database and
the web. Exit status: 0 done, 1 refused with the reason on standard error, 2 for an unusable command line.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click


class LazyGroup(click.Group):
    """A group whose commands are imported on first use: name -> "module:attribute"."""

    def __init__(self, *, lazy: Mapping[str, str], **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # click's own keywords, passed through
        self._lazy = dict(lazy)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*self._lazy, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command, or None if there is none of this name."""
        target = self._lazy.get(cmd_name)
        if target is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


class Refused(click.ClickException):
    """What was asked for can't be done; the message says what is wrong, where, and what would be right."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        """Print the bare message on standard error."""
        click.echo(self.format_message(), err=True)


main = LazyGroup(
    name="screening",
    help="Questions before a visit: ask, keep, hand over.",
    lazy={
        "questionnaire": "screening.cli.questionnaire:questionnaire",
        "blank": "screening.cli.blank:blank_command",
        "preview": "screening.cli.preview:preview",
        "init": "screening.cli.operate:init",
        "serve": "screening.cli.operate:serve",
        "worker": "screening.cli.operate:worker",
        "demo": "screening.cli.demo:demo",
        "db": "screening.cli.operate:db",
        "audit": "screening.cli.operate:audit",
        "retention": "screening.cli.operate:retention",
        "invite": "screening.cli.clinic:invite",
        "report": "screening.cli.clinic:report",
        "reports": "screening.cli.reports:reports",
        "record": "screening.cli.record:record",
        "verify": "screening.cli.verify:verify",
        "versions": "screening.cli.versions:versions",
        "erase": "screening.cli.clinic:erase",
        "staff": "screening.cli.clinic:staff",
    },
)
