"""A phone, and a finger on its glass."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}


class Finger:
    """One finger on the glass."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.browser = page.context.new_cdp_session(page)

    def at(self, kind: str, *place: float) -> None:
        points = [{"x": place[0], "y": place[1]}] if place else []
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
