/** What xterm.js has within itself and does not offer. */
import type { Terminal } from "@xterm/xterm";

/** Whether data comes from a person, parsing at once, compositions. */
export interface Inside {
  coreService: { onUserInput(listener: () => void): void };
  writeSync(data: Uint8Array): void;
  /** Sends what the text field has of a composition; with `false` at once. */
  _compositionHelper: { _finalizeComposition(later: boolean): void; _isSendingComposition: boolean };
  _inputHandler: { _parser: { currentState: number } };
}

export function insideOf(terminal: Terminal): Inside {
  return (terminal as unknown as { _core: Inside })._core;
}

/** The parser's state between sequences. */
const GROUND = 0;

/** How sequences begin at whose end the parser may have to wait: DCS and OSC, also as one character. */
const PAUSING = /\x1b(P|\]1337;)|(\xc2|^)[\x90\x9d]/;

/** Whether parsing these bytes may have to pause for something else. */
export function mayPause(data: Uint8Array, { _inputHandler }: Inside): boolean {
  if (_inputHandler._parser.currentState !== GROUND) return true;
  return PAUSING.test(LATIN1.decode(data));
}

/** Bytes as characters, for looking only. */
const LATIN1 = new TextDecoder("latin1");
