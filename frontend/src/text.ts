/** Every sentence that the page shows, in one place. */

function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A duration for people: whole seconds below a minute and a half, then minutes, then hours. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 90) return plural(whole, "second", "seconds");
  const minutes = Math.ceil(whole / 60);
  if (minutes < 90) return plural(minutes, "minute", "minutes");
  return plural(Math.round(minutes / 60), "hour", "hours");
}

const SIGNALS: Record<number, string> = {
  1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
  11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
};

export const TEXT = {
  product: "tornterm",
  terminal: "Terminal. Press Control F6 to leave it with the keyboard.",
  connecting: "Connecting",
  live: "Connected",
  silent: "No answer",
  silentTitle: "The server does not answer",
  viewer: "Watching",
  viewerHint: "Another tab or device has control of this terminal.",
  takeControl: "Take control",
  back: "This page has control now.",
  guestHint: "You are watching somebody's terminal.",
  askForControl: "Ask for control",
  asked: "You have asked for control; its owner decides.",
  stopAsking: "Stop asking",
  asksTitle: (user: string) => `${user} asks for control`,
  asksHint: "If you agree, they type into this terminal until you take control back.",
  notNow: "Not now",
  grant: "Let them type",
  granted: "You have control of somebody's terminal.",
  giveBack: "Give it back",
  giveUp: "Give up control",
  peopleHere: "At this terminal",
  you: (user: string) => `${user} (this page)`,
  writes: "types",
  watches: "watches",
  asks: "asks for control",

  share: "Share this terminal",
  shareHint: "Whoever has the link sees everything in this terminal, without logging in.",
  shareMay: "With the link one may",
  mayWatch: "watch",
  mayAsk: "watch, and ask for control",
  shareFor: "It is good for",
  oneHour: "an hour",
  oneDay: "a day",
  oneWeek: "a week",
  makeLink: "Make a link",
  link: "Link",
  linkOnce: "It is shown only now; take it back below when it is not needed any more.",
  shareLasts: (seconds: number) => `for ${duration(seconds)}`,
  watching: (count: number) => (count === 0 ? "nobody is watching" : `${count} watching`),
  revoke: "Take back",
  close: "Close",
  reconnectingIn: (seconds: number) => (seconds > 0 ? `Reconnecting in ${seconds} s` : "Reconnecting"),
  now: "Now",
  reasonLost: "The connection was lost.",
  goingAway: "The server is restarting; your terminal will be back if it comes back.",
  offline: "This device is offline.",
  unreachable: "The server cannot be reached.",
  upgradeRefused: "The server answers, but no connection for the terminal comes about. Something between may not let WebSockets through.",
  serverTrouble: "The server had a problem.",
  stalled: "The connection took no output for too long.",
  brokenProtocol: "The server said something unexpected.",
  waiting: (bytes: number) => `${plural(bytes, "character", "characters")} waiting to arrive`,

  replacedTitle: "This terminal is open elsewhere",
  replaced: "Another tab or device has taken over. What runs in it goes on.",
  useHere: "Use it here",
  endedTitle: "The program has ended",
  ended: "Ended",
  endedUnknown: "The session is over.",
  /** As the person writes times, who may read this much later. */
  endedAt: (at: Date) => `(${at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })})`,
  endedCode: (code: number) => (code === 0 ? "It ended normally." : `It ended with exit code ${code}.`),
  endedSignal: (signal: number) => {
    const name = SIGNALS[signal];
    return `It was ended by signal ${signal}${name ? ` (${name})` : ""}.`;
  },
  expiredTitle: "This session has expired",
  expired: "Nobody came back to it in time, or its time was over.",
  missingTitle: "No such session",
  missing: "It does not exist (any more), or it is not yours.",
  unsharedTitle: "This link is not valid any more",
  unshared: "Whoever shared the terminal has taken it back, its time is over, or the terminal is gone.",
  limitTitle: "No new session now",
  limitUsed: (current: number, limit: number) => `${current} of ${limit} in use.`,
  limitRetry: (seconds: number) => `Try again in ${duration(seconds)}.`,
  limitOver: "You can try again now.",
  takeUpHint: "You can go on with one of yours; what is open elsewhere is taken over from there.",
  tryAgain: "Try again",
  loginTitle: "You are logged out",
  login: "Your login has ended. What runs in the terminal goes on; log in to come back to it.",
  loginGone:
    "Your login has ended; a restart of the server ends all of them, and what runs in terminals. " +
    "Log in to see whether yours is still there.",
  logIn: "Log in",
  failedTitle: "The terminal could not be started",
  refusedTitle: "The connection was refused",
  refused: "The server does not accept this connection.",
  reload: "Reload",
  newSession: "New session",

  yourSessions: "Your sessions",
  sessionFallback: (id: string) => `Session ${id.slice(0, 8)}`,
  sessionSince: (seconds: number) => `started ${duration(seconds)} ago`,
  openAt: (count: number) => (count === 1 ? "open elsewhere" : `open in ${count} places`),
  keptFor: (seconds: number) => `kept for ${duration(seconds)}`,
  cells: (cols: number, rows: number) => `${cols}×${rows}`,
  end: "End",
  endOf: (name: string) => `End ${name}`,
  endOtherSure: "End it and the program in it?",
  endIt: "End it",
  keepIt: "Keep it",
  detached: "waiting",
  noSessions: "No other sessions.",
  menu: "Menu",
  signedInAs: (name: string) => `Signed in as ${name}`,
  keys: "Keys",
  othersWait: (count: number) =>
    count === 1
      ? "Another one of your terminals is waiting for you."
      : `${count} of your other terminals are waiting for you.`,
  showThem: "Show",
  rename: "Rename this session",
  renameAsk: "Name of this session; empty for none:",
  endSession: "End this session",
  saveOutput: "Save the output as text",
  endSessionSure: "End this session and the program in it?",
  administration: "Administration",
  logOut: "Log out",
  leaveHint: "Ctrl+F6 moves between terminal and menu",

  commands: "All commands",
  commandsHint: "Type a part of a command's name",
  noCommand: "No command has such a name.",
  search: "Search in the terminal",
  searchFor: "Search for",
  found: (at: number, count: number) => {
    if (count === 0) return "Not found";
    return at > 0 ? `${at} of ${count}` : `${count} or more`;
  },
  badPattern: "Not a pattern",
  matchCase: "Match case",
  pattern: "Regular expression",
  previousFound: "Previous",
  nextFound: "Next",
  copySelection: "Copy the selection",
  selectAll: "Select everything",
  larger: "Larger letters",
  smaller: "Smaller letters",
  usualSize: "Letters of the usual size",
  fullScreen: "Full screen on or off",
  noFullScreen: "The browser does not allow a full screen.",
  leaveTerminal: "Move between terminal and menu",
  settings: "Settings",
  settingsHint: "They are kept in this browser.",
  theme: "Colours",
  themes: {
    auto: "As the system", light: "Light", dark: "Dark", contrast: "High contrast",
    "solarized-dark": "Solarized dark", "solarized-light": "Solarized light", dracula: "Dracula",
    nord: "Nord", gruvbox: "Gruvbox", monokai: "Monokai",
  },
  fontSize: "Size of letters, in pixels",
  fontFamily: "Font",
  pasteAsks: "Show a paste before the program gets it",
  pasteChoices: {
    always: "Several lines, or a lot of text",
    unbracketed: "Only where each line would be run by itself",
    never: "Never",
  },
  clipboardAsks: "Programs may copy to the clipboard",
  clipboardChoices: {
    gesture: "Just after I typed or clicked; else ask", ask: "Ask each time", never: "Never",
  },
  notify: "Tell me of bells and finished commands while the page is hidden",
  mayNotTell: "The browser does not let this page tell you things.",
  flash: "Show the bell",
  screenReader: "Read the terminal out to screen readers",
  screenReaderTurn: "Reading out to screen readers on or off",
  screenReaderOn: "New lines are read out.",
  screenReaderOff: "Lines are not read out any more.",
  pasteTitle: (lines: number, characters: number) =>
    lines > 1 ? `Paste ${plural(lines, "line", "lines")}?`
      : `Paste ${plural(characters, "character", "characters")}?`,
  pasteHint: "A program may run each line as soon as it has it.",
  pastePreview: "What would be pasted",
  paste: "Paste",
  cancel: "Cancel",
  bell: "A bell rang.",
  commandFinished: (text: string, exitCode: number | null, seconds: number) => {
    const how = exitCode === null || exitCode === 0 ? "Done" : `Failed (${exitCode})`;
    return `${how} after ${duration(seconds)}: ${text || "a command"}`;
  },
  commandSaid: (text: string, exitCode: number | null) =>
    `${text || "Prompt"}${exitCode ? `, failed with ${exitCode}` : ""}`,
  previousCommand: "Go to the previous command",
  nextCommand: "Go to the next command",
  previousFailed: "Go to the previous command that failed",
  copyOutput: "Copy what the last command printed",
  noCommands: "The shell does not mark its commands; the documentation says how it can.",
  noMoreCommands: "There are no more commands in that direction.",
  asUsual: "As the server has it",
  forgetChoices: "Forget my choices",

  heldTitle: (bytes: number) => `${plural(bytes, "character was", "characters were")} not typed`,
  held: "They waited too long, or the terminal changed hands; they may be unwanted by now:",
  sendHeld: "Type them now",
  discard: "Discard",
  skipped: (bytes: number) =>
    `${plural(bytes, "byte", "bytes")} of older output were no longer kept; they are missing above.`,
  inputFull: "That was too much to keep while it cannot be sent; the last input was not taken.",
  viewerTyped: "You are watching. Take control to type.",
  copyOffer: (length: number) =>
    `A program wants to copy ${plural(length, "character", "characters")} to the clipboard.`,
  copyTooMuch: (length: number) =>
    `A program wanted to copy ${plural(length, "character", "characters")} to the clipboard; that is too much.`,
  copy: "Copy",
  dismiss: "Dismiss",
  copied: "Copied",

  loginPageTitle: "Log in",
  loggingIn: "Logging in",
  loginFailed: "That did not work.",
  loginWait: (seconds: number) => `Too many attempts. Try again in ${duration(seconds)}.`,
  loginUnreachable: "The server cannot be reached. Try again.",
  loginNoMethods: "Use the login link that the server printed when it started.",
  loginOr: "or",
} as const;
