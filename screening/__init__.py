"""Ask before a visit, keep the answers safe, hand them over whole."""
