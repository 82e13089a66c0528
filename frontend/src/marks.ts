/**
 * Commands in the output, as shells with marks tell them (OSC 133, and VS Code's OSC 633):
 * where each prompt is, what was run, how it ended and how long it took.
 */
import type { IDecoration, IDisposable, IMarker, Terminal } from "@xterm/xterm";

export interface Command {
  /** Where its prompt stands; gone from the buffer when it is disposed of. */
  readonly prompt: IMarker;
  /** What was typed; "" where nobody can tell. */
  text: string;
  /** Null while it runs, or where the shell does not say. */
  exitCode: number | null;
  /** How long it took; null while it runs, and for what ran before this page looked. */
  milliseconds: number | null;
  finished: boolean;
}

export interface MarkEvents {
  finished(command: Command): void;
  now(): number;
  /** Whether the output is new, and not told again to a page that comes back. */
  live(): boolean;
}

interface Running {
  command: Command;
  /** Where the typed text begins. */
  typed: { marker: IMarker; column: number } | null;
  output: IMarker | null;
  startedAt: number | null;
  decoration: IDecoration | undefined;
}

/** No terminal keeps more prompts than it has lines; this many are enough for anybody. */
const MOST = 2000;
const LONGEST_TEXT = 500;

export class Marks {
  private all: Running[] = [];
  private readonly handlers: IDisposable[];

  constructor(
    private readonly terminal: Terminal,
    private readonly events: MarkEvents,
  ) {
    const { parser } = terminal;
    this.handlers = [133, 633].map((code) => parser.registerOscHandler(code, (data) => this.told(data)));
  }

  /** The commands whose prompts are still in the buffer, the oldest first. */
  get commands(): Command[] {
    this.tidy();
    return this.all.map(({ command }) => command);
  }

  /** The nearest command above the top of what is shown, or with `step` 1 below it. */
  nearest(step: 1 | -1, wanted: (command: Command) => boolean = () => true): Command | null {
    const top = this.terminal.buffer.active.viewportY;
    const { commands } = this;
    const there = commands.filter((command) => wanted(command) && (command.prompt.line - top) * step > 0);
    return (step === 1 ? there[0] : there.at(-1)) ?? null;
  }

  /** What the last finished command printed; null where there is none. */
  lastOutput(): string | null {
    this.tidy();
    const at = this.all.findLastIndex(({ command, output }) => command.finished && output !== null);
    const from = this.all[at]?.output?.line;
    if (from === undefined) return null;
    const to = this.all[at + 1]?.command.prompt.line ?? this.terminal.buffer.active.length;
    return this.lines(from, to).join("\n").trimEnd();
  }

  dispose(): void {
    for (const handler of this.handlers) handler.dispose();
  }

  private told(data: string): boolean {
    const [what = "", ...rest] = data.split(";");
    if (what === "A") this.promptBegins();
    else if (what === "B") this.promptEnds();
    else if (what === "C") this.runs();
    else if (what === "D") this.ends(rest[0]);
    else if (what === "E") this.named(rest[0] ?? "");
    return true;
  }

  private promptBegins(): void {
    const prompt = this.terminal.registerMarker(0);
    const last = this.all.at(-1);
    // A shell draws the same prompt again, for example when the window changes.
    if (last && !last.command.finished && !last.output && last.command.prompt.line === prompt.line) {
      prompt.dispose();
      return;
    }
    const command: Command = {
      prompt, text: "", exitCode: null, milliseconds: null, finished: false,
    };
    this.all.push({ command, typed: null, output: null, startedAt: null, decoration: undefined });
    this.tidy();
  }

  private promptEnds(): void {
    const last = this.all.at(-1);
    if (!last || last.output) return;
    last.typed?.marker.dispose();
    last.typed = {
      marker: this.terminal.registerMarker(0),
      column: this.terminal.buffer.active.cursorX,
    };
  }

  private runs(): void {
    const last = this.all.at(-1);
    if (!last || last.command.finished) return;
    last.output = this.terminal.registerMarker(0);
    last.startedAt = this.events.live() ? this.events.now() : null;
    if (last.command.text || !last.typed) return;
    const { marker, column } = last.typed;
    const [first = "", ...more] = this.lines(marker.line, Math.max(last.output.line, marker.line + 1));
    last.command.text = [first.slice(column), ...more].join("\n").trim().slice(0, LONGEST_TEXT);
  }

  /** VS Code's shells tell the command itself, with signs that would end it written as \xHH. */
  private named(text: string): void {
    const last = this.all.at(-1);
    const unescape = (_all: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
    if (last) last.command.text = text.replace(/\\x([0-9a-f]{2})/gi, unescape).slice(0, LONGEST_TEXT);
  }

  private ends(code: string | undefined): void {
    const last = this.all.at(-1);
    // The first prompt of a shell ends a command that never was, and an empty line ran none.
    if (!last || last.command.finished || !last.output) return;
    const { command } = last;
    command.finished = true;
    command.exitCode = code !== undefined && /^\d+$/.test(code) ? Number(code) : null;
    if (last.startedAt !== null) command.milliseconds = this.events.now() - last.startedAt;
    this.decorate(last);
    if (this.events.live()) this.events.finished(command);
  }

  private decorate(run: Running): void {
    const { exitCode, prompt } = run.command;
    if (exitCode === null || prompt.isDisposed) return;
    run.decoration = this.terminal.registerDecoration({ marker: prompt, x: 0, width: 1, layer: "top" });
    run.decoration?.onRender((element) => {
      element.classList.add("mark", exitCode === 0 ? "well" : "badly");
    });
  }

  private lines(from: number, to: number): string[] {
    const buffer = this.terminal.buffer.active;
    const lines: string[] = [];
    for (let row = from; row < to; row += 1) {
      const line = buffer.getLine(row);
      if (!line) break;
      const content = line.translateToString(!buffer.getLine(row + 1)?.isWrapped);
      if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += content;
      else lines.push(content);
    }
    return lines;
  }

  private tidy(): void {
    this.all = this.all.filter(({ command }) => !command.prompt.isDisposed).slice(-MOST);
  }
}
