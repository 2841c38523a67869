"""For programs that embed restproof: what ``import restproof`` offers is made here."""
