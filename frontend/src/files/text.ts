/** The sentences about files. */

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

export const FILES = {
  offerTitle: "A program offers a file",
  download: "Download",
  dismiss: "Dismiss",
  dropTitle: (count: number, size: number) =>
    `Upload ${count === 1 ? "this file" : `${count} files`} (${bytes(size)}) to where the shell is?`,
  more: (count: number) => `and ${count} more`,
  upload: "Upload",
  cancel: "Cancel",
  title: (kind: "download" | "upload", name: string) =>
    `${kind === "download" ? "Downloading" : "Uploading"} ${name}`,
  of: (done: string, size: string) => `${done} of ${size}`,
  waiting: "The connection was lost; it will go on.",
  done: (kind: "download" | "upload", path: string) => (kind === "download" ? "Complete." : `Now at ${path}`),
  failed: (words: string) => `It did not work. ${words}`,
  off: "Files cannot be dropped on this terminal.",
} as const;
