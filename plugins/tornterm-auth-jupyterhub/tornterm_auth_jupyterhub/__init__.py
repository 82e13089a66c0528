"""Logging in with an account of a JupyterHub, of which tornterm is a service."""

from __future__ import annotations

from tornterm_auth_jupyterhub.plugin import JupyterHub
from tornterm_auth_jupyterhub.settings import JupyterHubSettings

__all__ = ["JupyterHub", "JupyterHubSettings"]
