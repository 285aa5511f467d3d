"""The independent reference: float64 NumPy, written from the literature, no part of the firmware.

The road is the device's: light -> `beats` -> `intervals` -> `rsa` and `time_domain`.
"""
