"""One time base for two boards: exchanges with the PC's clock, and a tap that checks them."""
