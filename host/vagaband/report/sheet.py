"""What every page is made in: one self-contained HTML file, nothing to fetch or install.

Its policy forbids every request, and runs no script and no style but the one of each in it, which
it names by their hash. All text is escaped by the template; what a wearer or a device wrote passes
`foreign` before.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vagaband import __version__
from vagaband.report.plot import number
from vagaband.report.words import Words

HERE = Path(__file__).parent


def sheet(
    template: str, words: Words, styles: Sequence[str], script: str = "", **values: object
) -> str:
    """The HTML of a template, with the style sheets and the script of these names."""
    style = _files(styles)
    code = _files([script] if script else [])
    return (
        _environment()
        .get_template(template)
        .render(
            t=words,
            style=style,
            style_source=_source(style),
            script=code,
            script_source=_source(code) if code else "'none'",
            made=words("page.made", version=__version__),
            **values,
        )
    )


@cache
def _environment() -> Any:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pct"] = lambda share: f"{number(share)}%"
    environment.filters["coordinate"] = number
    return environment


def _files(names: Sequence[str]) -> Markup:
    return Markup("").join(Markup(HERE.joinpath(name).read_text("utf-8")) for name in names)


def _source(text: str) -> str:
    """How the policy names a text that may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
