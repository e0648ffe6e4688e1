"""What several of the built-in blocks share."""
