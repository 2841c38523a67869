"""OpenAPI 3.1 from a contract, and a contract from OpenAPI 3.0 or 3.1."""
