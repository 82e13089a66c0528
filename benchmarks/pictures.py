"""A picture of latencies: for each server a line from p50 over p99 to p99.9, on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.rounds import Result
from benchmarks.workloads import WORKLOADS

__all__ = ["latency_picture"]

POINTS = ("p50 ms", "p99 ms", "p99.9 ms")
LEFT, WIDTH, RIGHT = 110, 560, 40
ROW, HEAD, FOOT = 22, 34, 54

# Readable on a light and on a dark page, so nothing is drawn behind it.
STYLE = """text { font: 13px system-ui, sans-serif; fill: #7a828e }
.title { font-weight: 600 }
.ours { fill: #2f81f7; font-weight: 600 }
line { stroke: #7a828e } .grid { stroke-opacity: .25 }
circle { fill: #7a828e; stroke: #7a828e } .p99 { fill-opacity: .45 } .p999 { fill-opacity: 0 }
.ours circle, circle.ours { fill: #2f81f7; stroke: #2f81f7 } line.ours { stroke: #2f81f7 }"""


def latency_picture(results: Sequence[Result]) -> str:
    """An SVG of those results that are latencies; empty where none is.

    Args:
        results: What was measured; the medians over the rounds are shown.
    """
    shown = [(r, servers) for r in results if (servers := _servers(r))]
    if not shown:
        return ""
    values = [r.median(s, point) for r, servers in shown for s in servers for point in POINTS]
    scale = _Scale(min(values), max(values))
    parts: list[str] = []
    y = 0
    for result, servers in shown:
        parts += _panel(result, servers, scale, y)
        y += HEAD + ROW * len(servers)
    parts += _axis(scale, y)
    height, width = y + FOOT, LEFT + WIDTH + RIGHT
    # What it shows stands in the tables as well; a screen reader is told so much.
    title = "Latency of servers: p50, p99 and p99.9 in milliseconds"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{title}</title><style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _servers(result: Result) -> list[str]:
    """The servers of which all the points are known."""
    return [s for s, figures in result.figures.items() if all(p in figures for p in POINTS)]


class _Scale:
    """A logarithmic scale that begins and ends at a power of ten."""

    def __init__(self, least: float, most: float) -> None:
        self.first = math.floor(math.log10(least))
        self.last = max(self.first + 1, math.ceil(math.log10(most)))

    def x(self, value: float) -> float:
        return LEFT + WIDTH * (math.log10(value) - self.first) / (self.last - self.first)


def _panel(result: Result, servers: list[str], scale: _Scale, top: int) -> Iterator[str]:
    title = escape(WORKLOADS[result.workload].title)
    yield f'<text class="title" x="{LEFT}" y="{top + 22}">{title}</text>'
    bottom = top + HEAD + ROW * len(servers)
    for power in range(scale.first, scale.last + 1):
        x = scale.x(10.0**power)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{top + HEAD - 4}" y2="{bottom}"/>'
    for number, server in enumerate(servers):
        y = top + HEAD + ROW * number + ROW // 2
        ours = "ours" if server == "tornterm" else ""
        text = f'<text class="{ours}" x="{LEFT - 10}" y="{y + 4}" text-anchor="end">'
        yield f"{text}{escape(server)}</text>"
        low, middle, high = (scale.x(result.median(server, point)) for point in POINTS)
        yield f'<line class="{ours}" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
        for x, kind in ((low, "p50"), (middle, "p99"), (high, "p999")):
            yield f'<circle class="{kind} {ours}" cx="{x:.1f}" cy="{y}" r="5"/>'


def _axis(scale: _Scale, top: int) -> Iterator[str]:
    for power in range(scale.first, scale.last + 1):
        x, text = scale.x(10.0**power), f"{10.0**power:g} ms"
        yield f'<text x="{x:.1f}" y="{top + 18}" text-anchor="middle">{text}</text>'
    x = LEFT
    for kind, text in (("p50", "p50"), ("p99", "p99"), ("p999", "p99.9")):
        yield f'<circle class="{kind}" cx="{x + 5}" cy="{top + 40}" r="5"/>'
        yield f'<text x="{x + 16}" y="{top + 44}">{text}</text>'
        x += 70
