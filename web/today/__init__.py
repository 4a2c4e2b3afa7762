"""What matters now, for each person: the words and numbers of Today's cards."""
