import { frameGuest } from '../../src/adapters/guest/guest-frame.ts';

/** The jail as the app would hold it, for a page that does not use one yet. */
Object.assign(globalThis, { guest: frameGuest(document) });
