import './trusted.ts';
import { applyRememberedTheme } from '#lib/client/device.ts';

/** Before anything is drawn, so that the page never flashes in another theme. */
export function init(): void {
  applyRememberedTheme();
}
