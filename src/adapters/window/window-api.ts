import type { WindowApi } from '#ports/window-api.ts';
import { download } from './download.ts';
import type { OwnerFolder } from './owner-folder.ts';
import { wayOutState } from './way-out.ts';

const PIN_KEY = 'windhover.pin';

/** What the worker may ask of its window. `memory` stands in where the browser refuses localStorage. */
export function createWindowApi(folder: OwnerFolder): WindowApi {
  const memory = new Map<string, string>();
  return {
    visible: () => Promise.resolve(document.visibilityState === 'visible'),
    async saveFile(name, mediaType, bytes) {
      const saved = await folder.write(name, bytes);
      if (saved !== null) return { name: saved, where: 'folder' };
      download(name, mediaType, bytes);
      return { name, where: 'downloads' };
    },
    findFile: (name, digest) => folder.find(name, digest),
    wayOut: wayOutState,
    pins: {
      get: (place) =>
        Promise.resolve(attempt(() => localStorage.getItem(PIN_KEY + place)) ?? memory.get(place) ?? null),
      set(place, value) {
        memory.set(place, value);
        attempt(() => {
          localStorage.setItem(PIN_KEY + place, value);
        });
        return Promise.resolve();
      },
      erase(place) {
        memory.delete(place);
        attempt(() => {
          localStorage.removeItem(PIN_KEY + place);
        });
        return Promise.resolve();
      },
    },
  };
}

/** localStorage throws where site data is blocked; the pin is then held for this visit only. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
