"""Honest servers, each right in a way of its own that the contract language has words for; and their broken twins."""
