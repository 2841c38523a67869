"""Pure judges: what an exchange, or the exchanges of a case, show about the contract."""
