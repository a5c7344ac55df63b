"""The commands about model files."""

from __future__ import annotations

import typer

from assistant.commands.parts import Json, print_all, settings

models_app = typer.Typer(help="Fetch, list or verify the model files.", no_args_is_help=True, rich_markup_mode=None)


@models_app.command("pull")
def models_pull() -> None:
    """Fetch the models the settings name; resumes, and verifies every byte."""
    from assistant.terminal import byte_bar, show_models
    from assistant.upkeep import pull_models

    found = settings()
    with byte_bar() as progress:
        states = pull_models(found, progress)
    show_models(states)


@models_app.command("list")
def models_list(as_json: Json = False) -> None:
    """List the models and whether they are here."""
    from assistant.terminal import show_models
    from assistant.upkeep import list_models

    print_all(list_models(settings()), as_json, show_models)


@models_app.command("verify")
def models_verify() -> None:
    """Read the model files whole and compare their SHA-256."""
    from assistant.terminal import byte_bar, show_models
    from assistant.upkeep import verify_models

    with byte_bar() as progress:
        states = verify_models(settings(), progress)
    show_models(states)
