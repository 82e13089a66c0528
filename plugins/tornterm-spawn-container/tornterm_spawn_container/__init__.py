"""Sessions in containers of podman or docker, one for each or for each user."""

from __future__ import annotations

from tornterm_spawn_container.plugin import Container
from tornterm_spawn_container.settings import ContainerSettings

__all__ = ["Container", "ContainerSettings"]
