"""What benchmarks/schemathesis_side_by_side.py is made of."""
