"""What people and programs may ask for: one module a use case."""
