"""Blueprints: the catalogue, bringing one, and the form of each."""
