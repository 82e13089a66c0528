/** What the server tells the page in its data block. */

export interface PageUser {
  name: string;
  display_name?: string;
  admin?: boolean;
}

export interface PageConfig {
  /** The base path, with a slash at both ends. */
  base: string;
  title: string;
  theme: "auto" | "light" | "dark";
  session: string;
  /** The name that its owner gave the session. */
  session_title?: string;
  user: PageUser | null;
  /** As in CSS; empty for the page's own choice. */
  font_family: string;
  /** In CSS pixels; 0 to go by the window's width. */
  font_size: number;
  /** Whether files can be exchanged with sessions of one's own. */
  files?: boolean;
  /** Where logging out leads; null where the page cannot log anybody out. */
  logout?: string | null;
}

export interface LoginField {
  name: string;
  label: string;
  secret: boolean;
}

export interface LoginMethod {
  name: string;
  label: string;
  fields: LoginField[];
  url: string;
}

export interface LoginConfig {
  base: string;
  title: string;
  theme: "auto" | "light" | "dark";
  methods: LoginMethod[];
  next?: string;
}

export function readConfig<T>(): T {
  const element = document.getElementById("tornterm-config");
  return JSON.parse(element?.textContent ?? "{}") as T;
}

/** The secret of a share, which stands where no server and no log sees it. */
export function shareIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("share") || null;
}

/** What the address asks a new terminal to start: `?profile=NAME`, for bookmarks. */
export function profileIn(search: string): string {
  return new URLSearchParams(search).get("profile") ?? "";
}

/** A path of our own origin below the base; anything else leads to the base. */
export function safeNext(next: unknown, base: string, origin: string): string {
  if (typeof next !== "string" || !next.startsWith("/") || /[\\\u0000-\u001f]/.test(next)) return base;
  const url = new URL(next, origin);
  if (url.origin !== origin || !url.pathname.startsWith(base)) return base;
  return url.pathname + url.search + url.hash;
}
