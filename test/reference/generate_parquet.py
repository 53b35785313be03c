"""Makes the Parquet files that their reader is held against: Apache Arrow writes every kind of column and packing.

    pip install pyarrow && python test/reference/generate_parquet.py

What they hold stands in the table below, and once more in test/source/parquet-records.test.ts. Those in the repository are by pyarrow 26.0.1.
"""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).parent / "parquet"
US = [1767225600123456, -1, 0, None, 4102444800999999]


def stamps(unit, zone=None):
    scale = {"ms": 1000, "us": 1, "ns": None}[unit]
    values = [None if t is None else t * 1000 + 999 * (t > 0) if scale is None else t // scale for t in US]
    return pa.array(values, pa.timestamp(unit, zone))


def main():
    FOLDER.mkdir(exist_ok=True)
    table = pa.table(
        {
            "ms": stamps("ms"),
            "us": stamps("us", "UTC"),
            "ns": stamps("ns"),
            "day": pa.array([20454, -1, 0, None, 47482], pa.date32()),
            "sensor": pa.array(["a", "ä", "", None, "a"]).dictionary_encode(),
            "f64": pa.array([0.1, -0.0, float("nan"), None, float("inf")]),
            "f32": pa.array([0.5, 1.5, 2.5, None, 3.5], pa.float32()),
            "i64": pa.array([9007199254740993, -1, 0, None, 5], pa.int64()),
            "u64": pa.array([18446744073709551615, 1, 0, None, 5], pa.uint64()),
            "dec": pa.array([Decimal("0.29"), Decimal("-1.10"), Decimal("3.00"), None, Decimal("12345678901.07")], pa.decimal128(18, 2)),
            "flag": pa.array([True, False, True, None, False]),
            "list": pa.array([[1], [], [2, 3], None, [4]]),
            "place": pa.array([{"x": 1}, {"x": 2}, {"x": 3}, None, {"x": 5}]),
        }
    )
    for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
        pq.write_table(table, FOLDER / f"kinds-{codec}.parquet", compression=codec, row_group_size=2)
    pq.write_table(table, FOLDER / "kinds-v2.parquet", data_page_version="2.0", use_dictionary=False, write_page_index=True)
    naive = pa.table({"time": stamps("ns"), "value": pa.array([1.0, 2.0, 3.0, 4.0, 5.0])})
    pq.write_table(naive, FOLDER / "int96.parquet", use_deprecated_int96_timestamps=True)


main()
