"""The independent reference: float64 NumPy, written from the literature, no part of the firmware.

The road is the device's: light -> `beats` -> `intervals` -> `rsa` and `time_domain`. Beside RSA
stand `gain` and `noise_floor`, `lock_in`, `peak_to_trough`, `hf_power`, `breathing` (from the
pulse's `modulation`, held against a `belt`) and `irregularity`. `run_numbers` and
`light_numbers` gather them for an epoch; `bland_altman` compares.
"""
