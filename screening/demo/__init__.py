"""A demonstration practice with made-up staff, patients and visits, made through the same use cases as real ones."""
