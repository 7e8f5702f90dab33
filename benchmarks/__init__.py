"""What the software costs, as figures against the targets that it must meet."""
