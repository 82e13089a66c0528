/** All sentences of the administration page. */

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 48 * 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} days`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export const TEXT = {
  title: "Administration",
  backToTerminal: "Open a terminal",
  views: "Views",
  sessions: "Sessions",
  users: "Users",
  audit: "Audit",
  plugins: "Plugins",
  recordings: "Recordings",
  server: "Server",

  live: "Live",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  loggedOut: "Logged out",
  refused: "Refused",
  loginEnded: "Your login has ended, so nothing here is up to date.",
  notAdmin: "You are no administrator of this server (any more).",
  unreachable: "The server cannot be reached; what is shown may be out of date.",
  logIn: "Log in",
  trouble: "The server had a problem.",

  search: "Search",
  searchSessions: "Title, user or id",
  searchUsers: "Name or group",
  shown: (shown: number, all: number) => (shown === all ? `${all}` : `${shown} of ${all}`),
  count: {
    sessions: (count: number) => plural(count, "session", "sessions"),
    users: (count: number) => plural(count, "user", "users"),
    events: (count: number) => plural(count, "event", "events"),
    recordings: (count: number) => plural(count, "recording", "recordings"),
  },
  nothingFound: "Nothing fits what is searched for.",
  noSessions: "There are no sessions.",
  noUsers: "Nobody is here.",
  noEvents: "Nothing has happened yet.",
  loading: "Loading",
  gridHint: "Arrow keys move, Enter opens the details.",

  state: "State",
  name: "Title",
  user: "User",
  started: "Started",
  size: "Size",
  at: "People",
  output: "Output",
  rate: "Rate",
  ends: "Kept for",
  stateOf: (state: string, attached: number) => {
    if (state !== "running") return state;
    return attached > 0 ? "attached" : "detached";
  },
  untitled: "untitled",
  perSecond: (rate: number) => (rate > 0 ? `${bytes(rate)}/s` : ""),
  ago: (seconds: number) => `${duration(seconds)} ago`,
  cells: (cols: number, rows: number) => `${cols}×${rows}`,

  details: (name: string) => `Details of ${name}`,
  close: "Close",
  id: "Id",
  profile: "Profile",
  process: "Process",
  scrollback: "Kept output",
  queued: "Unread input",
  shares: "Shares",
  peopleHere: "People",
  nobodyHere: "Nobody is attached.",
  writer: "types",
  viewer: "watches",
  asks: "asks to type",
  behind: (count: number) => (count > 0 ? `${bytes(count)} behind` : "up to date"),
  screenLost: "The picture of its screen is not what it should be.",
  gone: "This session has ended.",

  watch: "Watch",
  watchSure: "See what is on this screen? Its people are told that you watch, and it is audited.",
  watchIt: "Watch it",
  watchReady: "Open the screen",
  end: "End",
  endOf: (name: string) => `End ${name}`,
  endSure: "End it and the program in it? Its people are told, and it is audited.",
  endIt: "End it",
  keepIt: "Keep it",
  notNow: "Not now",
  ended: (name: string) => `${name} has been ended.`,

  groups: "Groups",
  role: "Role",
  admin: "admin",
  concurrent: "Sessions",
  logins: "Logins",
  created: "This hour",
  near: "Of the limit",
  ofLimit: (used: number, most: number) => (most ? `${used} of ${most}` : `${used}`),
  nearOnly: "Near a limit",
  inGroup: "Group's sessions",
  theirSessions: "Show their sessions",
  noLimit: "none",

  time: "Time",
  event: "Event",
  address: "Address",
  session: "Session",
  facts: "More",
  everyEvent: "Every event",
  anyUser: "Any user",
  text: "Text",
  anywhere: "Anywhere in the event",
  pause: "Pause",
  goOn: "Go on",
  paused: (count: number) => `Paused; ${plural(count, "event", "events")} since`,
  missed: (count: number) => `${plural(count, "older event is", "older events are")} no longer kept here.`,
  showSession: "Show the session",

  hook: "Hook",
  calls: "Calls",
  errors: "Errors",
  mean: "Mean",
  longest: "Longest",
  blocked: "Held up everybody",
  lastTrouble: (hook: string, ago: string) => `Last trouble in ${hook}, ${ago}:`,
  hooksOf: (count: number) => plural(count, "hook", "hooks"),
  fine: "fine",
  failing: (count: number) => plural(count, "error", "errors"),
  milliseconds: (seconds: number) => `${seconds >= 1 ? `${seconds.toFixed(1)} s` : `${(seconds * 1000).toFixed(1)} ms`}`,

  searchRecordings: "Session or day",
  noRecordings: "There are no recordings.",
  began: "Began",
  onDisk: "On disk",
  speed: "Speed",
  skipPauses: "Skip pauses",
  playerHint: "Space plays and pauses, the arrow keys seek, [ and ] go from mark to mark. It is audited who looks.",

  running: "Running for",
  version: "Version",
  connections: "Connections",
  auditLost: "Audit events lost",
  draining: "It is shutting down: nothing new can begin.",
  reload: "Reload the configuration",
  reloadSure: "Read the configuration file again? What is wrong in it changes nothing.",
  reloadIt: "Reload it",
  reloaded: "The configuration was read again.",
  needsRestart: "These take effect at the next start:",
  notReloadable: "The configuration belongs to the application around the terminals.",
  chartSessions: "Sessions",
  chartOutput: "Output",
  chartDelay: "Event loop delay",
  chartMemory: "Memory",
  chartSays: (name: string, now: string, most: string) => `${name} in the last hour: now ${now}, at most ${most}.`,
  noFigures: "The first figures come ten seconds after the start.",
  hourAgo: "1 h ago",
  now: "now",
  most: "at most",
} as const;
