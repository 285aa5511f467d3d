"""The firmware's detector side by side with public ones, and what its stages cost on the board."""
