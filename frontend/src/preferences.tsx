/** The dialog in which a person chooses how the page looks and behaves in this browser. */
import { Dialog } from "./dialog.tsx";
import { type Choices, LARGEST, type Settings, SMALLEST, THEMES } from "./settings.ts";
import { TEXT } from "./text.ts";

interface Props {
  settings: Settings;
  /** The size of letters now, in CSS pixels. */
  size: number;
  close(): void;
}

export function Preferences({ settings, size, close }: Props) {
  const { theme, fontFamily } = settings.all;
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
      <div class="actions">
        <button type="button" class="primary" onClick={close}>{TEXT.close}</button>
        <button type="button" onClick={() => settings.clear()}>{TEXT.forgetChoices}</button>
      </div>
    </Dialog>
  );
}
