"""What a server does and its contract does not say: exchanges → words of the language, with what they were seen in."""
