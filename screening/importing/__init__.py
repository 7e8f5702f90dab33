"""Foreign questionnaires -> ours: what can't be kept is named item by item, what would mislead is refused."""
