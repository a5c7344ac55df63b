"""Table tests of the metrics: every value worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics import answers, latency, refusal
from evals.metrics.citations import overlaps, supports
from evals.metrics.intervals import bootstrap, mean_interval, mean_of_shares, ratio, wilson
from evals.metrics.retrieval import (
    first_ranks,
    hit_at,
    quotes_covered,
    recall_at,
    reciprocal_rank,
    retrieval_scores,
)
from evals.normalise import contains_run, same_text, token_f1, token_recall, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Meta’s plan, [1] a plan!", ["meta", "plan", "plan"]),
        ("$1,234.50 or 0.25 per cent", ["1234.50", "or", "0.25", "percent"]),
        ("10%", ["10", "percent"]),
        ("1.6GW", ["1.6", "gw"]),
        ("price-pressure", ["price", "pressure"]),
        ("２０２６", ["2026"]),
        ("東京 is", ["東", "京", "is"]),
        ("an a the", []),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("needle", "haystack", "inside"),
    [
        ("Buy rating", "BofA keeps its buy-rating on Meta.", True),
        ("Buy", "still buying", False),
        ("rating buy", "buy rating", False),
        ("The Crusoe", "with Crusoe", True),
        ("", "anything", False),
        ("the", "the", False),
        ("0.25 percent", "gained 10.25 %", False),
    ],
)
def test_contains_run(needle: str, haystack: str, inside: bool) -> None:
    assert contains_run(needle, haystack) is inside


def test_token_measures() -> None:
    assert same_text("The Buy rating.", "buy rating")
    assert token_f1("a b c d", "b c x y") == pytest.approx(4 / 7)
    assert token_recall("b c d e", "b c x y") == 0.5
    assert token_recall("x x", "x") == 0.5
    assert token_f1("", "") == 1 and token_f1("x", "") == 0 and token_recall("", "x") == 0


@given(st.text(max_size=80), st.text(max_size=80))
def test_token_f1_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert token_f1(one, other) == token_f1(other, one)
    assert 0 <= token_f1(one, other) <= 1
    assert token_f1(one, one) == 1


RANKS = [
    # targets, results, ranks, recall@1, hit@5, reciprocal rank
    (["a"], [("a",), ("b",)], [1], 1, 1, 1),
    (["a", "b"], [("c",), ("b",), ("a",)], [3, 2], 0, 1, 0.5),
    (["a", "b"], [("a", "b")], [1, 1], 1, 1, 1),
    (["a", "a"], [("a",)], [1], 1, 1, 1),
    (["a", "b"], [("a",)], [1, None], 0.5, 1, 1),
    (["a"], [], [None], 0, 0, 0),
    (["a"], [("x",)] * 5 + [("a",)], [6], 0, 0, 1 / 6),
    ([], [("a",)], [], None, None, None),
]


@pytest.mark.parametrize(("targets", "results", "ranks", "recall1", "hit5", "mrr"), RANKS)
def test_retrieval(targets, results, ranks, recall1, hit5, mrr) -> None:
    assert first_ranks(targets, results) == ranks
    assert recall_at(ranks, 1) == recall1
    assert hit_at(ranks, 5) == hit5
    assert reciprocal_rank(ranks) == mrr


def test_retrieval_scores_name_every_depth() -> None:
    assert retrieval_scores("page", [2, None]) == {
        "page_recall@1": 0,
        "page_hit@1": 0,
        "page_recall@5": 0.5,
        "page_hit@5": 1,
        "page_recall@10": 0.5,
        "page_hit@10": 1,
        "page_ndcg@1": 0,
        "page_ndcg@5": pytest.approx(1 / math.log2(3) / (1 + 1 / math.log2(3))),
        "page_ndcg@10": pytest.approx(1 / math.log2(3) / (1 + 1 / math.log2(3))),
        "page_mrr": 0.5,
        "page_map": 0.25,
    }


@given(st.lists(st.one_of(st.none(), st.integers(1, 20)), min_size=1, max_size=10))
def test_recall_and_hit_grow_with_k(ranks: list[int | None]) -> None:
    recalls = [recall_at(ranks, k) or 0 for k in range(1, 21)]
    assert recalls == sorted(recalls)
    assert all((hit_at(ranks, k) == 1) is (recalls[k - 1] > 0) for k in range(1, 21))


def test_a_quote_is_covered_by_four_fifths_of_its_words() -> None:
    quotes = ["one two three four five", "six seven"]
    assert quotes_covered(quotes, "zero one two three four") == {0}
    assert quotes_covered(quotes, "one two three six") == frozenset()


PROSE = "it " * 20 + "was $5 million and 12% in 2019"

RIGHT = [
    # answer, answers, figures, scale, right
    ("The target is $835.", ["$835"], ["$835"], None, True),
    ("The target is $836.", ["$835"], ["$835"], None, False),
    ("10 to 15bn dollars per GW", ["$10-15 billion"], ["$10-15 billion"], None, True),
    ("$15 billion per GW", ["$10-15 billion"], ["$10-15 billion"], None, False),
    ("10% against 0.25%", [], ["10%", "0.25%"], None, True),
    ("10% against something", [], ["10%", "0.25%"], None, False),
    ("A few hundred GPUs.", [], ["few hundred"], None, True),
    ("BofA rates it Buy.", ["Buy", "is Buy"], [], None, True),
    ("They are buying.", ["Buy"], [], None, False),
    ("It costs $10-15 billion.", ["15 billion"], [], None, False),
    ("In 2026.", ["2026"], [], None, True),
    ("anything", ["", "Buy"], [], None, False),
    ("whatever it is", [PROSE], [], None, None),
    ("Sales were $1,496.5 million.", ["$1,496.5"], [], "million", True),
    ("Sales were $1,496.5.", ["$1,496.5"], [], "million", False),
    ("Sales were $1.4965 billion.", ["1,496.5"], [], "million", True),
    ("It fell by 22.2222%.", ["-22.22"], [], "percent", True),
    ("It rose by 22.2222%.", ["-22.22"], [], "percent", False),
    ("In 2019.", ["2019"], [], "million", True),
    ("fixed-price type and cost-plus type", ["fixed-price type", "cost-plus type"], [], "", True),
    ("fixed-price type", ["fixed-price type", "cost-plus type"], [], "", False),
    ("It was $6.4 million.", ["$6.4 million"], [], "thousand", True),
]


@pytest.mark.parametrize(("answer", "accepted", "figures", "scale", "right"), RIGHT)
def test_says_right(answer, accepted, figures, scale, right) -> None:
    assert answers.says_right(answer, answers=accepted, figures=figures, scale=scale) is right


@pytest.mark.parametrize(
    ("answer", "accepted", "figures", "recall"),
    [
        ("$5 million", [PROSE], [], 0.5),
        ("$5 million, 12%", [PROSE], [], 1),
        ("nothing", [PROSE], [], 0),
        ("$5 million", ["no figure", PROSE], [], None),
        ("$5 million", ["", "$6 million", PROSE], [], 0.5),
        ("nothing", [], ["few hundred"], None),
        ("nothing", ["in two of 3 cases"], [], None),
        ("$10-15 billion", ["x"], ["$10-15 billion", "$835"], 0.5),
        ("$5, $5", ["$5 and $5 again, $6"], [], 0.5),
    ],
)
def test_figure_recall(answer, accepted, figures, recall) -> None:
    assert answers.figure_recall(answer, answers=accepted, figures=figures) == recall


def test_wording_measures_need_an_accepted_answer() -> None:
    assert answers.exact_match("x", ["", " "]) is None
    assert answers.best_token_f1("x", []) is None
    assert answers.exact_match("The Buy.", ["Sell", "buy"]) == 1
    assert answers.best_token_f1("a buy rating", ["sell", "buy"]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("quote", "gold", "over"),
    [
        ("one two three four", "one two three four", True),
        ("zero one two nine", "one two three four", True),
        ("one nine eight seven", "one two three four", False),
        ("one two " + "x " * 40, "one two three four", True),
        ("", "one", False),
    ],
)
def test_overlap(quote: str, gold: str, over: bool) -> None:
    assert overlaps(quote, gold) is over


@pytest.mark.parametrize(
    ("quote", "wanted", "good"),
    [
        ("leased at $10–15 billion a year", {"answers": [], "figures": ["$10-15 billion"]}, True),
        ("built for $40–45 billion", {"answers": [], "figures": ["$10-15 billion"]}, False),
        ("keeps its Buy rating", {"answers": ["Buy"]}, True),
        ("signed with Crusoe", {"answers": ["Buy"]}, False),
        ("signed with Crusoe for more", {"answers": ["Buy"], "quotes": ["It signed with Crusoe."]}, True),
        ("Total sales | 1,496.5 | 1,202.9", {"answers": ["$1,496.5"], "scale": "million"}, True),
        ("Total sales | 1,202.9", {"answers": ["$1,496.5"], "scale": "million"}, False),
        ("anything", {"answers": [PROSE]}, False),
        ("anything", {"answers": [], "quotes": [""]}, False),
    ],
)
def test_supports(quote: str, wanted: dict[str, object], good: bool) -> None:
    assert supports(quote, **wanted) is good


def test_refusal() -> None:
    cases = [
        (False, "not_found"),
        (False, "unclear"),
        (False, "answered"),
        (True, "answered"),
        (True, "answered"),
        (True, "answered"),
        (True, "not_found"),
        (True, "error"),
        (False, "error"),
    ]
    counts = refusal.count_refusals(cases)
    assert counts == refusal.RefusalCounts(2, 2, 2, 3)
    assert refusal.precision_parts(counts) == (2, 4)
    assert refusal.recall_parts(counts) == (2, 4)
    assert refusal.balanced_accuracy(counts) == pytest.approx((2 / 4 + 3 / 5) / 2)


def test_balanced_accuracy_needs_both_classes() -> None:
    assert refusal.balanced_accuracy(refusal.count_refusals([(True, "answered")])) is None
    assert refusal.balanced_accuracy(refusal.count_refusals([(False, "answered")])) is None


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [([], 50, None), ([7], 95, 7), ([3, 1, 2], 50, 2), ([1, 2, 3, 4], 50, 2.5), (list(range(101)), 95, 95)],
)
def test_percentile(values: list[float], q: float, expected: float | None) -> None:
    assert latency.percentile(values, q) == expected


def test_percentile_interval_holds_the_percentile() -> None:
    values = [float(v) for v in range(200)]
    low, high = latency.percentile_interval(values, 50) or (math.nan, math.nan)
    assert 80 < low < 99.5 < high < 120
    assert latency.percentile_interval([], 50) is None


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # The first three from Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0)],
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_intervals_of_nothing() -> None:
    assert wilson(0, 0) is None
    assert bootstrap([]) is None


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share(case: tuple[int, int]) -> None:
    hits, n = case
    low, high = wilson(hits, n) or (math.nan, math.nan)
    assert 0 <= low <= hits / n <= high <= 1


def test_bootstrap_is_the_same_each_time_and_near_the_normal_interval() -> None:
    values = [float(v % 10) for v in range(400)]
    low, high = bootstrap(values) or (math.nan, math.nan)
    assert (low, high) == bootstrap(values)
    half = 1.96 * 2.8723 / 20
    assert low == pytest.approx(4.5 - half, abs=0.05) and high == pytest.approx(4.5 + half, abs=0.05)
    assert bootstrap([2.0] * 5) == (2.0, 2.0)


def test_five_right_answers_do_not_make_a_certainty() -> None:
    assert mean_interval([1.0] * 5) == wilson(5, 5) and mean_interval([0.0] * 5) == wilson(0, 5)
    assert mean_interval([0.5] * 5) == (0.5, 0.5) and mean_interval([]) is None
    assert mean_interval([0.0, 1.0, 1.0]) == bootstrap([0.0, 1.0, 1.0])


def test_parts_of_one_case_are_no_independent_witnesses() -> None:
    # Ten citations each of ten answers, all good or all bad: ten witnesses, not a hundred.
    low, high = ratio([10.0] * 5 + [0.0] * 5, [10.0] * 10) or (math.nan, math.nan)
    alone = wilson(50, 100) or (math.nan, math.nan)
    assert high - low > 2 * (alone[1] - alone[0])
    assert ratio([3.0, 2.0], [3.0, 2.0]) == wilson(2, 2) and ratio([0.0], [4.0]) == wilson(0, 1)
    assert ratio([], []) is None and ratio([0.0], [0.0]) is None


def test_interval_of_the_mean_of_two_shares() -> None:
    low, high = mean_of_shares((40, 50), (30, 50)) or (math.nan, math.nan)
    assert low < 0.7 < high and high - low == pytest.approx(0.17, abs=0.02)
    assert mean_of_shares((0, 0), (1, 2)) is None
    low, high = mean_of_shares((5, 5), (5, 5)) or (math.nan, math.nan)
    assert low < 0.8 and high == pytest.approx(1.0)
