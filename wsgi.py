"""The WSGI entry point: ``app``."""

from screening.app import create_app
from screening.config import Settings

app = create_app(Settings.load())
