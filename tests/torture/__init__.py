"""What the device is put through: power cuts, faults, mutations. See `python -m tests.torture`."""
