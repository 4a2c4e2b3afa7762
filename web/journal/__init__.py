"""Journal entries in words, and the form that makes them."""
