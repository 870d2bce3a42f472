import type { RowKind } from '../agent/projection.ts';

/** A place in the browser where something may lie, as the browser itself lists it. */
export interface FoundPlace {
  readonly where: 'IndexedDB' | 'private file system' | 'cache' | 'localStorage' | 'sessionStorage';
  readonly name: string;
}

/** What the app keeps in one place, in words for whoever asks what is kept about them. */
interface KeptHere {
  readonly where: FoundPlace['where'];
  /** The set of stores of a later restore has the same names with ~1, ~2 and so on. */
  readonly name: RegExp;
  readonly what: string;
  readonly why: string;
  readonly until: string;
  readonly readable: string;
  /** Where it is in this export; null where it is a key, or nothing of the owner's. */
  readonly here: string | null;
}

const SEALED = 'Only with the vault open: it is encrypted with the vault’s keys.';
const ERASED = 'Until you erase everything.';

/**
 * Every place where the app keeps anything. What is found in the browser and stands here nowhere is named in the export
 * as not described; a test looks that nothing is.
 */
export const KEPT_HERE: readonly KeptHere[] = [
  {
    where: 'IndexedDB',
    name: /^windhover(~\d+)?$/,
    what: 'What the pages show: files, runs, answers, settings; orders that wait; the keys of journal entries.',
    why: 'So that pages open without reading the whole journal again.',
    until: 'Until the file or run is destroyed for good, or everything is erased.',
    readable: `${SEALED} Counts, order numbers and the signed head of the journal are not encrypted.`,
    here: 'data/',
  },
  {
    where: 'private file system',
    name: /^actors(~\d+)?$/,
    what: 'Your agents: their mail, their logs with goals and answers, and what they have still to send.',
    why: 'So that they go on where they stood, in whatever tab.',
    until: 'Until the run of a goal is destroyed for good, or everything is erased.',
    readable: `${SEALED} How many entries and messages each has is not encrypted.`,
    here: 'data/actor.json',
  },
  {
    where: 'IndexedDB',
    name: /^windhover-actors(~\d+)?$/,
    what: 'The same of agents, where tabs cannot hold one file open together, or where they were here before.',
    why: 'So that they go on where they stood, in whatever tab.',
    until: 'Until the run of a goal is destroyed for good, or everything is erased.',
    readable: `${SEALED} How many entries and messages each has is not encrypted.`,
    here: 'data/actor.json',
  },
  {
    where: 'IndexedDB',
    name: /^windhover-journal(~\d+)?$/,
    what: 'The second copy of the journal: every order, step, approval and answer, signed.',
    why: 'To prove what was done, and to mend the first copy.',
    until: 'Entries stay until everything is erased; what they say can be destroyed for good before.',
    readable: `${SEALED} The number, time and kind of an entry, and the random id of its run, are not encrypted.`,
    here: 'journal.ndjson',
  },
  {
    where: 'IndexedDB',
    name: /^windhover-(blobs|ballast)(~\d+)?$/,
    what: 'Your files and what was read from them, and an empty reserve, where there is no private file system.',
    why: 'To answer from them and to cite their exact bytes.',
    until: 'For 30 days after you delete a file, or until you destroy it for good.',
    readable: SEALED,
    here: 'files/',
  },
  {
    where: 'IndexedDB',
    name: /^windhover-keys$/,
    what: 'The vault’s key, wrapped; the keys that sign the journal and stand for you, wrapped by the vault.',
    why: 'To open the vault and to sign.',
    until: ERASED,
    readable: 'Only with your passphrase, passkey or recovery code; without one, whoever has this browser profile.',
    here: 'data/vault.json (the ways to open it, not the keys)',
  },
  {
    where: 'IndexedDB',
    name: /^windhover-(pins(~\d+)?|place|lease)$/,
    what: 'The journal’s length and root hash; which set of stores is in use; which tab leads.',
    why: 'To notice when data was lost.',
    until: ERASED,
    readable: 'It is not encrypted, and says nothing of what you do but how many entries there are.',
    here: null,
  },
  {
    where: 'IndexedDB',
    name: /^windhover-(backup|backup-folder|window)$/,
    what: 'Which folders you chose for backups and saved answers, the backup’s key, and when it was last made.',
    why: 'To go on with the backup, and to save where you said.',
    until: 'Until you turn the backup off, or erase everything.',
    readable: 'The backup’s state is encrypted with the vault’s keys; the names of folders are held by the browser.',
    here: null,
  },
  {
    where: 'private file system',
    name: /^journal(~\d+)?$/,
    what: 'The first copy of the journal.',
    why: 'To prove what was done.',
    until: 'Entries stay until everything is erased; what they say can be destroyed for good before.',
    readable: `${SEALED} The number, time and kind of an entry, and the random id of its run, are not encrypted.`,
    here: 'journal.ndjson',
  },
  {
    where: 'private file system',
    name: /^(blobs|ballast)(~\d+)?$/,
    what: 'Your files as they came in, what was read from them, and an empty reserve for when the disk is full.',
    why: 'To answer from them and to cite their exact bytes.',
    until: 'For 30 days after you delete a file, or until you destroy it for good.',
    readable: SEALED,
    here: 'files/',
  },
  {
    where: 'private file system',
    name: /^(pins(~\d+)?|place)$/,
    what: 'The journal’s length and root hash; which set of stores is in use.',
    why: 'To notice when data was lost.',
    until: ERASED,
    readable: 'It is not encrypted, and says nothing of what you do but how many entries there are.',
    here: null,
  },
  {
    where: 'private file system',
    name: /^(vault|secrets|keys(~\d+)?)$/,
    what: 'A second copy of the vault’s wrapped key, of the keys that sign for you, and of the keys of journal entries.',
    why: 'So that what is left can be opened by you, and goes on as the same agent, when IndexedDB is lost.',
    until: 'Until a key is destroyed with what it opens, or everything is erased.',
    readable: 'Only with your passphrase, passkey or recovery code.',
    here: 'data/vault.json (the ways to open it, not the keys)',
  },
  {
    where: 'localStorage',
    name: /^windhover\.(pin(~\d+)?|theme|violations)$/,
    what: 'The journal’s length and root hash; light or dark; what the page’s content policy stopped.',
    why: 'To notice when data was lost, to look right at once, and to show on the audit page.',
    until: ERASED,
    readable: 'It is not encrypted.',
    here: null,
  },
  {
    where: 'sessionStorage',
    name: /^windhover[.-]/,
    what: 'A fixed clock of demonstrations; that an update was accepted.',
    why: 'For this tab only.',
    until: 'Until the tab is closed.',
    readable: 'It is not encrypted.',
    here: null,
  },
  {
    where: 'cache',
    name: /^windhover-/,
    what: 'The app itself, for use without a network. Nothing of yours.',
    why: 'To start offline.',
    until: 'Until the next version.',
    readable: 'It is the same for everybody.',
    here: null,
  },
];

/** What is in the file of each kind of view. A new kind does not compile without its words. */
export const ROW_WORDS: { readonly [K in RowKind]: string } = {
  agent: 'the name (did:key) of the agent',
  identity: 'who the agent is: its certified keys, stated claims, proofs given and accepted',
  grant: 'standing yeses you gave with a card: their limits, and what they were used for',
  witnesses: 'witnesses you approved, and their signatures',
  actor: 'your agents: their names, files, goals, answers and crashes',
  rules: 'your rules: the version in force and those before it',
  channel: 'ways out that you approved: hosts, limits, and what went out today',
  egress: 'everything that ever left: when, to which host, how many bytes, its hash, why it was allowed, how it went',
  spend: 'what calls cost, your limits for money, and what counts against them',
  spending: 'everything that cost something: when, for what, how much was set aside and what it came to',
  run: 'each run whole: goal, plan, steps, answer, verdict',
  summary: 'the list of runs',
  source: 'each file: its name, size, hash, what was found in it, what it may be used for, whether it is sealed',
  purposes: 'what files that come in later may be used for',
  'sealed-folders': 'folders you sealed: what lies in them never leaves this device',
  settings: 'your names, addresses, time zone, working hours and how things are written for you',
  observation: 'what the steps of unfinished runs found',
  timeline: 'what happened in each run, and when',
  destroying: 'what is being destroyed and is not gone yet',
};

/** Words for `place`; null where it is not described. */
export function keptIn(place: FoundPlace): KeptHere | null {
  return KEPT_HERE.find(({ where, name }) => where === place.where && name.test(place.name)) ?? null;
}

/**
 * "Everything Windhover keeps about you", in plain language.
 * @param found what the browser says it keeps for this address
 */
export function accessText(found: readonly FoundPlace[], when: string): string {
  const described = KEPT_HERE.filter((kept) => found.some((place) => keptIn(place) === kept));
  const unknown = found.filter((place) => keptIn(place) === null);
  const lines = [
    'Everything Windhover keeps about you',
    '',
    `Made ${when}. All of it lies in this browser, on this device. Nobody else has a copy unless you made one: there is no`,
    'account and no server. Nothing is sent anywhere without your approval.',
    '',
    'In this file',
    '',
    '  journal.ndjson   the signed record of all that was done, with what each entry says (one JSON value a line)',
    '  answers/         each answer as Markdown, with its sources',
    '  files/           your files, byte for byte as they came in; deleted ones too while they can be restored',
    ...Object.entries(ROW_WORDS).map(([kind, words]) => `  ${`data/${kind}.json`.padEnd(23)} ${words}`),
    '  data/orders.json        orders that are not carried out yet',
    '  data/vault.json         the ways to open the vault, without keys',
    '  data/places.json        the places listed below',
    '',
    'Keys are not in it: whoever had them could sign as you, or open your vault.',
    '',
    'Where it is kept',
    '',
    ...described.flatMap((kept) => [
      `${kept.where}: ${found
        .filter((place) => keptIn(place) === kept)
        .map(({ name }) => name)
        .join(', ')}`,
      `  What: ${kept.what}`,
      `  Why: ${kept.why}`,
      `  How long: ${kept.until}`,
      `  Who can read it: ${kept.readable}`,
      `  In this file: ${kept.here ?? 'no; it holds nothing else about you'}`,
      '',
    ]),
    ...(unknown.length === 0
      ? []
      : [
          'Places that Windhover does not know (another app at this address, or a mistake of ours):',
          ...unknown.map(({ where, name }) => `  ${where}: ${name}`),
          '',
        ]),
    'To have something destroyed: delete the file or open the run, then "Destroy for good". To have everything destroyed:',
    'Settings, "Erase all". Backups and files that you saved elsewhere are yours to delete.',
    '',
  ];
  return lines.join('\n');
}
