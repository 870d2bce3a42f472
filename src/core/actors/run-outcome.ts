import type { Run } from '../agent/run.ts';
import { claimsOf } from '../tools/answer.ts';
import type { CitedSentence, Outcome } from './agent-messages.ts';

/** Sentences and quotes that go from agent to agent; the run has them whole. */
const SENTENCES_MAX = 20;
const QUOTE_CHARS_MAX = 400;

/** What an ended run says to the agent that started it; null while it is not over. */
export function outcomeOfRun(run: Run): Outcome | null {
  switch (run.status) {
    case 'cancelled':
      return { status: 'cancelled', reason: null, sentences: [], more: 0 };
    case 'failed':
      return { status: 'failed', reason: run.failure?.message ?? null, sentences: [], more: 0 };
    case 'complete': {
      const { answer, answerDigest } = run;
      if (answer === null || answerDigest === null)
        return { status: 'failed', reason: 'The run ended without an answer.', sentences: [], more: 0 };
      const evidence = new Map(answer.evidence.map((piece) => [piece.id, piece]));
      const all = claimsOf(answer).map((claim): CitedSentence => {
        const citations = claim.evidence.flatMap((id) => {
          const piece = evidence.get(id);
          if (piece === undefined) return [];
          const { source, file, locator, quote, digest } = piece;
          return [{ source, file, locator, quote: shortened(quote), digest }];
        });
        return { text: claim.text, by: '', run: run.id, answer: answerDigest, citations };
      });
      const sentences = all.slice(0, SENTENCES_MAX);
      const status = answer.outcome === 'answered' ? 'answered' : 'not-found';
      const reason = sentences.length === 0 ? (answer.notes[0] ?? null) : null;
      return { status, reason, sentences, more: all.length - sentences.length };
    }
    default:
      return null;
  }
}

function shortened(quote: string): string {
  return quote.length > QUOTE_CHARS_MAX ? `${quote.slice(0, QUOTE_CHARS_MAX)}…` : quote;
}
