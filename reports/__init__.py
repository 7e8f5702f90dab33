"""A response as a report: a document of primitives, and its PDF. Knows no web, no database, no questionnaire."""
