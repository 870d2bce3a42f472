import './trusted.ts';
import { applyRememberedTheme } from '#adapters/window/theme.ts';

/** Before anything is drawn, so that the page never flashes in another theme. */
export function init(): void {
  applyRememberedTheme();
}
