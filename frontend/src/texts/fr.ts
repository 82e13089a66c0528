/** Every sentence that the page shows, in French. */
import type { Texts } from "../text.ts";
import { COMMANDS } from "./fr/commands.ts";
import { COMPANY } from "./fr/company.ts";
import { FILES } from "./fr/files.ts";
import { LOGIN } from "./fr/login.ts";
import { MENU } from "./fr/menu.ts";
import { NOTICES } from "./fr/notices.ts";
import { SETTINGS } from "./fr/settings.ts";
import { STATUS } from "./fr/status.ts";

export const FR: Texts = {
  ...STATUS, ...COMPANY, ...MENU, ...COMMANDS, ...SETTINGS, ...NOTICES, ...FILES, ...LOGIN,
};
