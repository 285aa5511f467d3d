// The finger cuff: cradle and cover close around the fingertip, the back holds the breakout and the
// lead; one soft strap, through the back's slots and over the cover, clamps all three.
// x runs along the finger (0 where it enters), z = 0 is the floor that the fingertip lies on.
include <parts.scad>
use <shapes.scad>
use <components.scad>

// The finger, and how it is held. Measure it at the nail's root.
finger_w = 17; // width of the opening
finger_h = 14.5; // height of the opening
finger_l = 32; // depth of the opening
pad = 12; // fingertip to the middle of its soft pad, where the sensor looks
strap_w = 12; // width of the soft strap
strap_t = 2; // and its thickness

// Walls and fits.
wall = 1.6; // every outer wall
skirt = 1.2; // the cover's skirt, outside the cradle's wall
lap = 4; // the skirt overlaps the cradle by this
fit = 0.3; // clearance between cover and cradle, a side
back_fit = 0.2; // clearance between back and cradle, a side
lip = 1; // the window's lip stands over the foam by this
lip_t = 0.8; // thickness of the lip, the thinnest wall about the window
window = [12.6, 9.5]; // opening in the lip
solder = 0.6; // room for solder on the breakout's face
back_room = 3; // room behind the breakout for its parts and the wires
flange = 2; // thickness of the back

part = "assembled"; // cradle, cover, back; breakout, lead, foam, finger; assembled, exploded, section
print = false; // turned as it is printed
detail = 48; // steps of a circle
$fn = detail;

middle = finger_l - pad; // of window and strap, along x
corner = min(finger_w, finger_h) / 4;
split = finger_h / 2; // where cradle and cover meet
floor_t = sensor[2] + 0.05; // the sensor lies this little below the floor
pocket_w = breakout[1] + 0.6;
bottom = -floor_t - board_t - back_room; // of the cradle
first = middle - sensor_at[0] - breakout[0] / 2; // the breakout's ends
last = first + breakout[0];
rib = 1.6; // thickness of the back's ribs
slot_w = lead_d + 0.2;
chamber = first - 0.3 - 2 * rib; // for the knot of the tie
outside = finger_w / 2 + wall; // cradle's half width
brim = outside + fit + skirt; // cover's half width
strap_y = max(pocket_w / 2 + wall + 0.3, brim - 1.5); // where the strap passes the back

assert(chamber >= 4.5, "finger_l: no room for the tie behind the breakout");
assert(last + 0.5 <= finger_l, "pad: the breakout reaches past the fingertip");
assert(split > lap, "finger_h: the skirt is longer than the cradle's wall");

module opening() {
    translate([-finger_w / 2 + corner, corner]) offset(r = corner)
        square([finger_w - 2 * corner, finger_h - 2 * corner]);
}

module cradle() {
    difference() {
        along_x(0, finger_l + wall) intersection() {
            union() {
                offset(r = wall) opening();
                translate([-pocket_w / 2 - wall, bottom]) square([pocket_w + 2 * wall, -bottom]);
            }
            translate([-50, bottom]) square([100, split - bottom]);
        }
        along_x(-1, finger_l) opening();
        box([-1, -pocket_w / 2, bottom - 1], [finger_l, pocket_w / 2, -floor_t]);
        translate([middle, sensor_at[1], 0]) window_hole();
        for (side = [-1, 1]) translate([middle, side * (pocket_w / 4 + window[1] / 4), -floor_t])
            cube([breakout[0] + 0.6, pocket_w / 2 - window[1] / 2, 2 * solder], center = true);
    }
}

// The lip keeps the foam in: the foam lies on the breakout, under it and within it.
module window_hole() {
    cube([window[0], window[1], 20], center = true);
    box([-window[0] / 2 - lip, -window[1] / 2 - lip, -floor_t - 1],
        [window[0] / 2 + lip, window[1] / 2 + lip, -lip_t]);
}

module cover() {
    difference() {
        union() {
            along_x(0, finger_l + wall + fit + skirt) hood(0);
            for (side = [-1, 1]) translate([middle + side * (strap_w / 2 + 2.1), 0, 0]) guide();
        }
        along_x(-1, finger_l) opening();
        along_x(-1, finger_l + wall + fit) translate([-outside - fit, -1])
            square([2 * (outside + fit), split + 1]);
    }
}

module hood(more) {
    r = corner + wall;
    intersection() {
        offset(r = more) translate([-brim + r, 0]) offset(r = r)
            square([2 * (brim - r), finger_h + wall - r]);
        translate([-50, split - lap]) square([100, 100]);
    }
}

// A ridge beside the strap, sloped so that it prints without support.
module guide() {
    hull() {
        along_x(-1.6, 1.6) hood(0);
        along_x(-0.4, 0.4) hood(1.2);
    }
}

module back() {
    inner = pocket_w / 2 - back_fit;
    top = -floor_t - back_fit; // as high as a rib may reach
    under = -floor_t - board_t - back_fit; // as high as it may beneath the breakout
    difference() {
        union() {
            box([0, -pocket_w / 2 - wall, bottom - flange],
                [finger_l + wall, pocket_w / 2 + wall, bottom]);
            wings();
            for (side = [0, 1]) mirror([0, side, 0])
                box([0, inner - 1.2, bottom], [finger_l - back_fit, inner, bottom + 1.5]);
            box([0, -inner, bottom], [rib, inner, top]);
            box([first - 0.3 - rib, -inner, bottom], [first - 0.3, inner, top]);
            box([first - 0.3, -inner, bottom], [first + 1.5, inner, under]);
            box([last - 1.5, -inner, bottom], [finger_l - back_fit, inner, under]);
            box([last + 0.3, -inner, bottom], [finger_l - back_fit, inner, top]);
        }
        box([-1, -slot_w / 2, bottom + 0.6], [first + 2, slot_w / 2, 0]);
        for (side = [0, 1]) mirror([0, side, 0])
            box([middle - strap_w / 2 - 0.5, strap_y, bottom - flange - 1],
                [middle + strap_w / 2 + 0.5, strap_y + strap_t + 0.2, bottom + 1]);
    }
}

module wings() {
    reach = strap_y + strap_t + 0.2 + 2.4;
    rounded_box([middle - strap_w / 2 - 3, -reach, bottom - flange],
                [middle + strap_w / 2 + 3, reach, bottom], 2);
}

module finger_in() {
    hull() {
        along_x(-25, finger_l - corner) opening();
        along_x(-25, finger_l - 0.5) offset(delta = -corner) opening();
    }
}

module breakout_in() {
    translate([middle - sensor_at[0], -sensor_at[1], -floor_t - board_t]) breakout_part();
}

module lead_in() {
    translate([-20, 0, bottom + 0.6 + slot_w / 2]) rotate([0, 90, 0])
        cylinder(d = lead_d, h = first + 18.4);
}

module foam_in() {
    translate([middle, sensor_at[1], 0]) difference() {
        intersection() {
            window_hole();
            box([-50, -50, -floor_t + 0.05], [50, 50, 0]);
        }
        translate([sensor_at[0], sensor_at[1], 0]) cube([sensor[0] + 0.4, sensor[1] + 0.4, 9], center = true);
    }
}

// One part in its colour, lifted; the half that is nearer is left out of a section.
module piece(colour, lift) {
    color(colour) render() translate([0, 0, lift]) difference() {
        children();
        if (part == "section") box([-99, -99, -99], [99, 0.5, 99]);
    }
}

module whole(apart) {
    piece("SteelBlue", 0) cradle();
    piece("Gold", 14 * apart) cover();
    piece("IndianRed", -26 * apart) back();
    piece("DarkGreen", -17 * apart) breakout_in();
    piece("Silver", -19 * apart) lead_in();
    piece("DimGray", -12 * apart) foam_in();
}

// Cradle and cover stand on the fingertip's end, the back lies on its outside.
if (part == "cradle") rotate(print ? [0, 90, 0] : [0, 0, 0]) cradle();
else if (part == "cover") rotate(print ? [0, 90, 0] : [0, 0, 0]) cover();
else if (part == "back") back();
else if (part == "breakout") breakout_in();
else if (part == "lead") lead_in();
else if (part == "foam") foam_in();
else if (part == "finger") finger_in();
else if (part == "assembled" || part == "section") whole(0);
else if (part == "exploded") whole(1);
else assert(false, str("no part ", part));
