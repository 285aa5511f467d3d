"""The page: what a recording says, as one HTML file that needs nothing else."""
