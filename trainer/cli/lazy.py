"""Groups whose commands are read from their modules only when asked for."""

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """A group with its own commands and, by name, modules that hold one more each.

    So that checking a lesson loads neither Flask nor the database.
    """

    def __init__(self, *, places: Mapping[str, str], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]  # as click passes them on
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command, or nothing when there is none of that name."""
        place = self._places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        found = getattr(import_module(place), cmd_name)
        if not isinstance(found, click.Command):
            message = f"{place} holds no command {cmd_name}"
            raise TypeError(message)
        return found
