"""docs/metrics.md says what the tables say."""

from pathlib import Path

from integrations.vocabulary.document import page

WRITTEN = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_the_page_about_metrics_is_the_one_the_tables_give() -> None:
    assert WRITTEN.read_text() == page(), "python -m integrations.vocabulary.document > docs/metrics.md"
