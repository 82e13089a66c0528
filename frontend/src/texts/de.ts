/** Every sentence that the page shows, in German. */
import type { Texts } from "../text.ts";
import { COMMANDS } from "./de/commands.ts";
import { COMPANY } from "./de/company.ts";
import { FILES } from "./de/files.ts";
import { LOGIN } from "./de/login.ts";
import { MENU } from "./de/menu.ts";
import { NOTICES } from "./de/notices.ts";
import { SETTINGS } from "./de/settings.ts";
import { STATUS } from "./de/status.ts";

export const DE: Texts = {
  ...STATUS, ...COMPANY, ...MENU, ...COMMANDS, ...SETTINGS, ...NOTICES, ...FILES, ...LOGIN,
};
