"""`mqtt.publish`: a message of one's own, as Home Assistant's action."""

from __future__ import annotations

import base64
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from hub.api import BadReading, Context, EntryAction, NotReady

LARGEST = 1 << 20


class Publish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    topic: str = Field(
        title="Topic", description="Where to, without + and #.", min_length=1, max_length=65_535, examples=["home/bell"]
    )
    payload: Any = Field(
        None, title="Message", description="A text, a number, or an object, which becomes JSON. Nothing: an empty one."
    )
    qos: Literal[0, 1, 2] = Field(
        0, title="Quality of service", description="0: at most once, 1: at least once, 2: exactly once."
    )
    retain: bool = Field(False, title="Keep it", description="Whether the broker keeps it for who comes later.")
    evaluate_payload: bool = Field(False, title="Bytes", description="Whether a payload of b'...' is bytes, in base64.")

    @field_validator("topic")
    @classmethod
    def _topic(cls, value: str) -> str:
        if "+" in value or "#" in value or "\x00" in value:
            raise ValueError("a topic to publish to has no + and no #")
        return value

    @field_validator("qos", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return int(value) if isinstance(value, str) and value.isdigit() else value


async def publish(ctx: Context, given: Publish) -> None:
    from integrations.mqtt.session import session_of

    session = session_of(ctx)
    payload = _bytes(given)
    if not session.built or not session.connection.publish(given.topic, payload, qos=given.qos, retain=given.retain):
        raise NotReady("there is no connection to the broker now")


def _bytes(given: Publish) -> bytes:
    value = given.payload
    if given.evaluate_payload and isinstance(value, str) and value.startswith(("b'", 'b"')):
        try:
            return base64.b64decode(value[2:-1], validate=True)
        except ValueError:
            raise BadReading("mqtt.publish: after b'...' stands base64 here") from None
    if value is None:
        return b""
    text = orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)
    if len(text) > LARGEST:
        raise BadReading(f"mqtt.publish: {len(text):,} characters are too many")
    return text.encode()


PUBLISH = EntryAction(
    "mqtt.publish", "Publish to MQTT", Publish, publish, description="Sends a message to a topic of the broker."
)
