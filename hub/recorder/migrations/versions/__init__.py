"""One file for each version; a version that was released is never changed."""
