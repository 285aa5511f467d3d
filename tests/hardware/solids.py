"""The enclosure's parts as meshes: built by OpenSCAD, measured by trimesh and manifold3d."""

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import manifold3d
import numpy as np
import trimesh
from enclosure import make

HELD = {
    "cuff": ("breakout", "lead", "foam", "finger"),
    "case": ("cell", "motor", "boards", "controls", "lead"),
}


class Setup(NamedTuple):
    """A product with one set of parameters; `detail` is the steps of a circle."""

    source: str
    parameters: dict[str, Any]
    detail: int

    def parts(self) -> tuple[str, ...]:
        """What is printed, then what it holds."""
        return make.PRINTED[self.source] + HELD[self.source]

    def number(self, name: str) -> float:
        """A parameter, in mm."""
        return float(self.parameters.get(name, defaults(self.source).get(name)))


def defaults(source: str) -> dict[str, str]:
    """The parameters at the head of a .scad file as it writes them, without views and detail."""
    text = (make.HERE / f"{source}.scad").read_text(encoding="utf-8").split("\npart = ")[0]
    return dict(re.findall(r"^(\w+) = ([^;]+);", text, re.MULTILINE))


def mesh(setup: Setup, part: str, folder: Path, printed: bool = False) -> trimesh.Trimesh:
    """A part where it belongs, or as it is printed; kept in `folder` for other processes."""
    words = "_".join(map(str, setup.parameters.values()))
    file = folder / f"{setup.source}_{part}_{words}_{setup.detail}_{printed}.stl"
    if not file.exists():
        product = make.Product(file.stem, setup.source, part, setup.parameters)
        mine = file.with_suffix(f".{os.getpid()}.stl")
        make.solid(product, mine, detail=setup.detail, print=printed)
        mine.replace(file)
    loaded = trimesh.load(file)
    assert isinstance(loaded, trimesh.Trimesh)
    return loaded


def joined(solids: list[trimesh.Trimesh]) -> trimesh.Trimesh:
    """All of them as one mesh; what they share is not melted."""
    made = trimesh.util.concatenate(solids)
    assert isinstance(made, trimesh.Trimesh)
    return made


def manifold(solid: trimesh.Trimesh) -> manifold3d.Manifold:
    """The same solid; AssertionError where it is none."""
    vertices = np.asarray(solid.vertices, np.float32)
    made = manifold3d.Manifold(manifold3d.Mesh(vertices, np.asarray(solid.faces, np.uint32)))
    assert made.status() == manifold3d.Error.NoError, made.status()
    return made


def overlap(one: trimesh.Trimesh, other: trimesh.Trimesh, move: tuple = (0, 0, 0)) -> float:
    """The volume that both fill, in mm3, after `one` was moved."""
    return (manifold(one).translate(move) ^ manifold(other)).volume()


def whole_sphere(rays: int) -> np.ndarray:
    """Directions spread evenly over all sides."""
    step = np.arange(rays) + 0.5
    down, around = np.arccos(1 - 2 * step / rays), np.pi * (1 + 5**0.5) * step
    return np.column_stack(
        [np.cos(around) * np.sin(down), np.sin(around) * np.sin(down), np.cos(down)]
    )


def stretches(
    solid: trimesh.Trimesh, at: np.ndarray, ways: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many mm of each ray are inside the solid, and how far away it is left at last."""
    place, ray, face = solid.ray.intersects_location(at, ways, multiple_hits=True)
    far = np.einsum("ij,ij->i", place - at[ray], ways[ray])
    out = np.sign(np.einsum("ij,ij->i", solid.face_normals[face], ways[ray]))
    inside, left = np.zeros(len(at)), np.zeros(len(at))
    np.add.at(inside, ray, far * out)
    np.maximum.at(left, ray, far)
    return inside, left
