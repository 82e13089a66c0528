"""An executable model of `tornterm.v1`: the real server code, clients, and a network that cuts.

Everything above the descriptors is the product's own: `tornterm.core`, `tornterm.sessions`, and
the conversation of `tornterm.web` that turns frames into calls. Around it are a program that
prints bytes of which each can be told from its neighbours, clients that keep the rules of
``docs/protocol.md`` with the product's own `tornterm.core.client_state`, a clock that stands still,
and a network that delays, half-closes and cuts. A trace is a random sequence of what all of them
may do; it breaks off at the first thing that must not happen.

``python -m tests.model --traces 100000`` runs as many as one likes; ``--seed`` repeats one.
"""
