/** The dialog in which the owner of a session makes links to it, and takes them back. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Api, Share } from "./api.ts";
import { copyText } from "./clipboard.ts";
import { Dialog } from "./dialog.tsx";
import { TEXT } from "./text.ts";

const lifetimes = (): [seconds: number, label: string][] => [
  [3600, TEXT.oneHour],
  [24 * 3600, TEXT.oneDay],
  [7 * 24 * 3600, TEXT.oneWeek],
];

/** How often those are counted whom the list of people has no room for, and the time that is left. */
const REFRESH_MS = 10_000;

interface Props {
  api: Api;
  session: string;
  /** What the terminal is called. */
  name: string;
  /** How many are there now. */
  people: number;
  close(): void;
}

export function ShareDialog({ api, session, name, people, close }: Props) {
  const [shares, setShares] = useState<Share[]>([]);
  const [link, setLink] = useState("");
  const [problem, setProblem] = useState("");
  const load = () => api.shares(session).then(setShares);
  /** Do something on the server, and show what there is afterwards. */
  const act = (work: () => Promise<void>) => {
    setProblem("");
    work().then(load).catch((error: unknown) => setProblem(said(error)));
  };
  useEffect(() => {
    act(async () => undefined);
  }, [session, people]);
  useEffect(() => {
    const timer = setInterval(() => void load().catch(() => undefined), REFRESH_MS);
    return () => clearInterval(timer);
  }, [session]);
  // With the button that took a link back the keyboard would be gone, too.
  useLayoutEffect(() => {
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>("dialog[open] [data-first]")?.focus();
  }, [shares]);
  const make = (control: boolean, lifetime: number) =>
    act(async () => setLink(location.origin + (await api.share(session, control, lifetime))));
  const revoke = (share: Share) => act(() => api.revoke(session, share.id));
  return (
    <Dialog label={TEXT.share} close={close}>
      <h2>{TEXT.share}</h2>
      <p>{TEXT.shareHint(name)}</p>
      <Wish make={make} />
      {link && <Link key={link} link={link} />}
      {problem && <p class="danger" role="alert">{problem}</p>}
      {shares.length > 0 && <Existing shares={shares} revoke={revoke} />}
      <div class="actions">
        <button type="button" onClick={close}>{TEXT.close}</button>
      </div>
    </Dialog>
  );
}

function said(error: unknown): string {
  return (error instanceof Error && error.message) || TEXT.serverTrouble;
}

function Wish({ make }: { make(control: boolean, lifetime: number): void }) {
  const [control, setControl] = useState(false);
  const [lifetime, setLifetime] = useState(24 * 3600);
  const submit = (event: Event) => {
    event.preventDefault();
    make(control, lifetime);
  };
  return (
    <form class="wish" onSubmit={submit}>
      <label>
        {TEXT.shareMay}
        <select name="control" data-first value={String(control)}
          onChange={(event) => setControl(event.currentTarget.value === "true")}>
          <option value="false">{TEXT.mayWatch}</option>
          <option value="true">{TEXT.mayAsk}</option>
        </select>
      </label>
      <label>
        {TEXT.shareFor}
        <select name="lifetime" value={lifetime}
          onChange={(event) => setLifetime(Number(event.currentTarget.value))}>
          {lifetimes().map(([seconds, label]) => <option value={seconds}>{label}</option>)}
        </select>
      </label>
      <button type="submit" class="primary">{TEXT.makeLink}</button>
    </form>
  );
}

function Link({ link }: { link: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => setCopied(await copyText(link));
  return (
    <div class="link">
      <input type="text" readOnly value={link} aria-label={TEXT.link}
        onFocus={(event) => event.currentTarget.select()} />
      <button type="button" onClick={copy}>{copied ? TEXT.copied : TEXT.copy}</button>
      <p>{TEXT.linkOnce}</p>
    </div>
  );
}

function Existing({ shares, revoke }: { shares: Share[]; revoke(share: Share): void }) {
  return (
    <ul class="people">
      {shares.map((share) => (
        <li key={share.id}>
          <span class="name">{share.control ? TEXT.mayAsk : TEXT.mayWatch}</span>
          <span class="fact">
            {TEXT.shareLasts(share.expires - Date.now() / 1000)}, {TEXT.watching(share.watching)}
          </span>
          <button type="button" class="small" onClick={() => revoke(share)}>{TEXT.revoke}</button>
        </li>
      ))}
    </ul>
  );
}
