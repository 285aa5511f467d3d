"""Protocols: text files that lead one or two people through blocks, and what runs them."""
