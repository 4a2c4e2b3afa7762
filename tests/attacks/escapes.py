"""Templates that try to leave their sandbox: known escapes, times ways to reach the first object."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, ClassVar


class Canary:
    """An object of the hub that a template was given by mistake; nothing below it may be called or shown."""

    SIGNS: ClassVar[tuple[str, ...]] = (
        "<class '", "<module '", "root:x:", "uid=", "builtin_function_or_method", "subclasses", "<frame ", "<code object", "of-the-hub"
    )  # fmt: skip
    touched: ClassVar[int] = 0

    def __init__(self) -> None:
        self._secret = "of-the-hub"

    def __call__(self, *_: Any) -> str:
        Canary.touched += 1
        return "of-the-hub"

    unsafe_callable = True
    """Jinja's word for what a template may not call."""


_BASES = (
    "''", "[]", "{}", "()", "0", "value", "value_json", "namespace()", "cycler", "joiner", "lipsum", "range", "dict", "self", "this",
    "now", "float", "request", "config", "loop", "caller", "varargs", "none", "true",
)  # fmt: skip
_CLIMBS = (
    ".__class__", ".__class__.__mro__", ".__class__.__mro__[-1].__subclasses__()", ".__class__.__base__.__subclasses__()", ".__init__.__globals__", ".__globals__",
    ".__dict__", "['__class__']", "['__cla' ~ 'ss__']", "|attr('__class__')", "|attr('__cla' ~ 'ss__')", "|attr('\\x5f\\x5fclass\\x5f\\x5f')", "|attr('__init__')|attr('__globals__')",
    ".__init__.__code__", ".__reduce_ex__(2)", ".mro()", ".__doc__.__class__", ".__getattribute__('__class__')",
)  # fmt: skip
_FORMATS = (
    "'{0.__class__}'.format(%s)", "'{0.__class__.__mro__}'.format(%s)", "'{x.__class__}'.format(x=%s)", "'{x.__class__}'.format_map({'x': %s})",
    "('{0.__class__}'|attr('format'))(%s)", "(['{0.__class__}']|map('format', %s)|list)", "{'f': '{0.__class__}'.format}.f(%s)",
    "(['{0.__class__}'.format]|first)(%s)", "'%%s'|format(%s.__class__)", "('{0.__class__}' ~ '')|attr('for' ~ 'mat')(%s)",
    "([('{0.__class__}')]|map(attribute='format')|first)(%s)", "value_json.a.format(%s)", "(value_json.a|attr('format'))(%s)",
    "('{0.__class__.__init__.__globals__}'|string).format(%s)",
)  # fmt: skip
_WHOLE = (
    "{{ lipsum.__globals__['os'].popen('id').read() }}", "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ joiner.__init__.__globals__.os }}", "{{ namespace.__init__.__globals__ }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os }}", "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('id').read() }}",
    "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}", "{% set f = '{0.__class__}'.format %}{{ f(value) }}", "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{{ m() }}",
    "{% macro m() %}x{% endmacro %}{{ m.__class__ }}", "{% macro m() %}x{% endmacro %}{{ m.__init__.__globals__ }}", "{% include '/etc/passwd' %}", "{% include '../../hub.yaml' %}", "{% import 'os' as os %}{{ os }}",
    "{% from 'os' import popen %}{{ popen('id') }}", "{% extends '/etc/passwd' %}", "{% set x = this %}{{ x() }}", "{{ this() }}", "{{ this._secret }}", "{{ this['_secret'] }}", "{{ this|attr('_secret') }}",
    "{{ [this]|map(attribute='_secret')|list }}", "{{ [this]|groupby('_secret') }}", "{{ [this]|sort(attribute='_secret') }}", "{{ [this]|sum(attribute='_secret', start='') }}", "{{ [this]|selectattr('_secret')|list|length ~ this.__dict__ }}",
    "{{ this.__call__() }}", "{{ ''|xmlattr }}{{ ().__class__ }}", "{{ dict.fromkeys([1]).__class__ }}", "{{ (lambda: 1)() }}", "{{ __import__('os') }}", "{{ eval('1') }}", "{{ exec('1') }}", "{{ open('/etc/passwd').read() }}", "{{ globals() }}",
    "{{ get_flashed_messages.__globals__ }}", "{{ url_for.__globals__ }}", "{{ ''.__class__.__mro__[1].__subclasses__()[40]('/etc/passwd').read() }}", "{{ value_json.update({'x': 1}) }}", "{{ value_json.b.append(1) }}", "{{ value_json.pop('a') }}",
    "{{ value_json.clear() }}", "{{ value_json.b.__class__ }}", "{{ ''.join(['a'].__class__.__name__) }}", "{{ range(10**9)|list }}", "{{ 'a' * 10**9 }}", "{{ 9**9**9 }}", "{{ 2**10**8 }}", "{{ 'x'|center(10**9) }}", "{{ '%1000000000d'|format(1) }}", "{{ '{:>1000000000}'.format(1) }}",
    "{{ lipsum(n=10**6) }}", "{% for a in range(10**6) %}{% for b in range(10**6) %}x{% endfor %}{% endfor %}", "{% macro m(n) %}{{ m(n+1) }}{% endmacro %}{{ m(0) }}", "{{ ('a' * 1000)|regex_replace('(a+)+$', 'b') }}", "{{ ('a' * 40 ~ '!')|regex_match('(a|a)*$') }}",
    "{{ '((((((((((a{99}){99}){99}){99}){99})'|regex_findall('a') }}", "{{ [1]|map('__class__')|list }}", "{{ [1]|map('attr', '__class__')|list }}", "{{ ['__class__']|map('string')|map('upper')|list ~ [].__class__ }}", "{{ ''|attr(['__cl','ass__']|join) }}",
    "{{ ''|attr('__class__'|lower) }}", "{{ ''|attr('%c%cclass%c%c'|format(95,95,95,95)) }}", "{{ ''[['__cl','ass__']|join] }}", "{% set a='__cla' %}{% set b='ss__' %}{{ ''[a~b] }}", "{{ ''.__class__|string }}", "{{ (1).__class__ }}", "{{ 1.0.__class__ }}", "{% raw %}{% endraw %}{{ ''.__class__ }}",
    "{# {{ ''.__class__ }} #}{{ [].__class__ }}", "{%- set ns = namespace(x=''.__class__) -%}{{ ns.x }}", "{% call(x) m() %}{% endcall %}", "{{ ''.format.__self__.__class__ }}", "{{ ''.format.__func__ }}", "{{ now.__self__ }}", "{{ now.__func__.__globals__ }}", "{{ float.__self__ }}", "{{ float.__globals__ }}",
    "{{ float.__module__ ~ float.__code__ }}", "{{ float.__closure__ }}", "{{ now().__class__ }}", "{{ now().__reduce__() }}", "{{ now().tzinfo.__class__ }}", "{{ now().tzinfo.from_file }}", "{{ now().tzinfo.from_file('/etc/passwd') }}", "{{ now().tzinfo.no_cache('../../etc/passwd') }}",
    "{{ as_datetime.__globals__ }}", "{{ strptime.__globals__ }}", "{{ (value|float).__class__ }}", "{{ value.encode().__class__ }}", "{{ value.__add__.__self__.__class__ }}", "{{ loop.__class__ }}", "{% for x in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}", "{% for x in [1] %}{{ loop._iterator.__class__ }}{% endfor %}",
    "{% for x in [1] recursive %}{{ loop.__call__.__globals__ }}{% endfor %}", "{% block b %}{{ self.b.__globals__ }}{% endblock %}", "{% block b %}{{ super.__class__ }}{% endblock %}", "{% do this() %}", "{% do value_json.__setitem__('x', 1) %}", "{% set value_json.x = 1 %}",
    "{% set ns = namespace() %}{% set ns.__class__ = 1 %}", "{{ (x for x in []).gi_frame }}", "{{ ([]|select).gi_frame.f_globals }}", "{{ ([1]|map('string')).gi_code }}", "{{ ([1]|batch(1)).gi_frame.f_back }}", "{{ [1]|tojson|attr('__class__') }}", "{{ {}.__class__.__getitem__ }}",
    "{{ ''.translate({}).__class__ }}", "{{ ''.maketrans({}).__class__ }}", "{{ dict(a=1).items().__class__ }}", "{{ dict(__class__=1).__class__ }}", "{{ cycler('a').__class__ }}", "{{ cycler('a').next.__globals__ }}", "{{ joiner(',').__class__ }}", "{{ namespace().__getattribute__('__class__') }}",
)  # fmt: skip


def _all() -> Iterator[str]:
    yield from _WHOLE
    for base in _BASES:
        for climb in _CLIMBS:
            yield "{{ " + base + climb + " }}"
    for base in ("''", "[]", "value", "this", "lipsum", "cycler", "namespace()", "self", "now"):
        for pattern in _FORMATS:
            yield "{{ " + pattern % base + " }}"


PAYLOADS: tuple[str, ...] = tuple(dict.fromkeys(_all()))
_FILTERS = (
    "attr('__class__')", "map(attribute='__class__')|list", "string", "list", "first", "tojson", "format('x')", "groupby('__class__')", "join", "lower", "replace('a', 'b')",
    "sort", "dictsort", "select", "default(''.__class__)", "xmlattr", "pprint", "items|list", "attr('format')", "regex_replace('a', 'b')", "from_json", "to_json", "safe", "e",
)  # fmt: skip


def mutated(chance: random.Random) -> str:
    """A template made of pieces of known ones."""
    base = chance.choice(_BASES)
    for _ in range(chance.randrange(1, 5)):
        way = chance.randrange(4)
        if way == 0:
            base += chance.choice(_CLIMBS)
        elif way == 1:
            base = f"({base}|{chance.choice(_FILTERS)})"
        elif way == 2:
            base = chance.choice(_FORMATS) % base
        else:
            base = f"({base} ~ {chance.choice(_BASES)}{chance.choice(_CLIMBS)})"
    frame = chance.choice(
        (
            "{{ %s }}", "{%% set x = %s %%}{{ x }}", "{%% for x in %s %%}{{ x }}{{ x.__class__ }}{%% endfor %%}", "{%% if %s %%}{{ loop }}{%% endif %%}",
            "{%% macro m(a) %%}{{ a.__class__ }}{%% endmacro %%}{{ m(%s) }}", "{%% set ns = namespace(x=%s) %%}{{ ns.x }}{{ ns }}", "{{ [%s]|map('string')|list }}", "{{ {'a': %s}.a }}",
        )
    )  # fmt: skip
    text = frame % base
    if chance.random() < 0.2:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice("{}%|.()[]'_~ ") + text[at + chance.randrange(2) :]
    return text
