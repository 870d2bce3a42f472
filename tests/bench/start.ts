import { addSample, driveApp } from '../../src/cli/drive-app.ts';
import { compare, type Figure } from './statistics.ts';

const PAIRS = 7;

/** Reload to a usable `Goal`, with an empty vault and with the sample in it, in turn. */
export async function benchStart(): Promise<Figure[]> {
  const [empty, full] = await Promise.all([driveApp({ now: null, zone: null }), driveApp({ now: null, zone: null })]);
  await addSample(full);
  const reload = async (app: typeof empty): Promise<number> => {
    const started = performance.now();
    await app.page.goto(`${app.url}/`);
    await app.page.getByRole('textbox', { name: 'Goal' }).waitFor();
    return performance.now() - started;
  };
  const figure = await compare(
    {
      name: 'app start with the sample stored',
      unit: 'ms',
      peer: 'with nothing stored',
      pairs: PAIRS,
      goal: '<= 1.2 x',
    },
    () => reload(full),
    () => reload(empty),
  );
  await Promise.all([empty.close(), full.close()]);
  return [figure];
}
