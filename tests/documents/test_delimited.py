"""Tables in text files: whatever parts their columns."""

from __future__ import annotations

import pytest
from document_parts import ROW, parts, read

SHIFT_JIS = ["名前 | 住所", "三木英子 | 住所: 大阪", "佐藤太郎 | 住所: 東京"]


@pytest.mark.parametrize(
    ("name", "data", "rows"),
    [
        ("a.csv", "Port,Berths\nOslo,7\n", ["Port | Berths", "Oslo | Berths: 7"]),
        ("a.csv", "Port;Depth\nOslo;7,5\nLund;8,5\n", ["Port | Depth", "Oslo | Depth: 7,5", "Lund | Depth: 8,5"]),
        ("a.csv", "sep=|\nPort|Berths\nOslo|7\n", ["Port | Berths", "Oslo | Berths: 7"]),
        ("a.tsv", "Port\tBerths\nOslo, north\t7\n", ["Port | Berths", "Oslo, north | Berths: 7"]),
        ("a.csv", '\ufeffPort,Note\nOslo,"Deep, ""so""\nso"\n', ["Port | Note", 'Oslo | Note: Deep, "so" so']),
        ("a.csv", "名前,住所\n三木英子,大阪\n佐藤太郎,東京\n".encode("cp932"), SHIFT_JIS),
        ("a.csv", "Port,Note,Depth\nOslo,a\u2028b,7\n", ["Port | Note | Depth", "Oslo | Note: a b | Depth: 7"]),
        ("a.csv", 'Port, Quay, Depth\nOslo, "B, 5", 7\n', ["Port | Quay | Depth", "Oslo | Quay: B, 5 | Depth: 7"]),
        ("a.csv", "Port\nOslo\nLund\nTurku\nVaasa\n", ["Port", "Oslo", "Lund", "Turku", "Vaasa"]),
    ],
    ids=["comma", "semicolon", "told", "tab", "quoted", "shift-jis", "separator", "blank before", "one column"],
)  # fmt: skip
def test_delimited(name: str, data: str | bytes, rows: list[str]) -> None:
    document = read(data, name)
    assert parts(document) == [(ROW, row) for row in rows]
    assert (document.title, document.notes) == ("a", ())
