"""What a recording says: numbers, blocks and claims; no text in a language, no page."""
