import type { Message } from '../message.ts';

export const downloads = {
  'downloads.title': 'Models from a host',
  'downloads.lead':
    'Or fetch one from a host that you choose. It is checked against a SHA-256 that you know beforehand, and works offline from then on. Only addresses of its files are sent, by a way out that is closed once it is here.',
  'downloads.add': 'Fetch a model from a host',
  'downloads.address': 'Address of its manifest',
  'downloads.address-hint':
    'A file beside the model, such as https://models.example/small/manifest.json, with a name and for each file its path, bytes and sha256. The host has to let this app read its files (CORS), from that address itself.',
  'downloads.address-read': 'Asks {host} for files under {path}',
  'downloads.digest': 'SHA-256 of the manifest',
  'downloads.digest-hint': '64 digits, as told by whoever you trust to offer the model.',
  'downloads.approve': 'Approve, and look at it',
  'downloads.facts': { one: '{size} in {count} file', other: '{size} in {count} files' },
  'downloads.from': 'From {host}',
  'downloads.here': '{here} of {size} here',
  'downloads.start': 'Fetch it',
  'downloads.start-named': 'Fetch {name}',
  'downloads.go-on': 'Go on',
  'downloads.go-on-named': 'Go on fetching {name}',
  'downloads.stop': 'Stop',
  'downloads.stop-named': 'Stop fetching {name}',
  'downloads.discard': 'Give it up',
  'downloads.discard-named': 'Give {name} up',
  'downloads.discarded': '{name} was given up, what had come of it is removed',
  'downloads.progress': 'Fetching {name}',
} as const satisfies Readonly<Record<string, Message>>;
