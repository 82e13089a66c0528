/** The part of the page that an on-screen keyboard leaves in sight. */

/** Pinched larger than this, a person looks at a part of the page, which then stays as it is. */
const ZOOMED = 1.02;

/** Have the page end where the keyboard begins; not every browser does so by itself. */
export function followKeyboard(view: VisualViewport | null = visualViewport): void {
  if (!view) return;
  const fit = () => {
    if (view.scale > ZOOMED) return;
    const covered = innerHeight - view.height > 1;
    document.documentElement.style.setProperty("--height", covered ? `${view.height}px` : null);
    // The browser has moved the page to have the cursor in sight, which it is now without that.
    if (covered && view.offsetTop > 0) scrollTo(0, 0);
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
}
