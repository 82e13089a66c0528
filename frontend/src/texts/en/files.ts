/** Files that come and go, in English. */
import { unitsOf } from "../units.ts";

const { bytes } = unitsOf("en");

export const FILES = {
  files: {
    choose: "Upload files",
    offerTitle: "A program offers a file",
    download: "Download",
    dropTitle: (count: number, size: number) =>
      `Upload ${count === 1 ? "this file" : `${count} files`} (${bytes(size)}) to where the shell is?`,
    more: (count: number) => `and ${count} more`,
    upload: "Upload",
    downloading: (name: string) => `Downloading ${name}`,
    uploading: (name: string) => `Uploading ${name}`,
    downloadDone: (name: string) => `Downloaded ${name}`,
    uploadDone: (name: string) => `Uploaded ${name}`,
    size: (size: number) => bytes(size),
    of: (done: number, size: number) => `${bytes(done)} of ${bytes(size)}`,
    waiting: "The connection was lost; it will go on.",
    standing: "The browser is not downloading it now. Its list of downloads can go on.",
    gone: "This transfer is over.",
    downloaded: "Complete.",
    uploaded: (path: string) => `Now at ${path}`,
    failed: (words: string) => `It did not work. ${words}`,
    off: "Files cannot be dropped on this terminal.",
  },
} as const;
