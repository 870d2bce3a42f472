import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { verifyMlDsa65 } from '#adapters/noble/ml-dsa.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { readZip } from '#adapters/zip/read-zip.ts';
import type { CheckFileTools } from '#core/audit/check-file.ts';
import { checkGathered, gather, type Gathered, type Verdict } from './check-dropped.ts';

/**
 * The verifier page: one file without network, made of the same core as the app and the command. This part reads what is
 * dropped and shows what `check-dropped` finds; it decides nothing.
 */
const tools: CheckFileTools & { readonly verifyMlDsa65: typeof verifyMlDsa65 } = {
  sha256,
  verifyEd25519,
  verifyMlDsa65,
  lines: linesOf,
  unzip: readZip,
  formatTime: (time) => new Date(time).toISOString(),
};

const byId = (id: string): HTMLElement => document.getElementById(id) ?? document.body;
const drop = byId('drop');
const input = byId('files') as HTMLInputElement;
const results = byId('results');
const valueOf = (id: string): string => (byId(id) as HTMLTextAreaElement).value;

let dropped: Gathered['files'] = [];

async function take(files: Iterable<File>): Promise<void> {
  dropped = await Promise.all(
    [...files].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  check();
}

function check(): void {
  results.replaceChildren(paragraph('Checking…'));
  // Lets the page say so before it is busy.
  setTimeout(() => {
    const text = { anchor: valueOf('anchor'), witnesses: valueOf('witnesses'), challenge: valueOf('challenge') };
    const pasted = valueOf('pasted').trim();
    const files =
      pasted === '' ? dropped : [...dropped, { name: 'pasted text', bytes: new TextEncoder().encode(`${pasted}\n`) }];
    try {
      const verdicts = checkGathered(tools, gather(tools, files, text), Date.now());
      results.replaceChildren(...verdicts.map(shown));
    } catch (error) {
      results.replaceChildren(paragraph(`This page could not check the file: ${String(error)}`));
    }
  });
}

function shown({ name, report }: Verdict): HTMLElement {
  const section = element('section', `result ${report.ok ? 'ok' : 'failed'}`);
  const verdict = element('p', 'verdict');
  verdict.append(element('span', '', report.ok ? '✓ Holds' : '✗ Failed'), element('span', '', report.verdict));
  const facts = element('dl');
  for (const { label, text } of report.facts) facts.append(element('dt', '', label), element('dd', '', text));
  section.append(element('p', 'quiet', name), element('h2', '', report.title), verdict, facts);
  return section;
}

function paragraph(text: string): HTMLElement {
  return element('p', 'quiet', text);
}

function element(tag: string, className = '', text = ''): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

input.addEventListener('change', () => void take(input.files ?? []));
byId('check').addEventListener('click', check);
for (const type of ['dragenter', 'dragover'])
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  void take(event.dataTransfer?.files ?? []);
});
