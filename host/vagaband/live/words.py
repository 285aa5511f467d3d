"""What contact, signal and refusal mean to a wearer, and what to do."""

# contact: (what it is, what to do)
CONTACT = {
    "": ("not known yet", ""),
    "off": ("no finger", "put it on, the light towards the skin"),
    "settling": ("settling", "keep still for a second"),
    "on": ("good", ""),
    "saturated": ("too much light", "shade the sensor, or sit the cuff closer"),
    "weak": ("weak: no pulse seen", "loosen the cuff a little, warm the hand, keep it still"),
}
SIGNAL = {
    "": ("–", ""),
    "settling": ("settling", ""),
    "good": ("good", ""),
    "fair": ("fair", "some beats had to be mended: keep the hand still"),
    "poor": ("poor", "many beats had to be mended: sit the cuff anew, keep still"),
    "moving": ("moving", "keep the hand still"),
}
REFUSED = {
    "corrected": "more than a tenth was mended",
    "flat": "no variability to be measured",
    "motion": "the finger moved",
    "irregular": "a rhythm that breathing does not explain",
    "noise": "too close to the noise",
}
BATTERY = {"low": "low, charge it soon", "empty": "empty"}
