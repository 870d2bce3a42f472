import { err, ok } from '#core/base/result.ts';
import type { TextDocument } from '#core/items/item.ts';
import { collectReportFacts as definition } from '#core/tools/documents/definitions.ts';
import { correctsByName, saysCorrection } from '#core/tools/documents/corrections.ts';
import { factsOf, type Fact, type FactsObservation } from '#core/tools/documents/facts.ts';
import { fitTopic } from '#core/tools/documents/topic.ts';
import { contentStems } from '#core/text/tokens.ts';
import { asJson, inPeriod, periodOf, textOf, textsOf } from './arguments.ts';
import { readingProgress } from './reading-progress.ts';
import type { Tool } from './tool.ts';

/** Facts handed on: some 700 bytes of JSON each. */
export const FACTS_MAX = 5_000;

export const collectReportFacts: Tool = {
  definition,
  run: async (args, context) => {
    const topic = textOf(args, 'topic');
    const stems = new Set(contentStems(topic));
    const wanted = textsOf(args, 'documents');
    const period = periodOf(args);
    const facts: Fact[] = [];
    const documents: FactsObservation['documents'][number][] = [];
    const searched = new Set<string>();
    const others: Aside[] = [];
    let aside = 0;
    const passing = readingProgress(context, context.items.count('documents'));
    for await (const document of passing(context.items.documents())) {
      if (context.signal.aborted) return err({ code: 'cancelled', message: 'Stopped while reading the documents.' });
      const file = context.items.source(document.span.source).path;
      if (wanted.length > 0 && !wanted.includes(document.span.source) && !wanted.includes(file)) continue;
      const day = document.datedAt === null ? '' : context.zones.toLocal(document.datedAt, context.zone).date;
      if (!inPeriod(day, period)) continue;
      searched.add(document.span.source);
      const fit = fitTopic(document, file, stems);
      const found = factsOf(fit.whole ? document : onlyBlocks(document, fit.blocks), file);
      const told = { title: document.title, file, writtenAt: document.datedAt };
      if (!fit.whole && aside < FACTS_MAX) {
        const all = factsOf(document, file);
        aside += all.length;
        if (all.some(saysCorrection)) others.push({ told, all, found, named: fit.named });
      }
      if (found.length === 0) continue;
      facts.push(...found);
      documents.push(told);
    }
    for (const { told, all, found, named } of others) {
      const corrections = all
        .filter(saysCorrection)
        .filter((fact) => facts.some((before) => correctsByName(before, fact)));
      if (corrections.length === 0) continue;
      const known = new Set(found.map(({ text }) => text));
      facts.push(...(named ? all : corrections).filter(({ text }) => !known.has(text)));
      if (found.length === 0) documents.push(told);
    }
    if (searched.size === 0)
      return err({ code: 'no-data', message: 'There are no documents to report from among the files chosen.' });
    if (facts.length > FACTS_MAX) {
      return err({
        code: 'too-large',
        message: 'These documents hold more than one report can; name a topic, a period or fewer files.',
      });
    }
    const observation: FactsObservation = { kind: 'facts', topic, facts, searched: [...searched], documents };
    return ok(asJson(observation));
  },
};

/** A document that is not about the topic, or only in parts, but may correct what is said of it. */
interface Aside {
  readonly told: FactsObservation['documents'][number];
  readonly all: readonly Fact[];
  /** Those already taken. */
  readonly found: readonly Fact[];
  readonly named: boolean;
}

/** The document with its headings and these blocks only. */
function onlyBlocks(document: TextDocument, blocks: ReadonlySet<number>): TextDocument {
  return { ...document, blocks: document.blocks.filter((block, i) => block.type === 'heading' || blocks.has(i)) };
}
