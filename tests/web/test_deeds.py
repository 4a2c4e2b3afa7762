"""What the audit page says."""

import re
from pathlib import Path

import hub
from web.pages.settings.deeds import _DONE

NOTED = re.compile(r'(?:_note|\.note)\(\s*(?:[\w.()\[\]"]+,\s*)?"([a-z-]+\.[a-z_.-]+)"')


def test_every_deed_that_the_hub_writes_down_has_words_on_the_page() -> None:
    sources = [one.read_text() for one in Path(hub.__file__).parent.rglob("*.py")]
    noted = {name for text in sources for name in NOTED.findall(text)}
    assert len(noted) > 50
    assert sorted(noted - set(_DONE)) == []
