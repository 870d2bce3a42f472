import { createHash } from 'node:crypto';
import { utf8 } from '../write/encodings.ts';
import { sampleCalendar } from './calendars.ts';
import { sampleDocuments } from './documents.ts';
import { sampleMailbox } from './mailbox.ts';
import { sampleTables } from './tables.ts';

export interface SampleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Every file of the sample vault, its manifest last. The same bytes every time. */
export function sampleFiles(): SampleFile[] {
  const files = [
    { path: 'inbox.mbox', bytes: sampleMailbox() },
    { path: 'calendars/alex-moreau.ics', bytes: sampleCalendar('alex') },
    { path: 'calendars/mara-lindqvist.ics', bytes: sampleCalendar('mara') },
    ...sampleDocuments(),
    ...sampleTables(),
  ];
  const manifest = {
    asOf: '2026-11-19T09:00:00+01:00',
    /** The same moment in milliseconds since 1970. */
    asOfMs: Date.UTC(2026, 10, 19, 8),
    zone: 'Europe/Paris',
    owner: { name: 'Alex Moreau', address: 'alex.moreau@example.org' },
    goals: [
      'Summarise this mailbox: what is asked of me, by whom and by when?',
      'When can I meet Mara for 45 minutes next week, after lunch, not on Friday?',
      'Write the status report for the Harbour Library from these files',
      'How much may a hotel cost according to the travel policy?',
      'Total expenses by category since September',
      'Who is still waiting for an answer from me?',
      'Which project took the most hours in October?',
    ],
    files: files.map((file) => ({
      path: file.path,
      bytes: file.bytes.length,
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
    })),
  };
  return [...files, { path: 'manifest.json', bytes: utf8(`${JSON.stringify(manifest, null, 2)}\n`) }];
}
