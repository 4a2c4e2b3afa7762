"""How much is tried: HOMEOSTAT_EVERY_STEP=1 runs what is left out, or done less often, in the usual run."""

import os

import pytest

EVERY_STEP = bool(os.environ.get("HOMEOSTAT_EVERY_STEP"))
thorough = pytest.mark.skipif(not EVERY_STEP, reason="takes long; HOMEOSTAT_EVERY_STEP=1 runs it")
