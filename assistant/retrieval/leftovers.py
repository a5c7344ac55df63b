"""What a saved page says beside its subject: buttons, invitations, notices of rights, disclaimers.

Readers of web pages leave it out; in plain text it stands among the rest. It is never removed, for somebody may ask
about it, but what answers a question comes before it.
"""

from __future__ import annotations

import re

#: Whole lines that are controls of a page.
_CONTROLS = re.compile(
    r"^\W*(?:(?:add|leave|post|write) a comment|no comments?(?: yet)?|comments?|reply|repost|retweet|reward|share"
    r"(?: (?:this|on) .{0,30})?|like|follow(?: us)?|pinned|view original|read more|load more|show more|see also|log ?in"
    r"|sign (?:in|up)|register|subscribe|menu|home|search|next|previous|back to top|skip to (?:main )?content"
    r"|advertisement|sponsored|print|copy link|bookmark|save|loading(?: more)?|trending|most read)\W*$",
    re.IGNORECASE,
)
#: Sentences that speak of the page, of rights and of who answers for it.
_NOTICES = re.compile(
    r"does not constitute|(?:investment|financial|legal|tax|professional|medical) advice|"
    r"for information(?:al)? purposes? only|at (?:your|one's) own risk|"
    r"(?:representations?|warrant(?:y|ies)) (?:of any kind|or warrant)|endorsement of|"
    r"all rights reserved|terms (?:of (?:use|service)|and conditions)|privacy policy|cookie (?:policy|settings|notice)|"
    r"(?:uses?|accept(?:ing)?) cookies|third[- ]party content|"
    r"(?:subscribe|sign up|register) (?:to|for|now|today)|(?:click|tap) here|"
    r"(?:join|become a member).{0,40}(?:membership|member|community)|"
    r"(?:content|article) (?:above |below )?is (?:brought|provided) to you by|"
    r"there are risks in the market|invest(?:ment|ing) (?:carries|involves|requires)|"
    r"^!?\[[^\]]*\]\([^)]*\)$",
    re.IGNORECASE,
)


def is_leftover(text: str) -> bool:
    """Whether a sentence or line belongs to a page's furniture and not to what it tells."""
    line = " ".join(text.split())
    return bool(_CONTROLS.match(line) or _NOTICES.search(line))
