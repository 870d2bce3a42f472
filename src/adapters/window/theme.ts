const KEY = 'windhover.theme';
const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** Puts the theme on the page, and keeps it so that the next visit starts in it, before the settings are read. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Without localStorage the theme comes with the settings.
  }
}

/** The theme of the last visit; called before anything is drawn. */
export function applyRememberedTheme(): void {
  try {
    const theme = localStorage.getItem(KEY);
    if (THEMES.some((known) => known === theme)) document.documentElement.dataset['theme'] = theme ?? 'system';
  } catch {
    // As above.
  }
}

export function eraseWindowMemory(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith('windhover.')) localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}
