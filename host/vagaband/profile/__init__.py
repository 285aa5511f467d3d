"""What weeks of recordings say of one person: what helps, what overloads, how one comes back."""
