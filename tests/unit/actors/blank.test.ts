import { describe, expect, test } from 'vitest';
import { foldEntry, newActor, type ActorEntry } from '#core/actors/actor.ts';
import { agentBehaviour } from '#core/actors/agent-actor.ts';
import { blanked, goalsIn, goalsOfRuns } from '#core/actors/blank.ts';
import { JOURNAL, type AgentMessage, type Outcome } from '#core/actors/agent-messages.ts';
import { OWNER, type ActorId, type Draft } from '#core/actors/envelope.ts';
import { seededRandom } from '#core/base/random.ts';
import type { Digest, Epoch, RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';

const SELF = 'desk' as ActorId;
const OTHER = 'mail' as ActorId;

function answered(run: string): Outcome {
  const citation = {
    source: 's1' as SourceId,
    file: 'a.eml',
    locator: '',
    quote: `quote-${run}-`,
    digest: 'd' as Digest,
  };
  const sentence = { text: `words-${run}-`, by: '', run: run as RunId, answer: 'e' as Digest, citations: [citation] };
  return { status: 'answered', reason: `reason-${run}-`, sentences: [sentence], more: 0 };
}

/** An agent that lives through messages of every kind: its log and everything that it sent. */
function life(seed: number): { readonly log: ActorEntry[]; readonly sent: Draft[] } {
  const { below: pick } = seededRandom(seed);
  const sent: Draft[] = [];
  const log: ActorEntry[] = [];
  let kept = newActor(agentBehaviour, SELF);
  const tell = (id: string, body: AgentMessage, from: string = OWNER): void => {
    const at = log.length as UnixMs;
    const message = {
      id,
      from,
      to: SELF,
      at,
      path: [],
      body: body as unknown as Json,
      stamp: { by: 'receiver', entries: at } as const,
    };
    const { event, outbox } = agentBehaviour.receive(kept.state, message, at);
    const entry = { sequence: log.length + 1, epoch: 1 as Epoch, at, message: id, event, crash: null };
    log.push(entry);
    const note = { id: `note/${id}`, from: SELF, to: JOURNAL, at, path: [], body: { actor: SELF, entry } };
    sent.push(...outbox, note);
    kept = foldEntry(agentBehaviour, kept, entry);
  };
  tell('made', { type: 'create', name: 'Desk', sources: ['s1' as SourceId] });
  for (let turn = 0; turn < 30; turn++) {
    const [id, asked] = [`g${String(turn)}`, pick(2) === 0];
    const asks = asked ? [{ to: OTHER, name: 'Mail', goal: `goal-${id}.1-`, asks: [] }] : [];
    const asker = pick(2) === 0 ? OWNER : OTHER;
    tell(id, { type: 'goal', goal: `goal-${id}- ${asked ? `goal-${id}.1-` : ''}`, asker: '', asks }, asker);
    if (pick(4) > 0)
      if (asked) tell(`${id}.1/answer`, { type: 'answer', ask: `${id}.1`, outcome: answered(`${id}.1`) }, OTHER);
      else tell(`${id}/ended`, { type: 'ran', run: id as RunId, outcome: answered(id) }, 'runs');
    if (pick(8) === 0) tell(`kill${id}`, { type: pick(2) === 0 ? 'kill' : 'stop' });
    if (pick(8) === 0) tell(`cancel${id}`, { type: 'cancel', task: id });
    if (kept.state.phase === 'stopped') tell(`start${id}`, { type: 'start' });
  }
  return { log, sent };
}

describe('what agents keep of destroyed runs', () => {
  test('the goals of a run are its own and those that asked for it, up to the first', () => {
    expect([...goalsOfRuns(['a.2.10', 'b'])].sort()).toEqual(['a', 'a.2', 'a.2.10', 'b']);
    expect(goalsOfRuns([]).size).toBe(0);
  });

  test('what holds none of them comes back as it is', () => {
    const { log, sent } = life(1);
    const none = goalsOfRuns(['elsewhere']);
    for (const value of [...log, ...sent]) expect(blanked(value, none)).toBe(value);
    expect(blanked('text', none)).toBe('text');
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'a log without its words folds to the state without its words, life %i',
    (seed) => {
      const { log, sent } = life(seed);
      const fold = (entries: readonly ActorEntry[]) =>
        entries.reduce((state, entry) => foldEntry(agentBehaviour, state, entry), newActor(agentBehaviour, SELF));
      for (const run of ['g3', 'g7', 'g11.1', 'g20.1', 'g29']) {
        const goals = goalsOfRuns([run]);
        const without = log.map((entry) => blanked(entry, goals));
        expect(fold(without)).toEqual(blanked(fold(log), goals));
        const words = new RegExp([...goals].map((goal) => `-${goal.replaceAll('.', '\\.')}-`).join('|'));
        const left = JSON.stringify([without, sent.map((envelope) => blanked(envelope, goals))]);
        expect(left).not.toMatch(words);
        // It is told of exactly where something was changed.
        expect(without.map((entry, at) => entry !== log[at])).toEqual(
          log.map((entry) => [...goalsIn(entry)].some((goal) => goals.has(goal))),
        );
        for (const other of ['g4', 'g9'])
          expect(left.includes(`-${other}-`)).toBe(JSON.stringify([log, sent]).includes(`-${other}-`));
      }
    },
  );
});
