"""Many services and one standard: their runs side by side in time, kept, and told on one page."""
