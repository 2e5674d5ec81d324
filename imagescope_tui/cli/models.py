"""`imagescope models`."""

import typer

app = typer.Typer()


@app.callback()
def models() -> None:
    """Models."""
