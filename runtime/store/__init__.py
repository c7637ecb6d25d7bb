"""The only SQL that runs: the database, the platform tables and what is stored in them."""
