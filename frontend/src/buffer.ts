/** What a terminal holds, read from its buffer. */
import type { Terminal } from "@xterm/xterm";

/** All of the buffer as text; lines that were wrapped are one line. */
export function textOf(terminal: Terminal): string {
  const buffer = terminal.buffer.active;
  const lines: string[] = [];
  for (let row = 0; row < buffer.length; row += 1) {
    const line = buffer.getLine(row);
    if (!line) continue;
    const wraps = buffer.getLine(row + 1)?.isWrapped ?? false;
    const content = line.translateToString(!wraps);
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += content;
    else lines.push(content);
  }
  return lines.join("\n").trimEnd();
}
