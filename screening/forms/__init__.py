"""A page of a questionnaire as a form: which inputs it has, what was posted, and what is wrong with it."""
