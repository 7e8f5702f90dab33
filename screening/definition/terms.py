"""English terms that need care: names of conditions, sensitive matters, phrases that hurt.

Terms are looked for as whole words. Lists err on the side of finding too much: a person can see what is meant, a list
can't. They judge the author's wording, never an answer.
"""

from __future__ import annotations

import re

CONDITIONS = re.compile(
    r"\b(depressions?|depressive|ptsd|post-?traumatic|schizo\w+|psychosis|psychoses|psychotic|bipolar|borderline"
    r"|dissociative|dissociation|depersonali[sz]ation|dereali[sz]ation|autis\w+|asperger\w*|adhd|ocd"
    r"|obsessive-?compulsive|alexithymi\w+|anhedoni\w+|emotional(ly)? detach\w+"
    r"|emotional blunting|dementia|manic|mania|hypomani\w+|paranoi\w+|delusion\w*|hallucinat\w+|anorexi\w+|bulimi\w+"
    r"|alcoholi\w+|addict\w*|disorders?|syndromes?|diagnos\w+|mental(ly)? ill\w*|patholog\w+)\b",
    re.IGNORECASE,
)
"""Conditions that a text could name as a conclusion (rule R2)."""

TOLD_BY_A_CLINICIAN = re.compile(
    r"\b(clinician|doctor|physician|psychiatrist|psychologist|therapist|nurse|professional|health worker)s?\b.{0,60}"
    r"\b(tell|told|said|say|diagnosed|given)\b",
    re.IGNORECASE | re.DOTALL,
)
"""A question about what a clinician has said; conditions may be named in it."""

FORBIDDEN = re.compile(
    r"\b(commit(s|ted|ting)? suicide|suffer(s|ed|ing)? from|(than|as|like|unlike) normal people|normal people)\b",
    re.IGNORECASE,
)
"""Phrases that blame or belittle."""

SELF_HARM = re.compile(
    r"\b(suicid\w*|self[- ]?harm\w*|self[- ]?injur\w*|end(ing)? it all|better off dead"
    r"|(harm|hurt|injur|kill|cut)(e|ing|ting|ed)? (your|my|one|them|him|her)sel(f|ves)"
    r"|(end|ending|take|taking|took) (your|my|their|his|her|one's) (own )?life"
    r"|(wish|wished|wishing|want|wanted|wanting) to die|(wish|wished) (you|i) (were|was) (dead|not alive|never born)"
    r"|(life is|life was) not worth living|(not|no longer) want(ed|ing)? to (live|be alive|go on living))\b",
    re.IGNORECASE,
)
"""Talk of harming or killing oneself, as instruments and clinics word it."""

SEX = re.compile(r"\b(sex|sexual\w*|libido|erotic\w*|orgasms?|intercourse|erections?)\b", re.IGNORECASE)

HARD_EVENTS = re.compile(
    r"\b(abus(e|ed|ive)|assault\w*|rap(e|ed)|violence|trauma\w*|tortur\w*|molest\w*|neglect(ed)?"
    r"|(hard|terrible|horrible|frightening|shocking) events?)\b",
    re.IGNORECASE,
)

GROWING_UP = re.compile(
    r"\b(as a child|(were|was) a child|childhood|growing up|grew up|when you were (young|little|small))\b",
    re.IGNORECASE,
)

SENSITIVE = {"self_harm": SELF_HARM, "sex": SEX, "hard_events": HARD_EVENTS, "growing_up": GROWING_UP}
"""Topic -> how a text that touches on it is known."""

DOUBLE_QUESTION = re.compile(
    r"\band/or\b|\?.*\?|\b(and|or) (do|did|are|were|have|had|can|could|would) you\b", re.IGNORECASE | re.DOTALL
)
"""Two questions in one: only what is certain (and/or, two question marks, "and do you …")."""

HOW_OFTEN = re.compile(r"\bhow often\b", re.IGNORECASE)

RECALL_IN_TEXT = re.compile(
    r"\b(in|over|during|within|for|since) (the|your|this) (last|past|previous|first|time|week|month|year|day)",
    re.IGNORECASE,
)


def condition_terms(text: str) -> list[str]:
    """Return the conditions that a text names, unless it asks what a clinician has said (rule R2)."""
    if TOLD_BY_A_CLINICIAN.search(text):
        return []
    return [match.group() for match in CONDITIONS.finditer(text)]


def topics_of(text: str) -> list[str]:
    """Return the topics with rules of their own that a text touches on, by its terms."""
    return [topic for topic, terms in SENSITIVE.items() if terms.search(text)]
