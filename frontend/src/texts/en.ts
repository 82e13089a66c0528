/** Every sentence that the page shows, in English: the catalogue that the others translate. */
import { COMMANDS } from "./en/commands.ts";
import { COMPANY } from "./en/company.ts";
import { FILES } from "./en/files.ts";
import { LOGIN } from "./en/login.ts";
import { MENU } from "./en/menu.ts";
import { NOTICES } from "./en/notices.ts";
import { SETTINGS } from "./en/settings.ts";
import { STATUS } from "./en/status.ts";

export const EN = {
  ...STATUS, ...COMPANY, ...MENU, ...COMMANDS, ...SETTINGS, ...NOTICES, ...FILES, ...LOGIN,
} as const;
