import { verifyMlDsa65 } from '#adapters/noble/ml-dsa.ts';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { readZip } from '#adapters/zip/read-zip.ts';
import type { CheckFileTools } from '#core/audit/check-file.ts';
import { checkTools } from './journal.ts';

export const fileTools: CheckFileTools = {
  ...checkTools,
  verifyMlDsa65,
  lines: linesOf,
  unzip: readZip,
  formatTime: (time) => new Date(time).toISOString(),
};
