"""Every address of the REST interface, in one list."""

from web.rest import (
    consents,
    erasures,
    exports,
    factors,
    history,
    household,
    imports,
    journal,
    machinery,
    network,
    readings,
    retention,
    rights,
    states,
)

ENDPOINTS = (
    *readings.ENDPOINTS,
    *history.ENDPOINTS,
    *states.ENDPOINTS,
    *journal.ENDPOINTS,
    *household.ENDPOINTS,
    *machinery.ENDPOINTS,
    *rights.ENDPOINTS,
    *factors.ENDPOINTS,
    *exports.ENDPOINTS,
    *imports.ENDPOINTS,
    *erasures.ENDPOINTS,
    *retention.ENDPOINTS,
    *consents.ENDPOINTS,
    *network.ENDPOINTS,
)
