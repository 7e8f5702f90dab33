"""The database: tables, encryption, migrations, and one module for each kind of record."""
