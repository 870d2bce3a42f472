import { addSample, driveApp, runGoal } from '../../src/cli/drive-app.ts';
import { spread, type Figure } from './statistics.ts';

const RUNS = 7;
const GOALS = [
  'Summarise this mailbox: what is asked of me, by whom and by when?',
  'When can I meet Mara for 45 minutes next week, after lunch, not on Friday?',
  'Total expenses by category since September',
];

/** From pressing Run to the verified answer on the page, on the sample vault. */
export async function benchGoal(): Promise<Figure[]> {
  const app = await driveApp({ now: null, zone: null });
  await addSample(app);
  const figures: Figure[] = [];
  for (const goal of GOALS) {
    const times: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      await app.page.goto(`${app.url}/`);
      const started = performance.now();
      await runGoal(app, goal, () => Promise.resolve(false));
      if (run > 0) times.push(performance.now() - started); // the first warms up the lazily loaded parts
    }
    figures.push({
      name: `goal to answer: ${goal.slice(0, 40)}…`,
      unit: 'ms',
      ours: spread(times),
      peer: null,
      ratio: null,
      goal: 'reported',
    });
  }
  await app.close();
  return figures;
}
