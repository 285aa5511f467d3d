"""The page of a profile: what weeks of recordings say, in sentences, charts and tables."""
