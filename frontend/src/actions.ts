/** Everything that can be done with the page by a key or by name. */
import { chooseFiles } from "./files/exchange.ts";
import { platformOf } from "./keys.ts";
import { leaveTerminal } from "./leave.ts";
import type { Command } from "./marks.ts";
import type { Page } from "./page.ts";
import { grantable } from "./people.tsx";
import { matches } from "./shortcuts.ts";
import { isFinal } from "./status.ts";
import { TEXT } from "./text.ts";

export interface Action {
  id: string;
  label: string;
  /** Other words by which people look for it. */
  words: string;
  /** The shortcuts that do it; the first is the usual one. */
  keys: readonly string[];
  run(): void;
}

/** What the ids of actions begin with that start a profile. */
export const PROFILE = "profile-";

const DIRECTIONS = ["Left", "Right", "Up", "Down"] as const;

type Offer = [id: string, label: string, run: () => void, keys?: readonly string[], possible?: boolean];

/** The actions that are possible now. */
export function actionsOf(page: Page): Action[] {
  const { pane, config, desk } = page;
  const { company } = pane;
  const many = page.mayOpen;
  const several = many && desk.panes.size > 1;
  const tabs = desk.tabs.length > 1;
  const beside = "parts" in desk.tab.tree;
  const own = !pane.guest && pane.session !== null && !isFinal(pane.status);
  const watches = pane.status.kind === "viewer";
  const others = own ? company.members.filter((member) => grantable(member, company.me)) : [];
  const offers: Offer[] = [
    ["commands", TEXT.commands, () => page.show("commands"), ["Mod+Shift+P", "Ctrl+F1"]],
    ["search", TEXT.search, () => page.show("search"), ["Mod+Shift+F"]],
    ["copy", TEXT.copySelection, () => pane.copySelection(), ["Mod+Shift+C"], pane.view?.terminal.hasSelection() ?? false],
    ["copy-html", TEXT.copyHtml, () => void pane.copyHtml(), [], pane.view?.terminal.hasSelection() ?? false],
    ["paste", TEXT.paste, () => void pane.effects.pasteClipboard(), ["Mod+Shift+V"], !watches && !isFinal(pane.status)],
    ["select-all", TEXT.selectAll, () => pane.view?.terminal.selectAll()],
    ["previous", TEXT.previousCommand, () => pane.effects.jump(-1), ["Mod+Shift+ArrowUp"]],
    ["next", TEXT.nextCommand, () => pane.effects.jump(1), ["Mod+Shift+ArrowDown"]],
    ["failed", TEXT.previousFailed, () => pane.effects.jump(-1, failed)],
    ["copy-output", TEXT.copyOutput, () => void pane.effects.copyLastOutput()],
    ["save", TEXT.saveOutput, page.saveOutput],
    ["upload", TEXT.files.choose, () => chooseFiles(pane), [], own && config.files === true && pane.status.kind === "live"],
    ["larger", TEXT.larger, () => page.looks.zoom(1), ["Mod+Shift+."]],
    ["smaller", TEXT.smaller, () => page.looks.zoom(-1), ["Mod+Shift+,"]],
    ["usual-size", TEXT.usualSize, () => page.settings.set("fontSize", 0)],
    ["full-screen", TEXT.fullScreen, page.fullScreen, ["Shift+F11"], document.fullscreenEnabled],
    ["screen-reader", TEXT.screenReaderTurn, page.turnScreenReader],
    ["settings", TEXT.settings, () => page.show("settings"), ["Mod+,"]],
    ["install", TEXT.install, () => void page.install(), [], config.user !== null && page.installing.possible],
    ["tab", TEXT.newTab, page.openTab, ["Alt+Shift+T"], many],
    ...page.profiles.map(({ name, label }): Offer => [
      `${PROFILE}${name}`, TEXT.newTabWith(label), () => page.openProfile(name), [], many,
    ]),
    ["across", TEXT.splitAcross, () => page.split(true), ["Mod+Shift+E"], many],
    ["down", TEXT.splitDown, () => page.split(false), ["Mod+Shift+O"], many],
    ...page.profiles.flatMap(({ name, label }): Offer[] => [
      [`across-${name}`, TEXT.splitAcrossWith(label), () => page.split(true, name), [], many],
      [`down-${name}`, TEXT.splitDownWith(label), () => page.split(false, name), [], many],
    ]),
    ["close", TEXT.closePane, () => page.close(pane), ["Alt+Shift+W"], several],
    ["next-tab", TEXT.nextTab, () => page.showTab(desk.position + 1), ["Alt+Shift+PageDown"], tabs],
    ["previous-tab", TEXT.previousTab, () => page.showTab(desk.position - 1), ["Alt+Shift+PageUp"], tabs],
    ["move-left", TEXT.moveTabLeft, () => desk.move(desk.position, desk.position - 1), [], tabs],
    ["move-right", TEXT.moveTabRight, () => desk.move(desk.position, desk.position + 1), [], tabs],
    ...DIRECTIONS.map((direction): Offer => [
      `go-${direction}`, TEXT.goTo[direction], () => page.go(direction), [`Alt+Shift+Arrow${direction}`], beside,
    ]),
    ...DIRECTIONS.map((direction): Offer => [
      `swap-${direction}`, TEXT.swap[direction], () => desk.swap(direction), [], beside,
    ]),
    ["own-tab", TEXT.ownTab, () => (desk.detach(), page.toPane()), [], beside],
    ["join", TEXT.joinTab, () => page.joinPrevious(), [], tabs],
    ["wider", TEXT.wider, () => desk.grow(true, 1), [], beside],
    ["narrower", TEXT.narrower, () => desk.grow(true, -1), [], beside],
    ["taller", TEXT.taller, () => desk.grow(false, 1), [], beside],
    ["shorter", TEXT.shorter, () => desk.grow(false, -1), [], beside],
    ["new", TEXT.newSession, () => location.assign(config.base), [], config.user !== null],
    ["control", pane.guest ? TEXT.askForControl : TEXT.takeControl, company.takeControl, [], watches && company.mayControl],
    ["release", pane.guest ? TEXT.giveBack : TEXT.giveUp, company.release, [], pane.status.kind === "live" && company.members.length > 1],
    ...others.map(({ client, user }): Offer => [`grant-${client}`, TEXT.grantTo(user), () => company.grant(client)]),
    ["share", TEXT.share, () => page.show("share"), [], own],
    ["rename", TEXT.rename, () => void pane.rename(), [], own],
    ["end", TEXT.endSession, pane.endSession, [], own],
    ["leave", TEXT.leaveTerminal, leaveTerminal, ["Ctrl+F6"]],
    ["log-out", TEXT.logOut, () => void page.logOut(), [], config.user !== null && config.logout !== null],
  ];
  return offers
    .filter(([, , , , possible = true]) => possible)
    .map(([id, label, run, keys = []]) => ({ id, label, words: wordsFor(id), run, keys }));
}

function failed({ exitCode }: Command): boolean {
  return exitCode !== null && exitCode !== 0;
}

function wordsFor(id: string): string {
  return (TEXT.keywords as Record<string, string | undefined>)[id] ?? "";
}

/**
 * The terminal sees to these keys itself, because they depend on what is selected in it; and the browser
 * to pasting, for which it needs no leave.
 */
const TERMINALS = new Set(["leave", "copy", "paste"]);

/** Do actions by their shortcuts, wherever the keyboard is, but not while a dialog has it. */
export function listenForKeys(page: Page): void {
  const platform = platformOf(navigator.platform);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const wanted = actionsOf(page).find(({ keys }) => keys.some((key) => matches(event, key, platform)));
    if (!wanted || TERMINALS.has(wanted.id)) return;
    event.preventDefault();
    event.stopPropagation();
    wanted.run();
  };
  addEventListener("keydown", onKeyDown, { capture: true });
}
