"""OpenAPI 3.1 from a contract, and a contract from OpenAPI 3 or Swagger 2.0."""
