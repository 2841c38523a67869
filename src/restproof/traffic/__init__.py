"""Traffic that others recorded, judged by every rule that it shows."""
