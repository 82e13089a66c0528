"""What tests of tornterm, of plugins and of embedding applications are made of.

Nothing is imported here, so that loading this package costs nothing:

- `tornterm.testing.plugin`: the pytest plugin, with fixtures for all of this,
- `tornterm.testing.server`: a live server on a free port,
- `tornterm.testing.clients`: clients of both dialects that record what they see,
- `tornterm.testing.events`: the audit events of a server,
- `tornterm.testing.programs`: a program that echoes,
- `tornterm.testing.proxy`: a network that can be cut, throttled and stalled,
- `tornterm.testing.clock`: a clock that stands still until a test moves it.
"""
