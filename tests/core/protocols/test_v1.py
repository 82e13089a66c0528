"""The messages of v1: what is written can be read, and whatever else comes is refused in words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornterm.core.protocols import v1, v1_client, v1_server
from tornterm.errors import ProtocolError
from tornterm.types import Size

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"))
NAMES = st.text(CHARACTERS, min_size=1, max_size=256)
LABELS = st.text(CHARACTERS, max_size=256)
COUNTS = st.integers(0, 2**53 - 1)
CELLS = st.integers(1, Size.MAXIMUM)
ROLES = st.sampled_from(["writer", "viewer"])

INFOS = st.builds(v1.ClientInfo, client=NAMES, user=st.text(CHARACTERS, max_size=64), role=ROLES)
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("cols", "rows"), CELLS),
    **dict.fromkeys(("session", "token", "share", "code"), NAMES),
    "profile": LABELS,
    "title": LABELS,
    "request": st.none() | NAMES,
    "attempt": st.integers(1, 2**53 - 1),
    "control": st.sampled_from(["take", "keep"]),
    "role": ROLES,
    "mode": st.sampled_from(["exact", "snapshot"]),
    "first": st.booleans(),
    "last": st.booleans(),
    "message": st.text(st.characters(exclude_categories=("Cs",)), max_size=1000),
    "features": st.lists(LABELS, max_size=4).map(tuple),
    "clients": st.lists(INFOS, max_size=v1.MAX_CLIENTS).map(tuple),
    "id": st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(CHARACTERS, max_size=64),
    **dict.fromkeys(("limit", "current", "retry_after"), st.none() | COUNTS),
    **dict.fromkeys(("exit_code", "signal"), st.none() | COUNTS),
}
OF_ONE = {
    v1.Resume: {"offset": st.none() | COUNTS, "client": st.none() | NAMES},
    v1.InputAck: {"limit": COUNTS},
    v1.RequestControl: {"client": st.none() | NAMES},
    v1.GrantControl: {"client": st.none() | NAMES},
    v1.ReleaseControl: {"client": st.none() | NAMES},
    v1.SessionMade: {"client": NAMES},
    v1.Resumed: {"client": NAMES},
}


def names_of(message: type) -> list[str]:
    """The names of a message's fields."""
    return [field.name for field in dataclasses.fields(message)]


def instances(message: type) -> st.SearchStrategy[Any]:
    """Every message of one class."""
    if message is v1.Snapshot:
        common = {"first": st.booleans(), "bytes": COUNTS, "cols": CELLS, "rows": CELLS}
        return st.builds(v1.Snapshot, last=st.just(True), offset=COUNTS, **common) | st.builds(
            v1.Snapshot, last=st.just(False), **common
        )
    own = OF_ONE.get(message, {})
    names = names_of(message)
    return st.builds(message, **{n: {**BY_NAME, **own}.get(n, COUNTS) for n in names})


CLIENT = get_args(v1_client.ClientMessage)
SERVER = get_args(v1_server.ServerMessage)


@pytest.mark.parametrize("kind", CLIENT, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_a_client_writes_is_read_back(kind: type, data: st.DataObject) -> None:
    """Parsing an encoded client message gives the same message."""
    message = data.draw(instances(kind))
    frame = v1.encode(message)
    assert v1.parse(frame) == message
    assert len(frame.encode()) <= v1.MAX_TEXT


@pytest.mark.parametrize("kind", SERVER, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_a_server_writes_is_read_back(kind: type, data: st.DataObject) -> None:
    """Parsing an encoded server message gives the same message, and the frame is not too long."""
    message = data.draw(instances(kind))
    frame = v1.encode(message)
    assert v1.parse_server(frame) == message
    assert len(frame.encode()) <= v1.MAX_TEXT


def reason(frame: str, read: Callable[[str], object] = v1.parse) -> str | None:
    """Read a frame; the reason for which it is refused, None where it is not."""
    try:
        read(frame)
    except ProtocolError as problem:
        return str(problem)
    return None


def refuse(frame: str) -> str:
    """Read a frame that must be refused, and return the reason."""
    why = reason(frame)
    assert why is not None
    return why


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("", "one JSON object: Expecting value at character 0"),
        ("hello", "one JSON object"),
        ("{", "one JSON object"),
        ("\ufeff{}", "one JSON object"),
        ('{"type":"ping"} {}', "Extra data at character 16"),
        ("[]", "a JSON object, not an array"),
        ('["ack", 5]', "a JSON object, not an array"),
        ('"ping"', "a JSON object, not a string of 4 characters"),
        ("null", "a JSON object, not null"),
        ("7", "a JSON object, not 7"),
        ("true", "a JSON object, not true"),
        ("{}", "must have a type"),
        ('{"type":null}', "must have a type"),
        ('{"type":7}', "type must be a string, not 7"),
        ('{"type":["ping"]}', "type must be a string, not an array"),
        ('{"type":"ack"}', "ack needs the field offset"),
        ('{"type":"ack","offset":null}', "offset must be an integer from 0"),
        ('{"type":"ack","offset":-1}', "from 0 to 9007199254740991, not -1"),
        ('{"type":"ack","offset":9007199254740992}', "not 9007199254740992"),
        ('{"type":"ack","offset":1.0}', "not the number 1.0"),
        ('{"type":"ack","offset":1e400}', "not the number inf"),
        ('{"type":"ack","offset":true}', "not true"),
        ('{"type":"ack","offset":"7"}', "not a string of 1 characters"),
        ('{"type":"ack","offset":[7]}', "not an array"),
        ('{"type":"ack","offset":{}}', "not an object"),
        ('{"type":"ack","offset":NaN}', "no NaN and no Infinity"),
        ('{"type":"ack","offset":0,"more":-Infinity}', "no NaN and no Infinity"),
        ('{"type":"ack","offset":%s}' % ("9" * 100), "an integer of more than 20 digits"),
        ('{"type":"ack","offset":%s}' % ("9" * 9000), "must not be greater than"),
        ('{"type":"ack","offset":1,"offset":2}', "the same field twice"),
        ('{"type":"ping","more":{"a":1,"a":1}}', "the same field twice"),
        ('{"type":"ping","more":%s' % ("[" * 8000), "nested"),
        ('{"a":' * 3000, "nested"),
        ('{"type":"ping","id":1.5}', "id must be an integer or a string of at most 64"),
        ('{"type":"ping","id":9007199254740992}', "id must be an integer"),
        ('{"type":"ping","id":"%s"}' % ("x" * 65), "not a string of 65 characters"),
        ('{"type":"open","cols":0,"rows":24}', "cols must be an integer from 1 to 1000, not 0"),
        ('{"type":"open","cols":80,"rows":1001}', "rows must be an integer from 1 to 1000"),
        ('{"type":"resize","cols":80,"rows":null}', "rows must be an integer from 1 to 1000"),
        ('{"type":"resize","cols":80,"rows":[[[[]]]]}', "not an array"),
        ('{"type":"open","cols":80,"rows":24,"attempt":0}', "attempt must be an integer from 1"),
        ('{"type":"open","cols":80,"rows":24,"title":"%s"}' % ("x" * 257), "0 to 256 characters"),
        ('{"type":"open","cols":80,"rows":24,"title":"a\\u001b[2Jb"}', "control characters"),
        ('{"type":"open","cols":80,"rows":24,"title":"a\\u009b2Jb"}', "control characters"),
        ('{"type":"open","cols":80,"rows":24,"title":"\\ud800"}', "lone surrogates"),
        ('{"type":"open","cols":80,"rows":24,"request":""}', "1 to 256 characters"),
        ('{"type":"open","cols":80,"rows":24,"profile":7}', "profile must be a string"),
        (
            '{"type":"resume","session":"s","token":"t","cols":80,"rows":24}',
            "resume needs the field offset",
        ),
        (
            '{"type":"resume","session":"s","token":"t","offset":0,"cols":80,"rows":24,'
            '"control":"grab"}',
            'control must be "take" or "keep", not a string of 4 characters',
        ),
        ('{"type":"ping","more":"%s"}' % ("x" * v1.MAX_TEXT), "longer than 16384 bytes"),
        ('{"type":"ping","more":"%s"}' % ("\u20ac" * 6000), "longer than 16384 bytes"),
    ],
    ids=lambda value: value[:60],
)
def test_a_broken_message_is_refused_in_words(frame: str, why: str) -> None:
    """Each mistake has an error that says what is wrong and what would be right."""
    assert why in refuse(frame)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(["open", "resume", "ack", "take", "writer", 2**53, 10**400, "\ud800"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KNOWN_FIELDS = sorted({name for kind in CLIENT for name in names_of(kind)})
OBJECTS = st.builds(
    lambda kind, known, unknown: {"type": kind, **known, **unknown},
    st.sampled_from([kind.TYPE for kind in CLIENT]) | VALUES,
    st.dictionaries(st.sampled_from(KNOWN_FIELDS), VALUES, max_size=8),
    st.dictionaries(st.text(max_size=8), VALUES, max_size=2),
)
JSON_LIKE = OBJECTS.map(json.dumps) | VALUES.map(json.dumps)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A frame that was right until some of its characters were exchanged, lost or doubled."""
    frame = draw(JSON_LIKE | st.sampled_from(CLIENT).flatmap(instances).map(v1.encode))
    at = draw(st.integers(0, len(frame)))
    until = draw(st.integers(at, min(len(frame), at + 3)))
    return frame[:at] + draw(st.text(max_size=3)) + frame[until:]


@given(frame=JSON_LIKE | damaged() | st.text(st.characters(exclude_categories=())))
@settings(max_examples=500, deadline=None)  # others in each run
def test_nothing_but_a_protocol_error_comes_of_malformed_frames(frame: str) -> None:
    """Whatever the frame, it is a message or a ProtocolError with a reason, in both directions."""
    for read in (v1.parse, v1.parse_server):
        assert reason(frame, read) != ""


@given(st.sampled_from(CLIENT).flatmap(instances), st.dictionaries(st.text(), VALUES, max_size=3))
@settings(max_examples=200, deadline=None)
def test_unknown_fields_change_nothing(message: Any, more: dict[str, Any]) -> None:
    """A field that this version does not know is ignored."""
    known = json.loads(v1.encode(message))
    allowed = {key: value for key, value in more.items() if key not in (*KNOWN_FIELDS, "type")}
    text = json.dumps({**allowed, **known})
    if "NaN" in text or "Infinity" in text or len(text.encode()) > v1.MAX_TEXT:
        return
    assert v1.parse(text) == message


@given(
    st.one_of(st.integers(0, 2**54), st.text("0123456789٣-+.eE ", max_size=18)),
    st.sampled_from(("", " ")),
    st.sampled_from(("", " ", "\n", ',"more":1')),
)
def test_an_acknowledgement_is_read_as_any_message(value: object, gap: str, end: str) -> None:
    """It comes with every key, so it has a way of its own, on which nothing may be different."""
    frame = f'{{"type":{gap}"ack",{gap}"offset":{gap}{value}{end}}}'

    def read(parse: Callable[[str], object]) -> object:
        try:
            return parse(frame)
        except ProtocolError as error:
            return str(error)

    assert read(v1.parse) == read(v1._client.read)


def test_an_unknown_type_is_no_error() -> None:
    """A type of a later version comes back as such, with no more of it than can be shown."""
    assert v1.parse('{"type":"dance","with":7}') == v1.Unknown("dance")
    assert v1.parse('{"type":"%s"}' % ("x" * 500)) == v1.Unknown("x" * 64)
    assert v1.parse_server('{"type":"open","cols":80,"rows":24}') == v1.Unknown("open")


def test_what_may_be_left_out_may_be_null() -> None:
    """Null in an optional field means the default, so that clients need not build objects apart."""
    frame = '{"type":"open","cols":80,"rows":24,"request":null,"attempt":null,"title":null}'
    assert v1.parse(frame) == v1.Open(80, 24)


def test_a_size_that_cannot_be_is_still_a_wish() -> None:
    """A wish is answered with the size as it is, so a clumsy layout does not cut the connection."""
    assert v1.parse('{"type":"resize","cols":0,"rows":-3}') == v1.Resize(0, -3)
    assert v1.parse('{"type":"resize","cols":5000,"rows":1}') == v1.Resize(5000, 1)


def test_the_defaults_are_those_of_the_protocol() -> None:
    """A resume that says no more than it must is the first attempt and takes no control."""
    frame = '{"type":"resume","session":"s","token":"t","offset":null,"cols":80,"rows":24}'
    message = v1.parse(frame)
    assert isinstance(message, v1.Resume)
    assert (message.offset, message.client) == (None, None)
    assert (message.attempt, message.control) == (1, "keep")


def test_names_on_the_wire_are_those_of_the_protocol() -> None:
    """The two names that are not spelled as in Python, and nulls that say something."""
    assert v1.encode(v1.Exited(exit_code=None, signal=9)) == (
        '{"type":"exit","exitCode":null,"signal":9}'
    )
    assert v1.encode(v1.ErrorMessage("user_rate", "later", 10, 10, 61)) == (
        '{"type":"error","code":"user_rate","message":"later","limit":10,"current":10,'
        '"retryAfter":61}'
    )
    assert v1.encode(v1.Pong()) == '{"type":"pong"}'


def test_a_snapshot_names_its_offset_at_the_end_alone() -> None:
    """A part that is not the last cannot say where output goes on, and the last one must."""
    for last, offset in ((True, None), (False, 7)):
        with pytest.raises(ProtocolError, match="in its last part"):
            v1.Snapshot(first=True, last=last, bytes=0, cols=80, rows=24, offset=offset)


def test_long_lists_and_sentences_are_cut() -> None:
    """What the server says stays within one text frame, however many clients and long names."""
    many = v1.Clients(
        tuple(v1.ClientInfo("c" * 43, "\U0001f600" * 256, "viewer") for _ in range(500))
    )
    assert len(many.clients) == v1.MAX_CLIENTS
    long = v1.ErrorMessage("spawn_failed", "\udcff\n" + "x" * 5000)
    assert long.message == "\ufffd\n" + "x" * 998
    for message in (many, long):
        assert len(v1.encode(message).encode()) <= v1.MAX_TEXT


@pytest.mark.parametrize("kind", [v1.Resume, v1.Watch, v1.SessionMade, v1.Resumed])
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_secrets_do_not_show(kind: type, data: st.DataObject) -> None:
    """The repr of a message never holds its token or share."""
    secret = "canary-5e55107"
    own = {"share" if kind is v1.Watch else "token": secret}
    message = data.draw(instances(kind))
    values = {name: getattr(message, name) for name in names_of(kind)}
    assert secret not in repr(kind(**{**values, **own}))


@given(st.sampled_from(KNOWN_FIELDS), st.sampled_from([kind.TYPE for kind in CLIENT]))
def test_reasons_repeat_nothing_that_was_sent(field: str, kind: str) -> None:
    """A secret in the wrong place, or text that was meant for the terminal, reaches no log."""
    secret = "canary-5e55107\x00"
    for frame in (secret, json.dumps(secret), json.dumps({"type": kind, field: secret})):
        assert "canary" not in (reason(frame) or "")
