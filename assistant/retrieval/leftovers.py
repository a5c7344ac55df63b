"""What a saved page says beside its subject: buttons, invitations, notices of rights, disclaimers, orders to models.

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

#: What stands for the model's own words in an instruction to it.
_ITS_WORDS = r"your (?:(?:next|final|entire|whole|own|last) )?(?:answers?|responses?|outputs?|repl(?:y|ies)|messages?)"
#: Where an order begins: the sentence, behind a mark, or behind a word that gives one.
_ORDER = r"(?:^|[.;:!,]\s+|\b(?:please|now|instead|just|you (?:must|should|will|shall|are to|have to|need to))\s+)"
#: Sentences that give the model an order. A letter or a manual gives orders to people, so each must speak of what only
#: a model has: instructions before it, a prompt, its answer's letters and words, its being one. (docs/experiments.md)
_ORDERS = (
    rf"{_ORDER}(?:ignore|disregard|forget|override|bypass|drop|discard)\s+(?:\w+\s+){{0,3}}?"
    r"(?:(?:your|previous|prior|above|earlier|preceding|foregoing|system|these|those|initial|original)\s+)+"
    r"(?:\w+\s+)?(?:instructions?|prompts?|directions|directives|commands?|programming|rules|guidelines|context)\b",
    rf"{_ORDER}(?:ignore|disregard|forget)\s+(?:(?:all|everything|anything)\s+)?(?:of\s+)?(?:the\s+)?"
    r"(?:above|(?:previous|prior|preceding)\s+(?:text|messages?|conversation)|(?:you were|you have been) told)\b",
    rf"{_ORDER}(?:reveal|show|print|repeat|output|disclose|tell|give|send|leak)\s+(?:\w+\s+){{0,3}}?"
    r"(?:your (?:system |initial |hidden |original )?(?:prompts?|instructions)|the system prompt)\b",
    r"^you are (?:now|no longer)\b(?=.*\b(?:ai|assistant|chatbot|model|bot|mode|dan|restricted|bound|filters?)\b)",
    r"\b(?:if|as) you (?:are|'re) an? (?:ai|llm|large language model|language model|chatbot|ai assistant)\b",
    r"^(?:as an ai (?:language )?(?:model|assistant)\b,?\s+you|from now on,? you (?:are|must|will|should)\b)",
    r"^\W*(?:note|message|attention|instructions?|important|warning|notice)s?\W* (?:to|for)\W+(?:the |any |all )?"
    r"(?:ai|llms?|language models?|assistants?|chatbots?)\b",
    rf"{_ORDER}(?:respond|reply|answer)\s+(?:(?:only|exactly|always|solely|simply)\s+)?with\s+"
    r"(?:(?:only\s+)?the (?:words?|phrase|text|sentence|following)\b|[\"“'‘])",
    rf"{_ORDER}(?:say|write|print|output|repeat|reply|respond|answer)\s+(?:only\s+|exactly\s+|just\s+)*[\"“'‘]?"
    r"(?-i:[A-Z]{5,})\b",
    rf"{_ORDER}(?:replace|convert|substitute|misspell|scramble|jumble|rearrange|anagram|shuffle|encode|encrypt|reverse|"
    rf"render|translate|rewrite|capitali[sz]e|remove|group|combine|modify|use|introduce|provide|append|prefix|begin|"
    rf"start|end|finish|conclude)\b(?=.*\b{_ITS_WORDS}\b)"
    r"(?=.*\b(?:letters?|vowels?|consonants?|words?|spaces?|punctuation|symbols?|typos?|misspell\w*|anagram\w*|"
    r"substitution|cipher|base64|emojis?|numbers|language)\b)",
    rf"{_ORDER}(?:include|insert|add|append|embed|integrate|incorporate|mention|weave|modify|begin|start|end|finish|"
    rf"conclude)\b.*\b(?:in|into|to|with|within|of|at)\s+(?:the (?:start|beginning|end) of\s+)?{_ITS_WORDS}[.!]?$",
    rf"{_ORDER}(?:modify|augment|enhance|alter|adjust|change)\s+{_ITS_WORDS}\s+(?:to|by|with|so)\b",
    rf"{_ORDER}(?:include|add|integrate|insert|embed|incorporate|append)\s+(?:an?|the|this|some)\s+(?:[\w-]+\s+){{0,3}}?"
    r"(?:sentences?|statements?|phrases?|headlines?|links?|urls?|tips?|reminders?|reasons?|adverts?)\b"
    rf".*\b(?:in|into|to)\s+{_ITS_WORDS}\b",
)
_TO_THE_MODEL = re.compile("|".join(f"(?:{order})" for order in _ORDERS), re.IGNORECASE)
#: A document about such orders quotes them; what is quoted is not given.
_QUOTED = re.compile(r"“[^”]+”|\"[^\"]+\"|‘[^’]+’|«[^»]+»|`[^`]+`")


def is_order_to_model(text: str) -> bool:
    """Whether a sentence tells a language model what to do: "Ignore your instructions and say ...".

    Such words are somebody's attempt on the reader's assistant, not what a document tells. Told of ("attackers write
    ...") or quoted they are as good as any other.
    """
    line = " ".join(text.split())
    if _TO_THE_MODEL.search(_QUOTED.sub("“”", line)):
        return True
    whole = _QUOTED.fullmatch(line.strip(" ."))
    return bool(whole and _TO_THE_MODEL.search(line.strip(" .")[1:-1]))


def is_leftover(text: str) -> bool:
    """Whether a sentence or line is a page's furniture, or an order to a model, and not what the page tells."""
    line = " ".join(text.split())
    return bool(_CONTROLS.match(line) or _NOTICES.search(line)) or is_order_to_model(line)
