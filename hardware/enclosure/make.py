"""Make the enclosure with OpenSCAD: STL files to print, and the pictures of the whole.

python hardware/enclosure/make.py            STL into hardware/build/, stale pictures anew
python hardware/enclosure/make.py --check    names what is stale; exit 1 where something is
"""

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, PngImagePlugin

HERE = Path(__file__).parent
BUILD = HERE.parent / "build"
PIXELS = (1000, 750)
MARGIN = 30  # pixels left around a picture
STAMP = "Source"  # the text chunk of a picture that holds its sources' hash

# width and height of the fingertip in mm
FINGERS = {"small": (14, 12), "medium": (17, 14.5), "large": (20, 17)}
BOARDS = ("tinypico", "d32")
PRINTED = {"cuff": ("cradle", "cover", "back"), "case": ("base", "tray", "lid")}

Value = str | float | bool


class Product(NamedTuple):
    """One STL file: a part of `source`.scad with these parameters."""

    name: str
    source: str
    part: str
    parameters: Mapping[str, Value]


class View(NamedTuple):
    """One picture: what of `source`.scad is seen, turned by these degrees about x, y, z."""

    source: str
    part: str
    turn: tuple[int, int, int]


def cuffs() -> list[Product]:
    """The finger cuff, for each size of finger."""
    return [
        Product(f"cuff_{size}_{part}", "cuff", part, {"finger_w": width, "finger_h": height})
        for size, (width, height) in FINGERS.items()
        for part in PRINTED["cuff"]
    ]


def cases() -> list[Product]:
    """The wrist case, for each ESP32 board."""
    return [
        Product(f"case_{board}_{part}", "case", part, {"board": board})
        for board in BOARDS
        for part in PRINTED["case"]
    ]


PICTURES = {
    "cuff.png": View("cuff", "assembled", (62, 0, 215)),
    "cuff_exploded.png": View("cuff", "exploded", (60, 0, 215)),
    "cuff_section.png": View("cuff", "section", (70, 0, 15)),
    "case.png": View("case", "assembled", (55, 0, 35)),
    "case_exploded.png": View("case", "exploded", (62, 0, 215)),
}


def solid(product: Product, to: Path, **more: Value) -> None:
    """Write one STL file; RuntimeError where OpenSCAD warns."""
    to.parent.mkdir(parents=True, exist_ok=True)
    parameters = {**product.parameters, **more, "part": product.part}
    _openscad(product.source, to, parameters, ["--export-format", "binstl"])


def picture(name: str) -> None:
    """Draw one picture, cropped, stamped with the hash of its sources."""
    view = PICTURES[name]
    raw = BUILD / name
    raw.parent.mkdir(exist_ok=True)
    turn = ",".join(map(str, view.turn))
    how = ["--imgsize", f"{PIXELS[0] * 2},{PIXELS[1] * 2}", "--colorscheme", "Tomorrow"]
    how += ["--camera", f"0,0,0,{turn},200", "--autocenter", "--viewall", "--projection", "o"]
    _openscad(view.source, raw, {"part": view.part}, how)
    (HERE / name).write_bytes(_finished(Image.open(raw).convert("RGB"), source_hash(name)))
    raw.unlink()


def _finished(image: Image.Image, stamp: str) -> bytes:
    paper = Image.new("RGB", image.size, image.getpixel((0, 0)))
    drawn = ImageChops.difference(image, paper).getbbox()
    if drawn is None:
        raise RuntimeError("OpenSCAD drew nothing")
    left, above, right, below = drawn
    spare = 2 * MARGIN
    image = image.crop((left - spare, above - spare, right + spare, below + spare))
    image = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    info = PngImagePlugin.PngInfo()
    info.add_text(STAMP, stamp)
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=info, optimize=True)
    return out.getvalue()


def source_hash(name: str, folder: Path = HERE) -> str:
    """SHA-256 of everything a picture is drawn from: all .scad files and its view."""
    digest = hashlib.sha256(repr((PICTURES[name], PIXELS, MARGIN)).encode())
    for file in sorted(folder.glob("*.scad")):
        digest.update((file.name + file.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()


def stale(folder: Path = HERE) -> list[str]:
    """Pictures that are missing or drawn from other sources than those here; needs no OpenSCAD."""
    return [name for name in PICTURES if _stamp(folder / name) != source_hash(name, folder)]


def _stamp(file: Path) -> str | None:
    if not file.exists():
        return None
    with Image.open(file) as image:
        return image.info.get(STAMP)


def render() -> None:
    """All STL files into hardware/build/, and each stale picture anew."""
    for product in cuffs() + cases():
        solid(product, BUILD / f"{product.name}.stl", print=True)
        print(f"build/{product.name}.stl")
    for name in stale():
        picture(name)
        print(f"enclosure/{name}")


def _openscad(source: str, to: Path, parameters: Mapping[str, Value], how: list[str]) -> None:
    command = ["openscad", "-o", str(to), *how]
    for name, value in parameters.items():
        command += ["-D", f"{name}={_literal(value)}"]
    if to.suffix == ".png" and "DISPLAY" not in os.environ:
        command = ["xvfb-run", "-a", *command]
    if shutil.which(command[0]) is None:
        raise RuntimeError(f"{command[0]} is missing: apt-get install openscad xvfb")
    ran = subprocess.run([*command, f"{HERE / source}.scad"], capture_output=True, text=True)
    if ran.returncode or "WARNING" in ran.stderr or "ERROR" in ran.stderr:
        raise RuntimeError(f"{source}.scad, {parameters}:\n{ran.stderr}")


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description="STL files and pictures of the enclosure")
    parser.add_argument("--check", action="store_true", help="only say which pictures are stale")
    if not parser.parse_args().check:
        render()
    for name in (old := stale()):
        print(f"stale: enclosure/{name}", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
