"""Cuff and case: closed solids that fit each other and what they hold, dark inside, printable."""

import itertools
import shutil

import numpy as np
import pytest
import trimesh
from enclosure import make
from solids import Setup, defaults, joined, manifold, mesh, overlap, stretches, whole_sphere

pytestmark = pytest.mark.skipif(
    shutil.which("openscad") is None, reason="no OpenSCAD: apt-get install openscad"
)

TOUCH = 0.01  # mm3: what rounding makes of faces that touch
RAYS = 4000
BRIDGE = 3  # mm: an overhang at most so wide, whatever its length, prints as a bridge
DENSITY = 1.27e-3  # g/mm3, PETG
COARSE, FINE = 16, 48

# (part that moves, part that stays, axis, its parameter): free by that, and not by more
MATES = {
    "cuff": [("cover", "cradle", 1, "fit"), ("back", "cradle", 1, "back_fit")],
    "case": [("lid", "base", 1, "fit"), ("tray", "base", 0, "fit"), ("tray", "base", 1, "fit")],
}
MOST_GRAMS = {"cuff": 15, "case": 45}
MOST_MM = {"cuff": (36, 33, 29), "case": (66, 63, 25)}


def finger(size: str) -> dict[str, float]:
    """The parameters of a size."""
    width, height = make.FINGERS[size]
    return {"finger_w": width, "finger_h": height}


CUFFS = [
    Setup("cuff", finger("medium"), COARSE),
    *(
        pytest.param(Setup("cuff", finger(size), FINE), marks=pytest.mark.slow)
        for size in make.FINGERS
    ),
]
CASES = [
    Setup("case", {"board": "tinypico"}, COARSE),
    *(
        pytest.param(Setup("case", {"board": board}, FINE), marks=pytest.mark.slow)
        for board in make.BOARDS
    ),
]


def _name(setup: Setup) -> str:
    return "-".join(map(str, [setup.source, *setup.parameters.values(), setup.detail]))


both = pytest.mark.parametrize("setup", CUFFS + CASES, ids=_name)
cuffs = pytest.mark.parametrize("setup", CUFFS, ids=_name)
cases = pytest.mark.parametrize("setup", CASES, ids=_name)


@pytest.fixture(scope="session")
def build(shared_temp):
    """A part's mesh; processes share what they built."""
    folder = shared_temp / "enclosure"
    folder.mkdir(exist_ok=True)
    return lambda setup, part, printed=False: mesh(setup, part, folder, printed)


@both
def test_each_part_is_one_closed_body_made_without_a_warning(build, setup):
    for part in make.PRINTED[setup.source]:
        solid = build(setup, part)
        assert solid.is_watertight, part
        assert len(manifold(solid).decompose()) == 1, part


@both
def test_nothing_is_where_something_else_is(build, setup):
    solids = {part: build(setup, part) for part in setup.parts()}
    for one, other in itertools.combinations(solids, 2):
        assert overlap(solids[one], solids[other]) < TOUCH, (one, other)


@both
def test_parts_that_mate_have_the_stated_clearance(build, setup):
    for moving, still, axis, name in MATES[setup.source]:
        clearance = setup.number(name)
        for side in (-1, 1):
            free, stuck = np.zeros(3), np.zeros(3)
            free[axis], stuck[axis] = side * (clearance - 0.03), side * (clearance + 0.05)
            parts = build(setup, moving), build(setup, still)
            assert overlap(*parts, tuple(free)) < TOUCH, (moving, still, side)
            assert overlap(*parts, tuple(stuck)) > TOUCH, (moving, still, side)


@both
def test_sizes_and_weight_are_those_of_something_worn(build, setup):
    printed = [build(setup, part) for part in make.PRINTED[setup.source]]
    whole = joined(printed)
    assert (whole.extents <= MOST_MM[setup.source]).all(), whole.extents
    grams = sum(solid.volume for solid in printed) * DENSITY
    assert MOST_GRAMS[setup.source] / 3 < grams < MOST_GRAMS[setup.source]


@both
def test_it_prints_without_support(build, setup):
    for part in make.PRINTED[setup.source]:
        solid = build(setup, part, printed=True)
        steep = solid.face_normals[:, 2] < -0.72
        heights = solid.triangles_center[:, 2] - solid.bounds[0, 2]
        assert solid.area_faces[steep & (heights < 0.01)].sum() > 200, "too little on the bed"
        for height in np.unique(heights[steep & (heights > 0.01)].round(1)):
            over = solid.triangles[steep & (abs(heights - height) < 0.11)].reshape(-1, 3)
            assert np.ptp(over[:, :2], axis=0).min() <= BRIDGE, (part, height)


@cuffs
def test_the_opening_is_as_large_as_the_finger(build, setup):
    cradle, cover = build(setup, "cradle"), build(setup, "cover")
    width, height = setup.number("finger_w"), setup.number("finger_h")
    length, pad = setup.number("finger_l"), setup.number("pad")

    def reach(solid, at, way):
        places, _, _ = solid.ray.intersects_location([at], [way], multiple_hits=False)
        return np.linalg.norm(places[0] - at)

    for x in (1, length / 2, length - 1):
        low = (x, 0.0, height * 0.45)
        sides = [reach(cradle, low, (0, side, 0)) for side in (-1, 1)]
        assert sum(sides) == pytest.approx(width, abs=0.01)
        high = (x, 0.0, height * 0.75)
        assert reach(cover, high, (0, 0, 1)) == pytest.approx(height / 4, abs=0.01)
    assert reach(cradle, (2, 4.0, 5), (0, 0, -1)) == pytest.approx(5, abs=0.3)
    assert reach(cover, (2, 0.0, height * 0.9), (1, 0, 0)) == pytest.approx(length - 2, abs=0.01)
    assert setup.number("finger_l") - pad == pytest.approx(_window_middle(cradle), abs=0.01)


def _window_middle(cradle: trimesh.Trimesh) -> float:
    xs = np.arange(1, 31, 0.01)
    at = np.column_stack([xs, np.zeros_like(xs), np.ones_like(xs)])
    ways = np.tile([0.0, 0, -1], (len(xs), 1))
    through = xs[~cradle.ray.intersects_any(at, ways)]
    return (through.min() + through.max()) / 2


def _from_the_sensor(setup: Setup) -> tuple[np.ndarray, np.ndarray]:
    """Rays to all sides from nine places on the sensor's face."""
    middle = setup.number("finger_l") - setup.number("pad")
    places = [[middle + x, y, -0.04] for x in (-2.7, 0, 2.7) for y in (-1.6, 0, 1.6)]
    return np.repeat(places, RAYS, axis=0), np.tile(whole_sphere(RAYS), (len(places), 1))


def _beside_the_opening(setup: Setup, solids: list, raised: float = 0) -> int:
    """How many rays leave in other ways than by the finger's opening."""
    at, ways = _from_the_sensor(setup)
    out = ~joined(solids).ray.intersects_any(at, ways)
    assert out.sum() > len(at) / 100  # it is open where the finger goes
    at, ways = at[out], ways[out]
    forward = ways[:, 0] < 0
    entry = at + ways * (-at[:, :1] / np.where(forward, ways[:, 0], -1)[:, None])
    half = setup.number("finger_w") / 2 + (
        setup.number("wall") + setup.number("fit") if raised else 0
    )
    by_it = forward & (abs(entry[:, 1]) <= half)
    by_it &= (entry[:, 2] >= 0) & (entry[:, 2] <= setup.number("finger_h") + raised)
    return int((~by_it).sum())


@cuffs
def test_light_reaches_the_sensor_by_the_opening_only(build, setup):
    still = [build(setup, part) for part in ("cradle", "back", "breakout")]
    cover = build(setup, "cover")
    assert _beside_the_opening(setup, [*still, cover]) == 0
    at, ways = _from_the_sensor(setup)
    worn = joined([*still, cover, build(setup, "finger")])
    assert worn.ray.intersects_any(at, ways).all()

    lap = setup.number("lap")
    for raised, dark in ((lap - 1, True), (lap + 2, False)):
        lifted = cover.copy().apply_translation([0, 0, raised])
        assert (_beside_the_opening(setup, [*still, lifted], raised) == 0) is dark


@cuffs
def test_walls_about_the_window_are_as_thick_as_stated(build, setup):
    at, ways = _from_the_sensor(setup)
    onto_board = build(setup, "breakout").ray.intersects_any(at, ways)
    at, ways = at[~onto_board], ways[~onto_board]
    inside, left = np.zeros(len(at)), np.zeros(len(at))
    for part in make.PRINTED["cuff"]:
        here, far = stretches(build(setup, part), at, ways)
        inside, left = inside + here, np.maximum(left, far)
    x, y, z = (at + ways * left[:, None]).T
    room = np.array([abs(y) - setup.number("finger_w") / 2, z - setup.number("finger_h"), -z])
    through_a_wall = (room.max(axis=0) > 0.5) & (x > 3)  # the rest nicks the lip or the rim
    through_a_wall |= x > setup.number("finger_l") + 0.5
    assert through_a_wall.sum() > 1000
    assert inside[through_a_wall].min() >= setup.number("wall") - 0.01

    middle = setup.number("finger_l") - setup.number("pad")
    window = float(defaults("cuff")["window"].strip("[]").split(",")[0])
    onto_lip = np.array([[middle + window / 2 + setup.number("lip") / 2, 0.0, 1]])
    thick, _ = stretches(build(setup, "cradle"), onto_lip, np.array([[0.0, 0, -1]]))
    assert thick[0] == pytest.approx(setup.number("lip_t"), abs=0.01)


@cases
def test_the_motor_is_felt_and_does_not_show(build, setup):
    motor = build(setup, "motor")
    middle = motor.bounds.mean(axis=0)
    thick, _ = stretches(build(setup, "base"), middle[None], np.array([[0.0, 0, -1]]))
    assert thick[0] == pytest.approx(setup.number("skin"), abs=0.01)


@cases
def test_the_lid_stays_shut(build, setup):
    lid, base = build(setup, "lid"), build(setup, "base")
    assert overlap(lid, base, (0, 0, 0.05)) < TOUCH
    assert overlap(lid, base, (0, 0, 1)) > 1


@cases
def test_plug_button_and_light_have_their_openings(build, setup):
    base, lid = build(setup, "base"), build(setup, "lid")
    boards, controls = build(setup, "boards"), build(setup, "controls")
    usb = trimesh.creation.box([8, 11, 7])
    socket = boards.vertices[boards.vertices[:, 0] == boards.bounds[1, 0]].mean(axis=0)
    usb.apply_translation(socket + np.array([4.1, 0, 0]))
    assert overlap(usb, base) < TOUCH
    assert controls.bounds[1, 2] > lid.bounds[1, 2] + 0.5  # the stem stands out
    assert controls.bounds[1, 2] < lid.bounds[1, 2] + 2

    tray = build(setup, "tray")
    assert 0.05 < _under_the_switch(tray, controls) < 0.2


def _under_the_switch(tray: trimesh.Trimesh, controls: trimesh.Trimesh) -> float:
    """The play between the switch's body and the post that it is pressed against."""
    stem = controls.vertices[controls.vertices[:, 2] == controls.bounds[1, 2]].mean(axis=0)
    down = np.array([[0.0, 0, -1]])
    tops, _, _ = tray.ray.intersects_location(stem[None], down, multiple_hits=False)
    bottoms, _, _ = controls.ray.intersects_location(
        stem[None] + [0, 0, 1], down, multiple_hits=True
    )
    return bottoms[:, 2].min() - tops[0, 2]


def test_a_warning_of_openscad_is_an_error(tmp_path):
    product = make.Product("x", "cuff", "cradle", {"finger_w": "wide"})
    with pytest.raises(RuntimeError, match="WARNING"):
        make.solid(product, tmp_path / "x.stl")


def test_a_finger_that_has_no_room_is_refused(tmp_path):
    for name, value in (("finger_h", 7), ("finger_l", 26), ("pad", 8)):
        product = make.Product("x", "cuff", "cradle", {name: value})
        with pytest.raises(RuntimeError, match=name):
            make.solid(product, tmp_path / "x.stl")
