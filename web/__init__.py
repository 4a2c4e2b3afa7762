"""Pages, fragments, REST and live streams; sees the hub through `hub.view` only."""
