"""What is sent: requests and answers, the session that exchanges them, the ledger of what was created, and clean-up."""
