// The wrist case: the base holds cell and motor, the tray over them board, stripboard and lead, the
// lid light and button. x runs along the arm (0 on the hand's side, USB at the elbow's), y across
// it, z up from the skin. The cavity begins at [0, 0].
include <parts.scad>
use <shapes.scad>
use <components.scad>

// Walls and fits.
wall = 2; // side walls
floor_t = 1.6; // floor and lid
skin = 0.8; // left under the motor, so that it is felt
fit = 0.25; // clearance between base, tray and lid, a side
swell = 0.5; // the cell may grow by this
ledge = 1.2; // the tray rests on this much
tray_t = 1.2; // thickness of the tray
under = 2; // room under the boards
lift = max(under, socket + 0.4); // and under the ESP32 board, for its socket
over = strips_h + 0.3; // and above them
press = 1.6; // foam of 2 mm between the lid's feet and the boards is pressed to this
hold = 0.9; // the feet stand over a board's edge by this, clear of its holes
strap_w = 20; // width of the wrist's strap
strap_t = 2.4; // and its thickness
snap = 0.6; // the lid's ridge

part = "assembled"; // base, tray, lid; cell, motor, boards, controls, lead; assembled, exploded, section
print = false; // turned as it is printed
detail = 48; // steps of a circle
$fn = detail;

rib = 1.2;
gap = 1.5; // a board's edge from the wall
board_x = 0.3; // the ESP32 board's edge from the USB wall
motor_bay = motor_d + 1.6 + rib;
controls = 18.5; // room before the stripboard: lead, light, button
length = max(motor_bay + cell[0] + 1, board_size[0] + 4, controls + strips[0] + 0.5);
width = board_size[1] + strips[1] + 2 * gap + 2;
lane = width - gap - strips[1] / 2; // the middle of stripboard, lead, light and button
board_y = gap + board_size[1] / 2;
tray_z = floor_t + max(cell[2] + swell, motor_h + skin - floor_t + 0.3);
board_z = tray_z + tray_t + under;
esp32_z = tray_z + tray_t + lift;
top = board_z + board_t + over; // where lid and base meet
motor_at = [motor_d / 2 + 0.8, width / 2];
light_at = [13, lane + 4.7];
switch_at = [13, lane - 4.3];
switch_z = top - 3.5 - 0.1; // the underside of its body
anchor_h = 3.4; // the lead lies on this
lead_z = tray_z + tray_t + anchor_h + lead_d / 2;
slot_w = lead_d + 0.4;
rail = length * 0.5; // the lid's ridges, in the middle of its long sides

assert(width - 2 * ledge >= cell[1] + 1, "cell: wider than the case");

module base() {
    difference() {
        union() {
            hull() {
                rounded_box([1 - wall, 1 - wall, 0], [length + wall - 1, width + wall - 1, 1], 3);
                rounded_box([-wall, -wall, 1], [length + wall, width + wall, top], 4);
            }
            for (side = [0, 1]) translate([length / 2, side * width, 0])
                mirror([0, 1 - side, 0]) lug();
        }
        rounded_box([0, ledge, floor_t], [length, width - ledge, top + 1], 2);
        rounded_box([0, 0, tray_z], [length, width, top + 1], 2);
        rod([motor_at[0], motor_at[1], skin], motor_d + 0.4, top);
        usb_hole();
        box([-wall - 1, lane - slot_w / 2, lead_z - slot_w / 2], [1, lane + slot_w / 2, top + 1]);
        for (y = [0, width]) translate([length / 2, y, top - 2]) ridge(snap + 0.1, rail + 1);
        box([length + wall - 0.8, lane - 6, top - 0.8], [length + wall + 1, lane + 6, top + 1]);
    }
    box([motor_bay - rib, ledge - 0.5, floor_t - 0.1], [motor_bay, motor_at[1] - 6, floor_t + 3]);
    box([motor_bay - rib, motor_at[1] + 6, floor_t - 0.1],
        [motor_bay, width - ledge + 0.5, floor_t + 3]);
}

// A strap's lug on the wall at y = 0; it grows out of the wall at 45 degrees.
module lug() {
    reach = strap_t + 2.6;
    difference() {
        hull() {
            translate([-strap_w / 2 - 3, 0, 0]) cube([strap_w + 6, wall, 4 + reach]);
            translate([-strap_w / 2 - 3, wall, 0]) cube([strap_w + 6, reach, 4]);
        }
        translate([-strap_w / 2 - 0.5, wall, -1]) cube([strap_w + 1, strap_t, 20]);
    }
}

// A rounded bar along x that snaps in; its middle is the origin.
module ridge(h, l) {
    rotate([45, 0, 0]) cube([l, h * sqrt(2), h * sqrt(2)], center = true);
}

// Open to the lid where what is left of the wall above it would be thin.
module usb_hole() {
    half = 3.75;
    middle = esp32_z + board_t + usb[2] / 2;
    box([length - 1, board_y - 6, middle - half],
        [length + wall + 1, board_y + 6, top - middle - half < 1.2 ? top + 1 : middle + half]);
}

module tray() {
    difference() {
        union() {
            rounded_box([fit, fit, tray_z], [length - fit, width - fit, tray_z + tray_t], 2);
            translate([0, 0, tray_z + tray_t - 0.1]) {
                corners(length - board_x - board_size[0], gap, board_size, lift);
                corners(length - 0.5 - strips[0], width - gap - strips[1], strips, under);
            }
            anchor();
            translate([switch_at[0] - 2, switch_at[1] - 2, tray_z])
                cube([4, 4, switch_z - tray_z - 0.1]);
        }
        box([-1, lane - 9.8, tray_z - 1], [9, lane - 4.6, tray_z + tray_t + 1]); // the cell's plug
    }
}

// What a board's four corners rest on and lie between, open towards the USB wall.
module corners(x, y, size, under) {
    for (right = [0, 1], far = [0, 1])
        translate([x + right * size[0], y + far * size[1], 0]) mirror([right, 0, 0])
            mirror([0, far, 0]) {
                cube([2.5, 2.5, under + 0.1]);
                translate([right ? 3 : -0.3, -1.1, 0]) cube([2.8, 0.9, under + board_t]);
                if (right == 0) translate([-1.8, -1.1, 0]) cube([1.6, 3.6, under + board_t]);
            }
}

// The lead lies on it; a tie goes through it and around the lead.
module anchor() {
    translate([1, lane - 4.5, tray_z + tray_t - 0.1]) difference() {
        cube([6, 9, anchor_h + 0.1 + lead_d / 3]);
        translate([1.5, -1, 0.1]) cube([3, 11, 1.8]);
        translate([-1, 4.5, anchor_h + 0.1 + lead_d / 2]) rotate([0, 90, 0])
            cylinder(d = lead_d + 0.2, h = 9);
    }
}

module lid() {
    difference() {
        union() {
            rounded_box([-wall, -wall, top], [length + wall, width + wall, top + floor_t], 4);
            rim();
            collar(light_at, light_d + 0.3 + 2.4, 4);
            translate([switch_at[0] - 4.5, switch_at[1] - 4.5, top - 2.5]) cube([9, 9, 2.6]);
            feet();
        }
        rod([light_at[0], light_at[1], top - 9], light_d + 0.3, 20);
        translate([switch_at[0] - 3.3, switch_at[1] - 3.3, top - 9]) cube([6.6, 6.6, 9]);
        translate([switch_at[0] - 9, switch_at[1] - 3.3, top - 9]) cube([18, 6.6, 9]);
        rod([switch_at[0], switch_at[1], top - 1], 4, 9);
    }
    box([-wall + 0.2, lane - slot_w / 2 + fit, lead_z + slot_w / 2 + 0.2],
        [-0.2, lane + slot_w / 2 - fit, top + 0.1]);
}

// Between the corners of the boards: on the tray along the walls, and over the boards' edges.
module feet() {
    from = length - 24;
    reach = gap + hold;
    between = gap + board_size[1]; // the edge of the ESP32 board
    last = lane - strips[1] / 2 + hold;
    for (y = [fit, width - fit - 1])
        box([from, y, tray_z + tray_t + fit], [from + 8, y + 1, top + 0.1]);
    for (y = [[fit, reach], [between - hold, last]])
        box([from, y[0], esp32_z + board_t + press], [from + 8, y[1], top + 0.1]);
    for (y = [[between + 0.5, last], [width - reach, width - fit]])
        box([from, y[0], board_z + board_t + press], [from + 8, y[1], top + 0.1]);
}

module collar(at, d, h) {
    rod([at[0], at[1], top - h], d, h + 0.1);
}

// Two rails inside the long walls, with ridges that snap into the base.
module rim() {
    for (side = [0, 1]) translate([0, side * width, 0]) mirror([0, side, 0]) {
        box([4, fit, top - 4], [length - 4, fit + 1.2, top + 0.1]);
        intersection() {
            translate([length / 2, fit, top - 2]) ridge(snap, rail);
            box([0, -9, 0], [length, fit + 1, top]);
        }
    }
}

module cell_in() {
    translate([length - 0.5 - cell[0], width / 2 - cell[1] / 2, floor_t + 0.05]) cube(cell);
}

module motor_in() {
    translate([motor_at[0], motor_at[1], skin + 0.05]) motor_part();
}

module boards_in() {
    translate([length - board_x, board_y, esp32_z + 0.05]) esp32_part(board_size);
    translate([length - 0.5 - strips[0], width - gap - strips[1], board_z + 0.05]) strips_part();
}

module controls_in() {
    translate([light_at[0], light_at[1], top + floor_t]) light_part();
    translate([switch_at[0], switch_at[1], switch_z]) switch_part();
}

module lead_in() {
    translate([-15, lane, lead_z]) rotate([0, 90, 0]) cylinder(d = lead_d, h = 22.5);
}

// One part in its colour, lifted; the half that is nearer is left out of a section.
module piece(colour, lift) {
    color(colour) render() translate([0, 0, lift]) difference() {
        children();
        if (part == "section") box([-99, -99, -99], [99, lane - 4.3, 99]);
    }
}

module whole(apart) {
    piece("SteelBlue", 0) base();
    piece("DarkOrange", 16 * apart) cell_in();
    piece("Silver", 16 * apart) motor_in();
    piece("IndianRed", 32 * apart) tray();
    piece("SeaGreen", 40 * apart) boards_in();
    piece("DimGray", 40 * apart) lead_in();
    piece("MediumPurple", 50 * apart) controls_in();
    piece("Gold", 64 * apart) lid();
}

if (part == "base") base();
else if (part == "tray") tray();
else if (part == "lid") rotate(print ? [180, 0, 0] : [0, 0, 0]) lid();
else if (part == "cell") cell_in();
else if (part == "motor") motor_in();
else if (part == "boards") boards_in();
else if (part == "controls") controls_in();
else if (part == "lead") lead_in();
else if (part == "assembled" || part == "section") whole(0);
else if (part == "exploded") whole(1);
else assert(false, str("no part ", part));
