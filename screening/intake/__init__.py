"""The patient's way, as use cases: open a link, agree, save page by page, send. Each function owns its transaction.

The patient is known as an `Actor` whose id is the invitation's. Times are given in (``now``, aware); ``zone`` is the
clinic's time zone, by which links end.
"""
