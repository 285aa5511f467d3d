// Shapes that both enclosures are made of.

// A box with its four upright edges rounded; `from` and `to` are opposite corners.
module rounded_box(from, to, r) {
    size = to - from;
    translate(from) linear_extrude(size[2]) translate([r, r]) offset(r = r)
        square([size[0] - 2 * r, size[1] - 2 * r]);
}

module box(from, to) {
    translate(from) cube(to - from);
}

// A drawing in y, z (as x, y of the plane), drawn out along x.
module along_x(from, to) {
    translate([from, 0, 0]) rotate([90, 0, 90]) linear_extrude(to - from) children();
}

// An upright rod.
module rod(at, d, h) {
    translate(at) cylinder(d = d, h = h);
}
