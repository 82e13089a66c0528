/** Numbers, durations and signals, as the sentences of every language need them. */
import { formatsOf } from "./formats.ts";

const SIGNALS: Record<number, string> = {
  1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
  11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
};

/** A signal by its number, with its name where it has one. */
export function signalName(signal: number): string {
  const name = SIGNALS[signal];
  return `${signal}${name ? ` (${name})` : ""}`;
}

export interface Units {
  /** A number with its noun. */
  plural(count: number, one: string, many: string): string;
  /** A duration for people: whole seconds below a minute and a half, then minutes, then hours. */
  duration(seconds: number): string;
  /** A number with its noun, the number as a machine writes it. */
  counted(count: number, one: string, many: string): string;
  /** A duration as short as it can be said, in a table. */
  brief(seconds: number): string;
  /** Bytes for people, in powers of 1024. */
  bytes(count: number): string;
}

/** Powers of 1024, and what a day is called where there is no room. */
const SIZES: Record<string, readonly string[]> = {
  en: ["B", "KiB", "MiB", "GiB", "TiB"], de: ["B", "KiB", "MiB", "GiB", "TiB"],
  fr: ["o", "Kio", "Mio", "Gio", "Tio"],
};
const DAYS: Record<string, string> = { en: "days", de: "Tage", fr: "jours" };

export function unitsOf(language: string): Units {
  const formats = formatsOf(language);
  return {
    counted: (count, one, many) => `${count} ${formats.isOne(count) ? one : many}`,
    brief(seconds) {
      const whole = Math.max(0, Math.round(seconds));
      if (whole < 60) return `${whole} s`;
      if (whole < 3600) return `${Math.floor(whole / 60)} min`;
      if (whole < 48 * 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
      return `${Math.floor(whole / 86400)} ${DAYS[language] ?? "d"}`;
    },
    bytes(count) {
      let value = count;
      let power = 0;
      while (value >= 1024 && power < 4) {
        value /= 1024;
        power += 1;
      }
      const written = power === 0 || value >= 100 ? String(Math.round(value)) : formats.tenths(value);
      return `${written} ${SIZES[language]?.[power] ?? ""}`;
    },
    plural: (count, one, many) =>
      `${formats.number(count)} ${formats.isOne(count) ? one : many}`,
    duration(seconds) {
      const whole = Math.max(0, Math.ceil(seconds));
      if (whole < 90) return formats.unit(whole, "second");
      const minutes = Math.ceil(whole / 60);
      if (minutes < 90) return formats.unit(minutes, "minute");
      return formats.unit(Math.round(minutes / 60), "hour");
    },
  };
}
