"""Answers on paper, as use cases: typing them in (a right of its own), and comparing what was typed with the paper.

What was typed in is write-only for whoever typed it: once it is saved, only those who may read answers find it.
"""
