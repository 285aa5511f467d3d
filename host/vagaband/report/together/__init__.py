"""The page for two people, and what takes its place when one of them withdraws."""
