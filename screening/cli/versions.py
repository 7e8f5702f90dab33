"""``screening versions``: what PDFs are made with. Needs no settings, secret, database or network."""

from __future__ import annotations

import click

from reports.edition import edition, made_with


@click.command()
def versions() -> None:
    """Tell what PDFs are made with here: packages, and the system's libraries that shape text.

    The same answers give the same bytes as long as the first line is the same: a hash over all that follows, and over
    the report's own templates and fonts.
    """
    click.echo(f"edition {edition()}")
    for name in made_with():
        click.echo(name)
