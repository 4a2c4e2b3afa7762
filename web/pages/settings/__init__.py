"""Settings: people, household, accounts, tokens, storage, about."""
