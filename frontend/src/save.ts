/** Hands text to the person as a file. */

/** Let the browser save `text`; `name` is made fit for a file. */
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text, "\n"], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replace(/[^\p{L}\p{N}._ -]+/gu, "-").slice(0, 80) || "terminal"}.txt`;
  link.click();
  // Not at once: the browser begins to read it only after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
