"""The inside of a custom integration's own process; started by `hub.supervisor.child`."""
