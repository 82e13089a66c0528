"""Audit events in a database, SQLite or PostgreSQL: each once, also while the database is away."""

from __future__ import annotations

from tornterm_audit_sql.plugin import Sql
from tornterm_audit_sql.settings import SqlSettings

__all__ = ["Sql", "SqlSettings"]
