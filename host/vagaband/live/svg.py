"""A screen as a picture: SVG that is complete in itself."""

import io

from rich.console import Console, RenderableType
from rich.terminal_theme import TerminalTheme

THEME = TerminalTheme(
    (24, 28, 36),
    (206, 212, 222),
    [
        *((24, 28, 36), (240, 120, 120), (150, 205, 150), (232, 196, 120)),
        *((122, 162, 235), (190, 150, 220), (110, 200, 205), (206, 212, 222)),
    ],
)
# Without fonts from elsewhere: a picture that is looked at asks no server for anything.
SVG = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: Menlo, "DejaVu Sans Mono", Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font: 16px Helvetica, Arial, sans-serif; fill: #8a93a3; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
<rect fill="#181c24" width="{width}" height="{height}" rx="8" />
<text class="{unique_id}-title" x="50%" y="27" text-anchor="middle">vagaband live</text>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def svg(drawn: RenderableType, width: int, height: int) -> str:
    """What a terminal of that size would show."""
    console = Console(
        file=io.StringIO(), record=True, width=width, height=height, force_terminal=True
    )
    console.print(drawn)
    return console.export_svg(title="", theme=THEME, code_format=SVG, unique_id="live")
