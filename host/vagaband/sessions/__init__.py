"""The data folder: recordings of people known by a code, their sessions, marks and notes."""
