"""The shards of one run on other machines: an engine begins them, what they tell comes back, and it becomes one run."""
