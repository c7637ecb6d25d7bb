"""Times as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.texts import Language, Text


def when_text(moment: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """Say when something was: minutes and hours for today, the date otherwise.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    >>> when_text(at, at + timedelta(minutes=5), ZoneInfo("UTC"), "en")
    '5 minutes ago'
    """
    past = now - moment
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if timedelta() <= past < timedelta(minutes=1):
        return Text("刚刚", "just now").to(language)
    if timedelta() <= past < timedelta(hours=1):
        minutes = int(past.total_seconds() // 60)
        return Text(f"{minutes} 分钟前", f"{minutes} minute{'s' if minutes > 1 else ''} ago").to(language)
    if local.date() == today:
        return Text(f"今天 {local:%H:%M}", f"today {local:%H:%M}").to(language)
    if local.date() == today - timedelta(days=1):
        return Text(f"昨天 {local:%H:%M}", f"yesterday {local:%H:%M}").to(language)
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"
