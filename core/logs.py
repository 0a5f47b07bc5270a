"""One line per event: a traceback is folded, control characters are shown, nothing is forged."""

import json
import logging
from datetime import UTC, datetime


class LineFormatter(logging.Formatter):
    """A JSON object on one line: time in UTC, level, logger, message, and the traceback without values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
