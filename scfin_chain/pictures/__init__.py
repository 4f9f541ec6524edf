"""Pictures of what the models say: each a matplotlib figure without global state, in one look (`style`).

A module here is one kind of picture. Functions return a figure, and `style.save` writes it.
"""
