"""The HTTP surface that Nightscout's clients talk to."""
