"""Pieces of pages that are drawn once: `{% remember %}`.

Django draws a template anew each time, and the frame around a page costs more than most pages inside it. A piece
between `{% remember title rail items=shop.items %}` and `{% endremember %}` is drawn once per process for the same
values, language and day, and given out again whenever they come back.

It can't be out of date, nor show one person what another saw: **nothing but the values named in the tag exists inside
it**. What is not named is not there, as after `{% include … only %}`. The token of a posting form is the one
exception: `{% csrf_token %}` works inside, and is put in anew each time.

Values are text, numbers, days, lists and dicts of these, frozen dataclasses of these, and objects that say with
`remembered_as()` what of them is shown. Anything else is refused, so that nobody names a whole request by mistake.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from threading import Lock
from typing import Any

from django.conf import settings
from django.template import Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core import clock

# Where the token of a posting form goes; nobody outside this process can know or type it.
TOKEN = secrets.token_hex(32)
# Pieces kept for one place of one template.
MOST = 1024
_drawing: ContextVar[bool] = ContextVar("remembered_drawing", default=False)


def refuse_inside(what: str) -> None:
    """For what must be new each time it is drawn. Raises TemplateSyntaxError inside a remembered piece."""
    if _drawing.get():
        raise TemplateSyntaxError(f"A remembered piece can't hold {what}: it would never change.")


# What most values are: they equal only what is drawn like them. A bool equals a number, and a safe text a text.
PLAIN = frozenset({str, int})


class Keyed(list[Any]):
    """Rows drawn on every page, such as links, whose maker says what their drawing depends on, the language apart."""

    def __init__(self, rows: Iterable[Any], key: Hashable) -> None:
        super().__init__(rows)
        self.key = (Keyed, key)


class Later(Sequence[Any]):
    """Rows worked out only when they are drawn; `key` is all that they are worked out from, the language apart."""

    def __init__(self, make: Callable[[], Sequence[Any]], key: Hashable) -> None:
        self._make = make
        self.key = (Later, key)

    @cached_property
    def _rows(self) -> Sequence[Any]:
        return self._make()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]


def plain(rows: Iterable[dict[str, Any]]) -> Keyed:
    """Rows whose every column holds values of one kind: texts not marked as safe, days, numbers, or yes and no.

    Comparing them needs no look at each value, which for the lists of a page is most of what remembering costs.
    """
    listed = list(rows)
    return Keyed(listed, tuple(tuple(row.values()) for row in listed))


def frozen(value: Any) -> Hashable:
    """The value as something that equals another only when both are drawn alike.

    Raises TypeError for what can't be compared that way.
    """
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, Keyed | Later):
        return value.key
    if isinstance(value, SafeString):
        return SafeString, str(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, dict):
        return dict, *((key, frozen(one)) for key, one in value.items())
    if isinstance(value, list | tuple):
        return list, *map(frozen, value)
    if isinstance(value, bool | int | float | Decimal):
        return type(value), str(value)
    if isinstance(value, datetime | date):
        return type(value), value.isoformat()
    if hasattr(value, "remembered_as"):
        return type(value), frozen(value.remembered_as())
    if getattr(getattr(value, "__dataclass_params__", None), "frozen", False):
        return type(value), *(frozen(getattr(value, one.name)) for one in dataclasses.fields(value))
    raise TypeError(f"A remembered piece of a page can't depend on a {type(value).__name__}.")


class Pieces:
    """The pieces of one place, the least lately asked for dropped first. Threads share them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, list[str]] = OrderedDict()
        self._lock = Lock()

    def get(
        self, values: dict[str, Any], draw: Callable[[dict[str, Any]], str], token: Any = ""
    ) -> SafeString:
        """The piece for these values, drawn by `draw(values)` when it is not kept; `token` goes into its forms.

        Raises TypeError for a value that `frozen` refuses.
        """
        key = (get_language(), clock.today(), *((name, frozen(value)) for name, value in values.items()))
        with self._lock:
            parts = self._kept.get(key)
            if parts is not None:
                self._kept.move_to_end(key)
        if parts is None:
            before = _drawing.set(True)
            try:
                parts = draw({**values, "csrf_token": TOKEN}).split(TOKEN)
            finally:
                _drawing.reset(before)
            if settings.REMEMBER_PIECES:
                with self._lock:
                    self._kept[key] = parts
                    while len(self._kept) > MOST:
                        self._kept.popitem(last=False)
        html = str(token).join(parts) if len(parts) > 1 else parts[0]
        return mark_safe(html)  # noqa: S308 - drawn by a template, which escaped it


_of_templates: dict[str, Pieces] = {}


def piece(template: str, values: dict[str, Any], token: Any = "") -> SafeString:
    """A whole template drawn once for these values, which are all it sees; `token` goes into its forms.

    It goes wherever `TOKEN` was drawn: other text that no piece may keep can take its place, escaped by the caller.

    Raises TypeError for a value that can't be compared; see this module's description.
    """
    pieces = _of_templates.setdefault(template, Pieces())
    return pieces.get(values, lambda all_of_it: render_to_string(template, all_of_it), token)


class RememberNode(Node):
    """A piece drawn once for the values it names."""

    def __init__(self, nodelist: NodeList, names: dict[str, FilterExpression]) -> None:
        self.nodelist, self.names, self.pieces = nodelist, names, Pieces()

    def render(self, context: Context) -> SafeString:
        """The piece, from memory when it was drawn before."""
        values = {name: expression.resolve(context) for name, expression in self.names.items()}
        token = context.get("csrf_token", "")
        return self.pieces.get(values, lambda all_of_it: self.nodelist.render(context.new(all_of_it)), token)


def remember(parser: Parser, token: Token) -> RememberNode:
    """`{% remember name other=expression … %}…{% endremember %}`; see this module's description.

    Raises TemplateSyntaxError for anything but names and name=expression, and for a block inside, which other
    templates could fill with what is not named.
    """
    names: dict[str, FilterExpression] = {}
    bits = token.split_contents()[1:]
    while bits:
        given = token_kwargs(bits, parser)
        if not given:
            name = bits.pop(0)
            if not name.isidentifier():
                raise TemplateSyntaxError(f"'{name}' needs a name: {{% remember name={name} %}}.")
            given = {name: parser.compile_filter(name)}
        names |= given
    nodelist = parser.parse(("endremember",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise TemplateSyntaxError("A remembered piece can't hold a block.")
    return RememberNode(nodelist, names)
