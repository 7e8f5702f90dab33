"""The questionnaire language: what a questionnaire is, and how it is read, checked and handed on."""
