/** The dialog in which a person chooses how the page looks and behaves in this browser. */
import { useState } from "preact/hooks";
import { Dialog } from "./dialog.tsx";
import { LARGEST, SMALLEST } from "./letters.ts";
import { faint, PARTS, readPalette } from "./own.ts";
import { type Choices, CLIPBOARD, PASTE, type Settings, THEMES } from "./settings.ts";
import { LANGUAGES, TEXT } from "./text.ts";

interface Props {
  settings: Settings;
  /** The size of letters now, in CSS pixels. */
  size: number;
  notify(on: boolean): Promise<void>;
  close(): void;
}

export function Preferences({ settings, size, notify, close }: Props) {
  const { theme, language, fontFamily, ligatures, paste, clipboard, notify: told, flash, images, screenReader } = settings.all;
  return (
    <Dialog label={TEXT.settings} class="settings" close={close}>
      <h2>{TEXT.settings}</h2>
      <p>{TEXT.settingsHint}</p>
      <label>
        {TEXT.theme}
        <select name="theme" data-first value={theme}
          onChange={(event) => settings.set("theme", event.currentTarget.value as Choices["theme"])}>
          <option value="">{TEXT.asUsual}</option>
          {THEMES.map((name) => <option key={name} value={name}>{TEXT.themes[name]}</option>)}
        </select>
      </label>
      {theme === "own" && <OwnColours settings={settings} />}
      <label>
        {TEXT.language}
        <select name="language" value={language}
          onChange={(event) => settings.set("language", event.currentTarget.value as Choices["language"])}>
          <option value="">{TEXT.languageAuto}</option>
          {Object.entries(LANGUAGES).map(([name, label]) => (
            <option key={name} value={name} lang={name}>{label}</option>
          ))}
        </select>
      </label>
      <label>
        {TEXT.fontSize}
        <input type="number" name="font-size" min={SMALLEST} max={LARGEST} value={size}
          onChange={(event) => settings.set("fontSize", Number(event.currentTarget.value))} />
      </label>
      <label>
        {TEXT.fontFamily}
        <input type="text" name="font-family" value={fontFamily} placeholder={TEXT.asUsual}
          spellcheck={false} onChange={(event) => settings.set("fontFamily", event.currentTarget.value.trim())} />
      </label>
      <label class="wide">
        {TEXT.pasteAsks}
        <select name="paste" value={paste}
          onChange={(event) => settings.set("paste", event.currentTarget.value as Choices["paste"])}>
          {PASTE.map((name) => <option key={name} value={name}>{TEXT.pasteChoices[name]}</option>)}
        </select>
      </label>
      <label class="wide">
        {TEXT.clipboardAsks}
        <select name="clipboard" value={clipboard}
          onChange={(event) => settings.set("clipboard", event.currentTarget.value as Choices["clipboard"])}>
          {CLIPBOARD.map((name) => <option key={name} value={name}>{TEXT.clipboardChoices[name]}</option>)}
        </select>
      </label>
      <Tick name="notify" label={TEXT.notify} on={told} turn={(on) => void notify(on)} />
      <Tick name="screen-reader" label={TEXT.screenReader} on={screenReader}
        turn={(on) => settings.set("screenReader", on)} />
      <Tick name="ligatures" label={TEXT.ligatures} on={ligatures}
        turn={(on) => settings.set("ligatures", on)} />
      <Tick name="flash" label={TEXT.flash} on={flash} turn={(on) => settings.set("flash", on)} />
      <Tick name="images" label={TEXT.images} on={images} turn={(on) => settings.set("images", on)} />
      <div class="actions">
        <button type="button" class="primary" onClick={close}>{TEXT.close}</button>
        <button type="button" onClick={() => settings.clear()}>{TEXT.forgetChoices}</button>
      </div>
    </Dialog>
  );
}

/** Where one brings a palette; what is complete is taken at once. */
function OwnColours({ settings }: { settings: Settings }) {
  const kept = settings.all.own;
  const colours = kept.split(" ");
  const [text, setText] = useState(() => (kept ? PARTS.map((part, at) => `${part} ${colours[at]}`).join("\n") : ""));
  const { palette, missing } = readPalette(text);
  const hard = palette ? faint(palette) : [];
  const words = !text.trim() || (palette && hard.length === 0) ? ""
    : palette ? `${TEXT.ownFaint} ${hard.join(", ")}` : `${TEXT.ownMissing} ${missing.join(", ")}`;
  return (
    <div class="own">
      <label>
        {TEXT.ownColours}
        <textarea name="own" rows={6} spellcheck={false} value={text} aria-describedby="own-hint own-words"
          onInput={(event) => {
            setText(event.currentTarget.value);
            const read = readPalette(event.currentTarget.value);
            if (read.palette) settings.set("own", read.palette);
          }} />
      </label>
      <p id="own-hint">{TEXT.ownHint}</p>
      <p id="own-words" class="words" role="status">{words}</p>
    </div>
  );
}

interface TickProps {
  name: string;
  label: string;
  on: boolean;
  turn(on: boolean): void;
}

function Tick({ name, label, on, turn }: TickProps) {
  return (
    <label class="tick">
      <input type="checkbox" name={name} checked={on}
        onChange={(event) => turn(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
