import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { parseUrl } from '#adapters/http/parse-url.ts';
import { utf8 } from '#core/base/bytes.ts';
import { isoDate } from '#core/base/civil-date.ts';
import type { Digest } from '#core/base/ids.ts';
import { NO_RULES } from '#core/policy/decide.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { ChannelDesk, type ChannelDeskParts, type Sending } from '#runtime/channels/channel-desk.ts';
import type { ChannelDraft, ChannelsView } from '#runtime/contract/channels-api.ts';
import { fakeEgress, type FakeEgress } from './fake-egress.ts';
import { memoryAgentStore } from './memory-agent-store.ts';
import { seededEntropy } from './seeded-entropy.ts';
import { tabWorld, type TabWorld } from './tab-world.ts';

/** Tabs of one browser, each with its gate to the outside. */
export interface ChannelWorld extends Omit<TabWorld, 'open'> {
  readonly egress: FakeEgress;
  /** What the owner said yes to. */
  readonly approved: Map<Digest, string>;
  /** A started tab with its desk. */
  readonly open: (changes?: Partial<ChannelDeskParts>) => Promise<{ readonly tab: Tab; readonly desk: ChannelDesk }>;
  /** Lets time go by until the work is done. */
  readonly done: <T>(work: Promise<T>) => Promise<T>;
}

const DAY_MS = 86_400_000;

export function channelWorld(seed = 1): ChannelWorld {
  const world = tabWorld(seed);
  const egress = fakeEgress(sha256);
  const approved: ChannelWorld['approved'] = new Map();
  let desks = 0;
  const done = async <T>(work: Promise<T>): Promise<T> => {
    const ended: true[] = [];
    const end = (): number => ended.push(true);
    void work.then(end, end);
    for (let waited = 0; ended.length === 0 && waited < 200; waited++) await world.clock.advance(20);
    return work;
  };
  return {
    ...world,
    egress,
    approved,
    done,
    open: async (changes = {}) => {
      const tab = world.tab();
      await done(tab.start());
      await world.clock.advance(200);
      const desk = new ChannelDesk({
        store: memoryAgentStore(world.store),
        clock: world.clock,
        entropy: seededEntropy(seed * 1_000 + ++desks),
        sha256,
        incrementalSha256,
        egress,
        publicKey: () => new Uint8Array(32),
        parse: parseUrl,
        day: (at) => Promise.resolve(isoDate(Math.floor(at / DAY_MS))),
        rules: { digest: () => Promise.resolve(NO_RULES), verdicts: () => Promise.resolve([]) },
        approval: (digest) => Promise.resolve((approved.get(digest) ?? null) as never),
        command: (command) => tab.command(command),
        ...changes,
      });
      return { tab, desk };
    },
  };
}

export const DRAFT: ChannelDraft = {
  name: 'Example',
  why: 'Trying things out',
  address: 'https://api.example.com/v1',
  methods: ['POST'],
  headers: [],
  clearance: 'private',
  bytesPerDay: 10_000,
  requestsPerMinute: 10,
  expiresAt: null,
};

/** What the owner asked for, as a step of a plan. */
export function sendingOf(body: string, changes: Partial<Sending> = {}): Sending {
  return {
    request: { method: 'POST', url: 'https://api.example.com/v1/notes', headers: [], body: utf8(body) },
    sink: 'egress',
    by: { tool: 'tests.send', run: 'run', step: 'step' },
    arguments: { body },
    carries: [
      { name: 'address', role: 'address', label: OWNER_TYPED },
      { name: 'body', role: 'content', label: OWNER_TYPED },
    ],
    planned: true,
    planner: OWNER_TYPED,
    destructive: false,
    answerBytesMax: 1_000,
    ...changes,
  };
}

export async function viewOf(desk: ChannelDesk): Promise<ChannelsView> {
  const [seen] = await new Promise<ChannelsView[]>((resolve) => void desk.onView((view) => resolve([view])));
  if (seen === undefined) throw new Error('There is no view.');
  return seen;
}
