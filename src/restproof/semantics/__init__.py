"""Contract → what its resources do: which requests are right, and the state after each of them. Pure: no I/O, no
HTTP."""
