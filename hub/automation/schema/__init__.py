"""The language as one set of models, for files, pages and interfaces alike."""
