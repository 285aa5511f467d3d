"""What a device sees, as it sees it: a line to it, a model of one person, a screen, keys."""
