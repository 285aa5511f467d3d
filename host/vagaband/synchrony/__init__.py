"""Two people's hearts: whether their RSA goes up and down together more than chance makes it."""
