"""The first room: what an API promises, read from its contract file and its JSON Schemas."""
