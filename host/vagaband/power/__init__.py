"""How long a charge lasts in each power mode: currents of others, duty cycles of our own."""
