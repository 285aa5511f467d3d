"""Where in a TOML file a field stands: tomllib does not say once it has been read."""

import re

HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")
QUOTES = ('"""', "'''")


def places(text: str) -> dict[str, int]:
    """The line (from 1) of each table and key by its path, as in "block[2].seconds"."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, within = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        if within:  # a text over several lines
            within = "" if within in line else within
            continue
        header, key = HEADER.match(line), KEY.match(line)
        if header:
            table = _table(header[2], header[1] == "[[", counts)
            found.setdefault(table, number)
            found.setdefault(table.partition("[")[0], number)  # the first of a list
        elif key:
            found.setdefault(f"{table}.{key[1]}".lstrip("."), number)
            within = next((quote for quote in QUOTES if line.count(quote) == 1), "")
    return found


def line_of(found: dict[str, int], path: str) -> int:
    """The line of a field; of the nearest that it would belong to, where it is missing."""
    while path and path not in found:
        path = path.rpartition(".")[0]
    return found.get(path, 1)


def _table(name: str, many: bool, counts: dict[str, int]) -> str:
    """The path of a table that begins: "block[2]", "block[2].instruction"."""
    head, _, rest = name.partition(".")
    if many:
        counts[head] = counts.get(head, 0) + 1
    numbered = f"{head}[{counts[head]}]" if head in counts else head
    return f"{numbered}.{rest}" if rest else numbered
