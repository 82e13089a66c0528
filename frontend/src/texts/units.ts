/** Numbers, durations and signals, as the sentences of every language need them. */

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
}

export function unitsOf(language: string): Units {
  const number = new Intl.NumberFormat(language);
  const forms = new Intl.PluralRules(language);
  const unit = (count: number, name: string) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" }).format(count);
  return {
    plural: (count, one, many) =>
      `${number.format(count)} ${forms.select(count) === "one" ? one : many}`,
    duration(seconds) {
      const whole = Math.max(0, Math.ceil(seconds));
      if (whole < 90) return unit(whole, "second");
      const minutes = Math.ceil(whole / 60);
      if (minutes < 90) return unit(minutes, "minute");
      return unit(Math.round(minutes / 60), "hour");
    },
  };
}
