/** Words that reach a person who is not looking at the page. */

/** A command that took less is one that somebody is waiting for. */
export const WORTH_TELLING_MS = 5000;

export class Alerts {
  /** Something has happened since the page was last seen. */
  pending = false;

  constructor(private readonly changed: () => void) {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || !this.pending) return;
      this.pending = false;
      this.changed();
    });
  }

  /**
   * Mark the window's title, and tell the system where that is wanted; does nothing while the
   * page is seen.
   *
   * @param tag what comes later with the same tag takes the place of what came before
   */
  tell(title: string, body: string, tag: string, bySystem: boolean): void {
    if (!document.hidden) return;
    this.pending = true;
    this.changed();
    if (!bySystem || !allowed()) return;
    try {
      const notification = new Notification(title, { body, tag });
      notification.onclick = () => {
        window.focus();
        notification.close();
      };
    } catch {
      // Some browsers let only service workers tell; the title has to do there.
    }
  }
}

function allowed(): boolean {
  return "Notification" in window && Notification.permission === "granted";
}

/** Ask the person whether the browser may tell; only good for an answer to a click or a key. */
export async function askToTell(): Promise<boolean> {
  if (!("Notification" in window)) return false;
  return (await Notification.requestPermission()) === "granted";
}
