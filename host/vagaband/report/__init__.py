"""The page: what a recording says, as one HTML file that needs nothing else."""

LANGUAGES = {"en": "en_GB", "nl": "nl_NL"}  # and whose way of writing numbers and dates
