"""Makes every drawing, picture and print file of this folder from its sources.

python hardware/render.py            makes them; needs Graphviz (dot) and OpenSCAD
python hardware/render.py --check    says which committed ones are older than their sources
"""

import argparse
import sys
from pathlib import Path

import schematic
import stripboard
import wiring
from enclosure import make

FOLDER = Path(__file__).parent


def plain() -> dict[str, str]:
    """The files that are the same to the byte on every machine."""
    wrist, breadboard = (wiring.read(file) for file in wiring.BUILDS.values())
    return {
        "schematic.svg": schematic.svg(),
        "stripboard.svg": stripboard.svg(wrist),
        "wiring.bom.tsv": wiring.parts_list(wrist),
        "breadboard.bom.tsv": wiring.parts_list(breadboard),
    }


def by_dot() -> dict[str, str]:
    """The Graphviz texts of the drawings that dot makes; other versions of it draw otherwise."""
    return {
        f"{file.stem}.svg": wiring.source(wiring.read(file)) for file in wiring.BUILDS.values()
    }


def stale() -> list[str]:
    """What is older than its sources, and why; needs neither dot nor OpenSCAD."""
    old = [name for name, text in plain().items() if _committed(name) != text]
    old += [name for name, text in by_dot().items() if wiring.mark(text) not in _committed(name)]
    old += [f"enclosure/{name}" for name in make.stale()]
    return [f"{name}: not what its sources say" for name in old]


def render() -> None:
    """Make all."""
    drawn = plain() | {name: wiring.svg(text) for name, text in by_dot().items()}
    for name, text in drawn.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(name)
    make.render()


def _committed(name: str) -> str:
    file = FOLDER / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


def main() -> int:
    """0, or 1 where something is stale."""
    parser = argparse.ArgumentParser(description="Make the drawings of hardware/.")
    parser.add_argument("--check", action="store_true", help="make nothing, say what is stale")
    if not parser.parse_args().check:
        if not wiring.dot_version():
            print("dot is missing: apt-get install graphviz, or brew install graphviz")
            return 1
        try:
            render()
        except RuntimeError as e:  # OpenSCAD is missing, or warns
            print(e)
            return 1
        return 0
    old = stale()
    print("\n".join(old) or "All is as its sources say.")
    if old:
        print("Run: python hardware/render.py")
    return bool(old)


if __name__ == "__main__":
    sys.exit(main())
