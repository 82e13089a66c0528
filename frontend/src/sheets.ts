/**
 * Style rules that a strict content security policy lets pass. xterm.js writes its rules into
 * `<style>` elements, which such a policy forbids; in our bundles it makes these instead (see
 * build.mjs), whose rules go into style sheets that scripts may make.
 */
export class Sheet extends HTMLElement {
  private readonly sheet = new CSSStyleSheet();
  private root: ShadowRoot | Document | null = null;

  override get textContent(): string {
    return "";
  }

  override set textContent(rules: string | null) {
    this.sheet.replaceSync(rules ?? "");
  }

  connectedCallback(): void {
    const root = this.getRootNode();
    if (!(root instanceof ShadowRoot || root instanceof Document)) return;
    this.root = root;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.sheet];
  }

  disconnectedCallback(): void {
    const { root } = this;
    if (!root) return;
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== this.sheet);
    this.root = null;
  }
}

/** A style sheet of these rules. */
export function sheetOf(rules: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  return sheet;
}

export function defineSheets(): void {
  if (!customElements.get("tornterm-sheet")) customElements.define("tornterm-sheet", Sheet);
}
