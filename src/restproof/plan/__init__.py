"""Schema → strategies and enumerated cases; the ordered plan of items with their costs."""
