// Sizes of the bought parts, in mm: [length, width, height] along x, y, z. Measure yours.

// ESP32 board. TinyPICO: 18 x 32 (its maker), the newer one 35 long (its users); LOLIN D32: 57 x
// 25.4 (its maker).
board = "tinypico"; // or "d32"
board_size = board == "d32" ? [57, 25.4] : [35, 18]; // length and width, USB on a short side
board_t = 1.6; // thickness of every circuit board here
usb = [6, 9, 3.2]; // the ESP32 board's socket, micro or C
usb_proud = 0.7; // the socket stands out of the board's edge by this
socket = board == "d32" ? 0 : 5.6; // height of the cell's socket under the board; 0 where it is on top

strips = [31, 18]; // stripboard, 12 strips of 7 holes
strips_h = 9.5; // its tallest parts, standing resistors; 6 where all lie
cell = [37, 31, 5.5]; // 500 mAh: 503035 or 36 x 29 x 4.75, with its protection board
motor_d = 10; // coin motor
motor_h = 3.4; // its height; many are 2.7
light_d = 5; // round LED
light_h = 8.6; // to the top of its dome
button_h = 6; // 6 x 6 mm switch, to the top of its stem
lead_d = 3.2; // five thin wires in a sleeve

// MAX30102 breakout of the GY kind. There is no standard: other makes differ.
breakout = [20.6, 15.5]; // length along the finger, width
sensor = [5.6, 3.3, 1.55]; // the chip (its data sheet)
sensor_at = [0, 0]; // its middle, from the middle of the breakout
