import type { UnixMs } from '#core/base/ids.ts';
import { utf8 } from '#core/base/bytes.ts';
import { generate } from '../worlds/generate.ts';
import type { WorldFile } from '../world.ts';
import type { Fault, Files, ScenarioWorld } from './scenario.ts';

/** Whose the written-out files are, and when they are read. */
export const ADA = { name: 'Ada Brenner', address: 'ada@example.org' };
const READ_AT = Date.parse('2026-11-19T09:00:00Z') as UnixMs;
const OFFICE_HOURS = { from: 9 * 60, to: 17 * 60 };

/** The files of a scenario with what its fault does to them, the owner, and what is true of them. */
export function worldOf(files: Files, fault: Fault | undefined): ScenarioWorld {
  const world = soundWorld(files);
  return { ...world, files: world.files.map((file) => struck(file, fault)) };
}

function soundWorld(files: Files): ScenarioWorld {
  if (files.from === 'texts')
    return {
      files: Object.entries(files.texts).map(([path, text]) => ({ path, bytes: utf8(text), text: null })),
      owner: {
        ...{ names: [ADA.name], addresses: [ADA.address], zone: 'Europe/Berlin', locale: 'en-GB' },
        ...{ weekStart: 'monday', units: 'metric', theme: 'system' },
        workingHours: { 1: OFFICE_HOURS, 2: OFFICE_HOURS, 3: OFFICE_HOURS, 4: OFFICE_HOURS, 5: OFFICE_HOURS },
      },
      now: READ_AT,
      truths: new Map(),
    };
  const { cases, ...world } = generate(files.from, files.from === 'sample' ? 0 : files.seed, false);
  return { ...world, truths: new Map(cases.map(({ goal, expect }) => [goal, expect])) };
}

function struck(file: WorldFile, fault: Fault | undefined): WorldFile {
  switch (fault?.kind) {
    case 'unreadable-file':
      return file.path === fault.file ? { ...file, bytes: noise(file.bytes.length), text: null } : file;
    case 'torn-file':
      return file.path === fault.file
        ? { ...file, bytes: file.bytes.subarray(0, Math.floor(file.bytes.length * fault.share)) }
        : file;
    case 'planted-words':
      return file.path.endsWith('.mbox') ? withMail(file, fault.text) : file;
    default:
      return file;
  }
}

/** Bytes that are text in no encoding and begin like nothing that is known; the same every time. */
function noise(length: number): Uint8Array {
  let state = 0x9e37_79b9;
  return Uint8Array.from({ length }, (_, at) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + at;
    return at % 3 === 0 ? 0xff : (state >>> 8) & 0xff;
  });
}

function withMail(mailbox: WorldFile, text: string): WorldFile {
  const mail = `From stranger@example.net Tue Jan  6 09:00:00 2026
From: Service Desk <stranger@example.net>
To: everybody@example.org
Subject: Notice
Date: Tue, 06 Jan 2026 09:00:00 +0000
Message-ID: <planted@example.net>
Content-Type: text/plain; charset=utf-8

${text}

`;
  const bytes = new Uint8Array(mail.length + mailbox.bytes.length);
  bytes.set(utf8(mail));
  bytes.set(mailbox.bytes, mail.length);
  return { ...mailbox, bytes };
}
