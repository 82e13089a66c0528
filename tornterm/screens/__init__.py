"""Screen models in a process of their own.

An emulator is native code that reads what strangers print, so it never runs where the web server
does: it may crash, hang or grow, and all that is lost then is the picture of a screen.

- `tornterm.screens.model` stands between a session's log and the emulator;
- `tornterm.screens.worker` starts, watches and replaces the process;
- `tornterm.screens.gallery` is what runs inside of it;
- `tornterm.screens.wire` is how the two talk.
"""
