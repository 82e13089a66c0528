/** asciinema's player says things in English; this says them as the page does. */
import { TEXT } from "./text.ts";

/** What the player writes, with what stands for it. */
const said = (): Record<string, string> => TEXT.player;

/** A text of the player's in the language of the page; what it may have before it is kept. */
export function inOurWords(text: string): string {
  const [, before = "", words = ""] = /^(\s*(?:- )?)(.*?)\s*$/s.exec(text) ?? [];
  return Object.hasOwn(said(), words) ? before + said()[words] : text;
}

function retell(node: Node): void {
  if (node instanceof Text) {
    const ours = inOurWords(node.data);
    if (ours !== node.data) node.data = ours;
  } else if (node instanceof Element) {
    const label = node.getAttribute("aria-label");
    if (label !== null && inOurWords(label) !== label) node.setAttribute("aria-label", inOurWords(label));
    node.childNodes.forEach(retell);
  }
}

/** See to whatever the players in an element say from here on; returns what ends that. */
export function retellPlayers(host: Element): () => void {
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(retell);
      else retell(target);
    }
  });
  observer.observe(host, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] });
  return () => observer.disconnect();
}
