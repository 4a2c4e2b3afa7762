"""Every address of the REST interface, in one list."""

from web.rest import history, household, journal, machinery, readings, rights, states

ENDPOINTS = (
    *readings.ENDPOINTS,
    *history.ENDPOINTS,
    *states.ENDPOINTS,
    *journal.ENDPOINTS,
    *household.ENDPOINTS,
    *machinery.ENDPOINTS,
    *rights.ENDPOINTS,
)
