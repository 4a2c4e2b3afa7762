"""Every kind of helper, by its domain, in the order in which they are offered."""

from integrations.helpers.kinds.boolean import BOOLEAN
from integrations.helpers.kinds.button import BUTTON
from integrations.helpers.kinds.choice import SELECT
from integrations.helpers.kinds.counter import COUNTER
from integrations.helpers.kinds.moment import DATETIME
from integrations.helpers.kinds.number import NUMBER
from integrations.helpers.kinds.schedule import SCHEDULE
from integrations.helpers.kinds.text import TEXT
from integrations.helpers.kinds.timer import TIMER

KINDS = {kind.domain: kind for kind in (BOOLEAN, NUMBER, TEXT, SELECT, DATETIME, BUTTON, COUNTER, TIMER, SCHEDULE)}
