/** Installing the page as an application of the device, where the browser offers that. */

/** What browsers of Chromium's family send; others have none, and TypeScript does not know it. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

export class Installing {
  private offer: InstallOffer | null = null;

  /**
   * @param changed called when it becomes possible, or stops to be
   * @param installed called when it is done, wherever it was asked for
   */
  constructor(
    private readonly changed: () => void,
    installed: () => void,
  ) {
    addEventListener("beforeinstallprompt", (event) => {
      // The menu offers it; a banner of the browser's would lie over the keys.
      event.preventDefault();
      this.offer = event as InstallOffer;
      changed();
    });
    addEventListener("appinstalled", () => {
      this.offer = null;
      installed();
    });
  }

  get possible(): boolean {
    return this.offer !== null;
  }

  /** Let the browser ask. Each offer is good once; who says no may get another one later. */
  async ask(): Promise<void> {
    const { offer } = this;
    this.offer = null;
    this.changed();
    await offer?.prompt().catch(() => undefined);
  }
}
