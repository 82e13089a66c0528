/** The connection and how a terminal ends, in English. */
import { formatsOf } from "../formats.ts";
import { signalName, unitsOf } from "../units.ts";

const { duration, plural } = unitsOf("en");

export const STATUS = {
  product: "tornterm",
  terminal: "Terminal. Press Control F6 to leave it with the keyboard.",
  connecting: "Connecting",
  live: "Connected",
  silent: "No answer",
  silentTitle: "The server does not answer",

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
  endedAt: (at: Date) => `(${formatsOf("en").minute(at)})`,
  endedCode: (code: number) => (code === 0 ? "It ended normally." : `It ended with exit code ${code}.`),
  endedSignal: (signal: number) => `It was ended by signal ${signalName(signal)}.`,
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
  takeUpHint: "You can go on with one of yours.",
  takenOver: "What is open elsewhere is taken over from there.",
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
} as const;
