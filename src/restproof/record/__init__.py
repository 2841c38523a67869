"""The format of a run file, and of the recordings of others: events, writer, readers."""
