import { commands } from './commands.ts';
import type { AppState } from './state/app-state.ts';

/** Runs the command whose shortcut was pressed. Plain keys do nothing while a field is being written in. */
export function handleShortcut(app: AppState, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.repeat || document.querySelector('dialog[open], [role="dialog"]') !== null)
    return;
  const pressed = shortcutOf(event);
  if (!pressed.includes('+') && isWriting(event.target)) return;
  const command = commands.find(({ shortcut }) => shortcut === pressed);
  if (command === undefined || !command.when(app)) return;
  event.preventDefault();
  void command.run(app);
}

/** A shortcut as the owner reads it on this machine: ["⌘", "K"] or ["Ctrl", "K"]. */
export function shortcutKeys(shortcut: string): string[] {
  const mac = /mac|iphone|ipad/i.test(navigator.userAgent);
  const names: { readonly [key: string]: string } = mac ? { mod: '⌘', alt: '⌥' } : { mod: 'Ctrl', alt: 'Alt' };
  return shortcut.split('+').map((key) => names[key] ?? key.toUpperCase());
}

function shortcutOf(event: KeyboardEvent): string {
  if (event.metaKey || event.ctrlKey) return `mod+${event.key.toLowerCase()}`;
  // With Alt the key gives another character on some machines, so the place on the keyboard counts.
  if (event.altKey) return `alt+${event.code.replace(/^(Key|Digit)/, '').toLowerCase()}`;
  return event.key;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
