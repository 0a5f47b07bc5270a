"""Logs with one line for each event. Line ends and control characters are escaped, so no text can fake a line."""

import json
import logging
from datetime import UTC, datetime


class LineFormatter(logging.Formatter):
    """Formats a record as a JSON object on one line: time in UTC, level, logger, message, traceback without values."""

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
