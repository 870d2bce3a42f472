import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { addFiles, allowSharing } from '../../../src/cli/drive-app.ts';
import type { World } from '../world.ts';

/** Three short files, so that a run over them is over in less than a second and a test can afford a hundred. */
const FILES = {
  'status-march.md': `# Harbour Library, status of March 2026

The roof of the Harbour Library will be finished on 3 April 2026. The budget is 2.0 million euros.

Risk: the lift is late.
`,
  'status-may.md': `# Harbour Library, status of May 2026

Correction: the roof of the Harbour Library will be finished on 20 May 2026. The budget is now 2.2 million euros.
`,
  'decisions.md': `# Decisions of the board of the Harbour Library

On 2 June 2026 the board decided that the Harbour Library opens on 1 September 2026.
`,
} as const;

export const REPORT_GOAL = 'Write a status report for the Harbour Library from these files';
export const SAVED_REPORT_GOAL = `${REPORT_GOAL} and save it as report.md`;

export async function addSmallVault(world: World, page: Page): Promise<void> {
  // Beside what the browser keeps there, so that it goes away with the profile.
  const folder = join(world.profile, 'owner-files');
  mkdirSync(folder);
  const paths = Object.entries(FILES).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
  // What runs say of these files is looked for in exports.
  await allowSharing({ page });
  await addFiles({ page }, paths);
}
