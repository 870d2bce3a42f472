import { readFileSync } from 'node:fs';
import { docxBytes } from '../write/docx.ts';
import { pdfBytes } from '../write/pdf.ts';

const PLAIN = [
  'harbour-library/status-2026-10-09.md',
  'harbour-library/status-2026-10-23.md',
  'harbour-library/status-2026-11-06.md',
  'harbour-library/status-2026-11-18.md',
  'harbour-library/minutes-2026-11-12.txt',
  'vallon-school/status-2026-10-16.md',
  'vallon-school/status-2026-11-02.html',
  'vallon-school/status-2026-11-17.md',
  'mill-conversion/site-visit-2026-10-07.html',
  'office/faq.md',
  'office/minutes-partners-2026-11-10.txt',
  'office/plotter-manual.txt',
];

/** The sample's documents: most as they are written down, one as docx and one as PDF. */
export function sampleDocuments(): { readonly path: string; readonly bytes: Uint8Array }[] {
  return [
    ...PLAIN.map((path) => ({ path: `documents/${path}`, bytes: new Uint8Array(readFileSync(written(path))) })),
    { path: 'documents/mill-conversion/contract-summary.docx', bytes: contractSummary() },
    { path: 'documents/office/travel-policy.pdf', bytes: travelPolicy() },
  ];
}

function contractSummary(): Uint8Array {
  return docxBytes({
    title: 'Mill Conversion: summary of the contract',
    author: 'Agnès Delorme',
    created: '2026-10-28',
    lines: readFileSync(written('mill-conversion/contract-summary.txt'), 'utf8').trim().split('\n'),
  });
}

function travelPolicy(): Uint8Array {
  const pages = readFileSync(written('office/travel-policy.txt'), 'utf8').trim().split('\n---\n');
  return pdfBytes({
    title: 'Travel policy of Ostrel Studio',
    author: 'Jonas Abel',
    created: '20260901',
    pages: pages.map((page, i) =>
      page
        .split('\n')
        .map((text, line) => ({ size: i === 0 && line === 0 ? 18 : /^\d\. /.test(text) ? 13 : 11, text })),
    ),
  });
}

function written(path: string): URL {
  return new URL(`./documents/${path}`, import.meta.url);
}
