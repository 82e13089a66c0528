"""A phone, and fingers on its glass."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}


class Finger:
    """A finger on the glass, or several."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.browser = page.context.new_cdp_session(page)
        self.down = 0

    def at(self, kind: str, *place: float) -> None:
        points = [{"x": place[0], "y": place[1]}] if place else []
        self.down = len(points)
        self.browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def draw(self, *places: tuple[float, float]) -> None:
        """Go from place to place, and let go at the last one."""
        self.at("touchStart", *places[0])
        for place in places[1:]:
            self.at("touchMove", *place)
        self.at("touchEnd")

    def press(self, *place: float) -> None:
        """Stay until what is there is selected; the finger is still down."""
        self.at("touchStart", *place)
        self.page.wait_for_selector(".picked")

    def touch(self, *places: tuple[float, float]) -> None:
        """Be at these places with as many fingers, wherever they were before."""
        before, self.down = self.down, len(places)
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
        kind = "touchStart" if self.down > before else "touchMove"
        self.browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinch(self, middle: tuple[float, float], *spans: float) -> None:
        """Put two fingers above and below a place, and move them to each span in turn."""
        x, y = middle
        for span in spans:
            self.touch((x, y - span / 2), (x, y + span / 2))
        self.at("touchEnd")
