"""Conversations to test with: a few exchanges, whole and broken off."""

from __future__ import annotations

from assistant.answering.answer import Answer, Calculation, Citation, Finished, Operand, Sentence, Status, Timings
from assistant.conversations.model import Conversation, Exchange

TEXT = "Harbour Compute leased 412 megawatts. The rate was $11.4 million."


def cited(number: int, quote: str, document: str = "leases.md", page: int | None = None) -> Citation:
    start = max(0, TEXT.find(quote))
    return Citation(
        number=number, document=document, title="Lease review", page=page, heading="Summary",
        quote=quote, start=start, end=start + len(quote),
    )  # fmt: skip


def answered(
    question: str,
    *sentences: Sentence,
    citations: tuple[Citation, ...] = (),
    calculation: Calculation | None = None,
    documents: tuple[str, ...] = (),
) -> Exchange:
    told = " ".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in sentences)
    answer = Answer(
        question=question, standalone_question=question, status=Status.ANSWERED, answer=told, sentences=sentences,
        citations=citations, calculation=calculation, model="m",
        timings_ms=Timings(retrieve=1, first_token=2, total=3),
    )  # fmt: skip
    return Exchange(question, documents=documents, asked_at="2026-11-26T09:58:00.000+00:00").after(
        Finished(answer=answer)
    )


def conversation(*exchanges: Exchange, name: str = "Leases") -> Conversation:
    time = "2026-11-26T09:58:00.000+00:00"
    return Conversation("00112233445566aa", name, time, time, exchanges)


LEASED = cited(1, "Harbour Compute leased 412 megawatts.")
RATE = cited(2, "The rate was $11.4 million.", page=3)
WHOLE = answered(
    "What was leased, and at what rate?",
    Sentence(text="412 megawatts were leased.", citations=(1,)),
    Sentence(text="The rate was $11.4 million.", citations=(2,)),
    citations=(LEASED, RATE),
    calculation=Calculation(expression="412 * 11.4", result="4,696.8", operands=(Operand(text="412", citation=1),)),
    documents=("leases.md",),
)
