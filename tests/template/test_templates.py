"""Templates as publishers write them, and as nobody should."""

import resource
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.template import TemplateEnvironment, TemplateFailed, slugify

PAYLOAD: dict[str, Any] = {"value": '{"t":26}', "value_json": {"t": 26, "a": {"b": 1.257}, "n": None, "on": True}}


@pytest.fixture
def environment() -> TemplateEnvironment:
    return TemplateEnvironment(VirtualClock(datetime(2026, 3, 29, 0, 30, tzinfo=UTC)), "Europe/Berlin")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ value_json.t }}", "26"),
        ("{{value_json['a']['b']|round(1)}}", "1.3"),
        ("{{ value_json.a.b | round }}", "1"),
        ("{{ value_json.t | is_defined }}", "26"),
        ("{{ value_json.n }}", "None"),
        ("{{ value_json.on }}", "True"),
        ("{{ value_json.missing }}", ""),
        ("{{ value_json.missing | default('x') }}", "x"),
        ("{{ value | length }}", "8"),
        ("{{ '0.412' | round(3) * 1000 }}", "412.0"),
        ("{{ 'x' | float(0) }} {{ '0x1f' | int(base=16) }}", "0 31"),
        ("{{ [1, 2, 9] | average }} {{ median(1, 5, 3) }} {{ max([1, 4]) }} {{ 5 | min(3) }}", "4.0 3 4 3"),
        ("{{ 6 | bitwise_and(3) }} {{ 7.5 | multiply(2) }} {{ remap(5, 0, 10, 0, 100) }}", "2 15.0 50.0"),
        ("{{ now().hour }} {{ utcnow().hour }}", "1 0"),
        ("{{ (0 | timestamp_custom('%Y %H:%M', false)) }}", "1970 00:00"),
        ("{{ '2026-03-29T03:30:00+02:00' | as_timestamp }}", "1774747800.0"),
        ("{{ ('2026-03-29' | as_datetime).year }} {{ '1:30' | as_timedelta }}", "2026 0:01:30"),
        ("{{ 'MyCO₂/CO₂ Gadget' | slugify }}", "myco2_co2_gadget"),
        ("{{ 'single_left' | regex_findall_index('_(.+)') }} {{ 'ab' is match('a') }}", "left True"),
        ("{{ {'b': 1, 'a': 2} | to_json(sort_keys=true) }} {{ ('[1]' | from_json)[0] }}", '{"a":2,"b":1} 1'),
        ("{{ 'aGk=' | base64_decode }} {{ 'hi' | base64_encode }}", "hi aGk="),
        ("{{ dict.from_keys([('event_type', 'press')]) | to_json }}", '{"event_type":"press"}'),
        ("{{ iif(value_json.on, 'yes', 'no') }} {{ none | iif('a', 'b', 'c') }}", "yes c"),
        ("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "01"),
        ("{{ 1 ~ 'a' ~ 2.5 }} {{ [[1], [2, [3]]] | flatten }}", "1a2.5 [1, 2, 3]"),
        ("{{ pack(1000, '>H') | base64_encode }} {{ unpack('\\x03\\xe8'.encode('latin-1'), '>H') }}", "A+g= 1000"),
        (
            (
                "{{ ['PT10M', 'P1DT2H', '4 days, 03:04:05', '1 02:03:04', '-1:00:00', '90', 'x'] | map('as_timedelta')"
                " | join('|') }}"
            ),
            "0:10:00|1 day, 2:00:00|4 days, 3:04:05|1 day, 2:03:04|-1 day, 23:00:00|0:01:30|None",
        ),
        ("{{ as_datetime('x') }} {{ as_datetime('06:30') }} {{ as_datetime(none, 'd') }}", "None None d"),
        ("{{ median([1, 9, 3]) }} {{ ['2', '1'] | average }} {{ [] | max }}{{ min([], default=0) }}", "3 1.5 0"),
        ("{{ max('abc') }} {{ [{'a': 1}, {'a': 5}] | max(attribute='a') }} {{ max('a', 'B') }}", "c {'a': 5} B"),
        ("{{ [['a', 1]] | urlencode }} {{ 'a b/c' | urlencode }} {{ urlencode({'a': 'b c'}) }}", "a=1 a%20b/c a=b+c"),
        (
            "{{ 5 | clamp(0, 3) }} {{ 370 | wrap(0, 360) }} {{ wrap(1, 2, 2) }} {{ '5' | remap(0, 10, 0, 1) }}",
            "3.0 10.0 2.0 0.5",
        ),
        ("{{ remap(12, 0, 10, 0, 100, edges='mirror') }} {{ remap(-3, 0, 10, 0, 100, edges='mirror') }}", "80.0 30.0"),
        ("{{ flatten([{'a': 1}, [(2, [3])]]) }} {{ [1, [2, [3]]] | flatten(0) }}", "['a', 2, 3] [1, [2, [3]]]"),
        (
            "{{ shuffle([1, 2, 3, 4], 'seed') == shuffle([1, 2, 3, 4], seed='seed') }} {{ shuffle(1, 2) | length }}",
            "True 2",
        ),
        (
            (
                "{{ timedelta(hours=2, minutes=40) | timedelta_string }} "
                "{{ timedelta_string(timedelta(minutes=90), 2) }}"
                " {{ 5 | timedelta_string }}"
            ),
            "3 hours 1 hour 30 minutes 5",
        ),
        ("  plain text  ", "plain text"),
    ],
)
def test_a_template_renders_as_home_assistant_does(environment: TemplateEnvironment, source: str, text: str) -> None:
    assert environment.compile(source).text(PAYLOAD) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ value_json.missing | is_defined }}",
        "{{ value_json.missing.deeper }}",
        "{{ 'x' | float }}",
        "{{ as_datetime(none) }}",
        "{{ flatten('abc') }}",
        "{{ 'abc' | union([1]) }}",
        "{{ shuffle(1) }}",
        "{{ combine({'a': 1}, 5) }}",
        "{{ 'x' | clamp(0, 1) }}",
        "{{ nothing_at_all.x }}",
        "{{ value_json.on.__class__.__mro__[1].__subclasses__() }}",
        "{{ 'x' * 10 ** 9 }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ '%1000000000d' % 3 }}",
        "{{ '{:1000000000}'.format(3) }}",
        "{{ 2 ** 100000 }}",
        "{% set ns = namespace(s='xx') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{{ ('a' * 60) | regex_match('(a|aa)+b') }}",
        "{{ [1] | map('nope') | list }}",
    ],
)
def test_what_is_missing_or_too_much_fails_instead_of_harming(environment: TemplateEnvironment, source: str) -> None:
    with pytest.raises(TemplateFailed):
        environment.compile(source).text(PAYLOAD)


DOUBLED = "{% set ns = namespace(x=[]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
"""A list of 2 ** 40 lists, which is small in memory."""
HUGE = [
    DOUBLED + "{{ ns.x }}",
    DOUBLED + "{{ ns.x | flatten | length }}",
    DOUBLED + "{{ ns.x | to_json }}",
    DOUBLED + "{% set other = namespace(x=[]) %}{{ ns.x in [[1]] }}",
    DOUBLED + "{{ 'x' ~ ns.x }}",
    DOUBLED + "{{ ns }}",
    DOUBLED.replace("[", "(").replace("]", ")") + "{{ {ns.x: 1} }}",
    "{% set ns = namespace() %}{% set ns.self = ns %}{{ ns }}",
    "{{ [[1] * 99999] * 99999 }}",
    "{{ (['a' * 99999] * 9999) | join }}",
    "{{ ('a' * 9999) | regex_replace('', 'b' * 9999) }}",
    "{{ ('a' * 9999) | regex_replace('(a+)', '\\\\1' * 999) }}",
    "{{ ('a' * 99999) | regex_findall('(?=(.*))') | length }}",
    "{{ pack(1, '1000000000s') }}",
    "{{ 'aa'.translate({97: 'b' * 900000}) }}",
    "{{ ('\\t' * 999).expandtabs(9999) }}",
    "{{ ('{0}' * 99999).format('a' * 99999) }}",
    "{{ '%s' * 9999 % (('a' * 9999,) * 9999) }}",
    "{{ ([[1] * 900] * 900) | sum(start=[]) | length }}",
    "{{ 3 | round(99999999) }}",
    "{{ strptime('1', '%j' * 9999) }}",
    "{% for i in range(99999) %}{% set x = ('a' * 999999)[1:] %}{% endfor %}",
    "{% for i in range(99999) %}{{ 'a' * 99999 }}{% endfor %}",
    "{% macro m() %}{% for i in range(9999) %}{{ 'a' * 9999 }}{% endfor %}{% endmacro %}{{ m() | length }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' | regex_match('(a|aa)+b') }}",
    "{{ 'a' * 300000 }}",
    "{{ ('<' * 99999) | forceescape | forceescape | forceescape | length }}",
]


@pytest.mark.parametrize("source", HUGE)
def test_what_would_take_all_time_or_memory_is_stopped_before_it_does(
    environment: TemplateEnvironment, source: str
) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()
    with pytest.raises(TemplateFailed):
        environment.compile(source).native({})
    assert time.thread_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_a_template_that_ran_for_too_long_is_left_alone_for_a_while(environment: TemplateEnvironment) -> None:
    endless = environment.compile("{% for i in range(n) %}{% for j in range(n) %}{% endfor %}{% endfor %}")
    with pytest.raises(TemplateFailed, match="ran for more than"):
        endless.text({"n": 99_999})
    began = time.thread_time()
    for _ in range(100):
        with pytest.raises(TemplateFailed, match="left alone for a while"):
            endless.text({"n": 99_999})
    assert time.thread_time() - began < 0.1


def test_long_lists_and_texts_of_the_ordinary_kind_are_still_gone_through(environment: TemplateEnvironment) -> None:
    given = {"value_json": [{"id": one, "name": f"n{one}", "tags": [one, "x"]} for one in range(2_000)]}
    source = "{{ value_json | selectattr('id', '>', 1000) | map(attribute='name') | join(',') | length }}"
    assert environment.compile(source).native(given) == 5_993
    assert environment.compile("{{ value_json | to_json | from_json | length }}").native(given) == 2_000


def test_a_broken_template_names_its_line(environment: TemplateEnvironment) -> None:
    with pytest.raises(TemplateFailed, match="line 2"):
        environment.compile("fine\n{{ value_json.t | }}")


def test_a_payload_cannot_be_changed_by_its_template(environment: TemplateEnvironment) -> None:
    with pytest.raises(TemplateFailed):
        environment.compile("{{ value_json.update({'t': 1}) }}").text(PAYLOAD)
    assert PAYLOAD["value_json"]["t"] == 26


@pytest.mark.parametrize(
    ("text", "value"),
    [("26", 26), ("2.5", 2.5), ("[1, 2]", [1, 2]), ("True", True), ("on", "on"), ("007", "007"), ("1e3", "1e3")],
)
def test_native_values_are_read_from_the_text(environment: TemplateEnvironment, text: str, value: Any) -> None:
    assert environment.compile(text).native({}) == value


def test_quick_shapes_say_what_jinja_says(environment: TemplateEnvironment) -> None:
    """Every quick shape is rendered a second time by the slow way, which a trailing comment forces."""
    values = [1, 1.5, -0.0, 2.5, 3.5, True, None, "text", "7", "1e3", "", [1], {"x": 1}, 1e300, 10**20]
    shapes = ["value_json.k", "value_json['k']", "value_json.o.k"]
    filters = ["", "|is_defined", "|float", "|int", "|round", "|round(2)", "|float|round(1)", "|int|float"]
    for value in values:
        variables = {"value": "raw", "value_json": {"k": value, "o": {"k": value}}}
        for shape in shapes:
            for chain in filters:
                source = "{{ " + shape + chain + " }}"
                outcomes = []
                for template in (source, source + "{# slowly #}"):
                    try:
                        outcomes.append(environment.compile(template).text(variables))
                    except TemplateFailed as error:
                        outcomes.append(f"failed: {error}")
                assert outcomes[0] == outcomes[1], (source, value)


def test_slugs_are_home_assistants() -> None:
    assert slugify("T(H) Sensor-A80401 IBS-TH1/TH2") == "t_h_sensor_a80401_ibs_th1_th2"
    assert slugify("Größe 测试") == "grosse_ce_shi"
    assert slugify("!!!") == "unknown"
    assert slugify("") == ""
