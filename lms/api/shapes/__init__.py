"""What the API takes and gives, as types: the schema is made of them, and tests hold answers to it.

Each is a ``TypedDict`` whose docstring becomes the description in the schema.
"""
