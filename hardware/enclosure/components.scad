// The bought parts as plain solids: what the printed ones must not touch.
include <parts.scad>
use <shapes.scad>

// Face up; the middle of its underside is the origin.
module breakout_part() {
    translate([-breakout[0] / 2, -breakout[1] / 2, 0]) cube([breakout[0], breakout[1], board_t]);
    translate([sensor_at[0], sensor_at[1], board_t + sensor[2] / 2]) cube(sensor, center = true);
    translate([0, 0, -0.6]) cube([breakout[0] - 4, breakout[1] - 4, 1.4], center = true);
}

// USB towards +x; the middle of that edge of its underside is the origin.
module esp32_part(board_size) {
    translate([-board_size[0], -board_size[1] / 2, 0]) cube([board_size[0], board_size[1], board_t]);
    translate([usb_proud - usb[0], -usb[1] / 2, board_t - 0.1]) cube(usb + [0, 0, 0.1]);
    low = max(1.5, socket); // wherever the cell's socket is
    translate([-board_size[0] + 4, -board_size[1] / 2 + 4, -low])
        cube([board_size[0] - 8, board_size[1] - 8, low + 4]);
}

// The first corner of its underside is the origin.
module strips_part() {
    cube([strips[0], strips[1], board_t]);
    translate([4, 2.5, -1.5]) cube([strips[0] - 8, strips[1] - 5, 1.5 + board_t + strips_h]);
}

// Its lower face is the origin; the wires leave to +x.
module motor_part() {
    cylinder(d = motor_d, h = motor_h);
}

// The dome's top is the origin, legs down.
module light_part() {
    translate([0, 0, -light_d / 2]) intersection() {
        sphere(d = light_d);
        translate([0, 0, 5]) cube(10, center = true);
    }
    rod([0, 0, -light_h], light_d, light_h - light_d / 2 + 0.01);
    rod([0, 0, -light_h], light_d + 0.8, 1);
    for (x = [-1.9, -0.63, 0.63, 1.9]) rod([x, 0, -light_h - 2], 0.6, 2.1);
}

// The underside of its body is the origin, legs down and out along x.
module switch_part() {
    translate([-3.1, -3.1, 0]) cube([6.2, 6.2, 3.5]);
    rod([0, 0, 0], 3.5, button_h);
    for (x = [-3.6, 3.6], y = [-2.25, 2.25]) translate([x, y, -1]) cube([1, 1, 5], center = true);
}
