/** The login page: by the link's code, which leaves the address at once, or by a form. */
import "./login.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Api, ApiError } from "./api.ts";
import { type LoginConfig, type LoginMethod, readConfig, safeNext, shareIn } from "./config.ts";
import { useCountdown } from "./hooks.ts";
import { Logo } from "./icons.tsx";
import { settingsFor } from "./settings.ts";
import { speakAs, TEXT } from "./text.ts";
import { mark } from "./theme.ts";

const config = readConfig<LoginConfig>();
const api = new Api(config.base);
const { theme, language } = settingsFor(config.base).all;
mark(theme || config.theme);
await speakAs(language, config.base);

interface Problem {
  message: string;
  retryAt: number | null;
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof ApiError)) return { message: TEXT.loginUnreachable, retryAt: null };
  const retryAt = error.retryAfter === null ? null : Date.now() + error.retryAfter * 1000;
  return { message: error.message || TEXT.loginFailed, retryAt: error.status === 429 ? retryAt : null };
}

/** The code of a login link, taken out of the address so that nobody reads it there. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Who comes here with a share was not let in by it; browsers keep it in the address. */
function outdatedShare(): Problem | null {
  return shareIn(location.hash) ? { message: TEXT.unsharedTitle + ".", retryAt: null } : null;
}

function Login() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(outdatedShare);
  const wait = useCountdown(problem?.retryAt ?? null);

  /** Log in and leave the page; false where that did not work. */
  const submit = async (wish: object): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await api.login(wish);
      const asked = new URLSearchParams(location.search).get("next");
      location.replace(safeNext(asked ?? config.next ?? answer.next, config.base, location.origin));
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
      return false;
    }
  };
  useEffect(() => {
    const byCode = () => {
      const code = takeCode();
      if (code) void submit({ code });
    };
    byCode();
    addEventListener("hashchange", byCode);
    return () => removeEventListener("hashchange", byCode);
  }, []);

  const [form, ...others] = config.methods.filter((method) => method.fields.length > 0);
  const links = config.methods.filter((method) => method.fields.length === 0 && method.url);
  return (
    <main class="card">
      <h1>
        <span class="brand"><Logo /></span>
        {config.title || TEXT.product}
      </h1>
      {busy && <p role="status">{TEXT.loggingIn}…</p>}
      {problem && (
        <p class="problem" role="alert">
          {problem.retryAt === null || wait === 0 ? problem.message : TEXT.loginWait(wait)}
        </p>
      )}
      {form && <Form method={form} disabled={busy || wait > 0} submit={submit} />}
      {form && links.length > 0 && <div class="or">{TEXT.loginOr}</div>}
      {links.length > 0 && (
        <div class="links">
          {links.map((method) => (
            <a key={method.name} class="button" href={method.url}>{method.label}</a>
          ))}
        </div>
      )}
      {others.map((method) => (
        <details key={method.name}>
          <summary>{method.label}</summary>
          <Form method={method} disabled={busy || wait > 0} submit={submit} />
        </details>
      ))}
      {!form && links.length === 0 && !busy && !problem && <p>{TEXT.loginNoMethods}</p>}
    </main>
  );
}

interface FormProps {
  method: LoginMethod;
  disabled: boolean;
  submit(wish: object): Promise<boolean>;
}

function Form({ method, disabled, submit }: FormProps) {
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = Object.fromEntries(new FormData(form));
    if (await submit({ method: method.name, fields })) return;
    // What was wrong is most likely the secret, and nobody can see what is in its field.
    const secret = form.querySelector<HTMLInputElement>("input[type=password]");
    if (!secret) return;
    secret.value = "";
    secret.focus();
  };
  return (
    <form onSubmit={onSubmit} aria-label={method.label}>
      {method.fields.map((field) => (
        <label key={field.name}>
          {field.label}
          {field.secret ? (
            <input name={field.name} type="password" required autocomplete="current-password" />
          ) : (
            <input name={field.name} type="text" required autocomplete="username"
              autocapitalize="none" spellcheck={false} />
          )}
        </label>
      ))}
      <button type="submit" class="primary" disabled={disabled}>{TEXT.logIn}</button>
    </form>
  );
}

const app = document.getElementById("app");
if (app) render(<Login />, app);
