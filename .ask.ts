import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openVault } from '#evals/pursue.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { UnixMs } from '#core/base/ids.ts';
const [dir = '', goalFile = '', now = '2026-11-19T10:00:00Z', who = 'Dana Whitfield', addr = 'dana@lakesiderowing.example', zone = 'Europe/London'] = process.argv.slice(2);
const below = (d: string): string[] => readdirSync(d).flatMap((n) => statSync(join(d, n)).isDirectory() ? below(join(d, n)) : [join(d, n)]);
const files = below(dir).map((p) => ({ path: p.slice(dir.length + 1), bytes: new Uint8Array(readFileSync(p)), text: null }));
const d = { from: 540, to: 1020 };
const owner = { names: [who], addresses: [addr], zone, locale: 'en-GB', weekStart: 'monday', units: 'metric', workingHours: { 1: d, 2: d, 3: d, 4: d, 5: d }, theme: 'system' } as unknown as OwnerSettings;
const vault = await openVault({ files, owner, now: Date.parse(now) as UnixMs });
for (const p of vault.problems) console.log('!', p);
for (const goal of readFileSync(goalFile, 'utf8').split('\n').filter(Boolean)) {
  const r = await vault.pursue(goal);
  console.log(`\nQ: ${goal}\n   [${r.goal?.kind}] ${r.goal?.said ?? ''} | ${r.answer?.outcome} | ${r.verdict?.outcome ?? ''} ${r.failure ?? ''}`);
  for (const s of r.answer?.sections ?? []) { if (s.title) console.log('  ## ' + s.title); for (const c of s.claims) console.log('   - ' + c.text); }
  for (const n of r.answer?.notes ?? []) console.log('   * ' + n);
}
