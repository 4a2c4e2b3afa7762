"""What alembic runs: the versions on a connection, and in a transaction, that it is given."""

from alembic import context

from hub.recorder.migrations.table import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
