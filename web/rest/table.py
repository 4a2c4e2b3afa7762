"""Every address of the REST interface, in one list."""

from web.rest import household, journal, machinery, readings, states

ENDPOINTS = (
    *readings.ENDPOINTS,
    *states.ENDPOINTS,
    *journal.ENDPOINTS,
    *household.ENDPOINTS,
    *machinery.ENDPOINTS,
)
