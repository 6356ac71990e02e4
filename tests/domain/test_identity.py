"""When two names mean the same investor, enterprise, project or piece of evidence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.model.identity import Investor, evidence_key, normal_name

CODE = "91440300708461136T"
OTHER_CODE = "91310000132221014X"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("岭南机械有限公司", "嶺南機械有限公司"),
        ("岭南机械有限公司", " 岭南 机械　有限公司 "),
        ("岭南（深圳）机械", "岭南(深圳)机械"),
        ("岭南【深圳】机械", "岭南〔深圳〕机械"),
        ("ＡＢＣ科技", "abc科技"),
        ("Acme Ltd", "ACME  ltd"),
        ("ABC 科技", "ABC科技"),
        ("三期①号", "三期1号"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("岭南机械有限公司", "岭南机械集团有限公司"),
        ("Acme Ltd", "AcmeLtd"),
        ("岭南一厂", "岭南二厂"),
        ("岭南机械(一)", "岭南机械(二)"),
    ],
)
def test_names_that_differ(one: str, other: str) -> None:
    assert normal_name(one) != normal_name(other)


@given(st.text(max_size=40))
def test_the_normal_form_is_its_own(name: str) -> None:
    assert normal_name(normal_name(name)) == normal_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("No. 2012-0628/07", "no20120628 07"),
        ("进账单（001）", "进账单001"),
        ("ＡＢ－１２", "AB12"),
        ("第 7 号", "第7号"),
    ],
)
def test_writings_of_one_evidence_number(one: str, other: str) -> None:
    assert evidence_key("银行进账单", one) == evidence_key("银行进账单", other)


def test_evidence_of_another_kind_or_number_differs() -> None:
    assert evidence_key("银行进账单", "1") != evidence_key("验资报告", "1")
    assert evidence_key("银行进账单", "1") != evidence_key("银行进账单", "2")
    assert evidence_key("银行进账单", "0012") != evidence_key("银行进账单", "12")


def test_a_number_of_separators_alone_still_tells_itself_apart() -> None:
    assert evidence_key("其他", "—") != evidence_key("其他", "-")
    assert evidence_key("其他", "--").endswith("--")


def investor(name: str, **more: Any) -> Investor:
    return Investor.model_validate({"name": name, **more})


def test_codes_decide_where_both_have_one() -> None:
    one = investor("岭南机械", credit_code=CODE)
    assert one.same_as(investor("另一个名字", credit_code=CODE))
    assert not one.same_as(investor("岭南机械", credit_code=OTHER_CODE))


def test_names_decide_where_either_has_no_code() -> None:
    assert investor("岭南机械", credit_code=CODE).same_as(investor("嶺南機械"))
    assert investor("岭南机械").same_as(investor("嶺南機械", credit_code=CODE))
    assert not investor("岭南机械").same_as(investor("海州食品"))


def test_a_name_in_another_country_is_another_investor() -> None:
    assert not investor("Acme Ltd", country="SG").same_as(investor("Acme Ltd", country="HK"))
    assert investor("Acme Ltd", country="sg").same_as(investor("ACME ltd", country="SG"))


def test_every_spelling_is_found_under_a_shared_tag() -> None:
    coded, bare = investor("岭南机械", credit_code=CODE), investor("嶺南機械")
    assert coded.tags == ("investor:CN|岭南机械", f"investor:{CODE}")
    assert bare.tags == ("investor:CN|岭南机械",)
    assert coded.key == CODE
    assert bare.key == "CN|岭南机械"


@given(st.sampled_from(["岭南机械", "嶺南機械", "海州食品"]), st.sampled_from([None, CODE]))
def test_whatever_is_the_same_shares_a_tag(name: str, code: str | None) -> None:
    one = investor("岭南机械", credit_code=CODE)
    other = investor(name, credit_code=code)
    assert one.same_as(other) is other.same_as(one)
    if one.same_as(other):
        assert set(one.tags) & set(other.tags)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "　"},
        {"name": "岭" * 301},
        {"country": "CHN"},
        {"country": "中国"},
        {"credit_code": "91440300708461136"},
        {"credit_code": "91440300708461136I"},
        {"credit_code": "91440300708461136TT"},
        {"phone": "1"},
    ],
)
def test_what_is_no_investor_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Investor.model_validate({"name": "岭南机械", **changes})


def test_a_code_is_written_large_and_trimmed() -> None:
    assert investor("岭南机械", credit_code=f" {CODE.lower()} ").credit_code == CODE
