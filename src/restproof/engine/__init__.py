"""What makes items of rules and runs them: items, cases, the subject under test, what a worker shares."""
