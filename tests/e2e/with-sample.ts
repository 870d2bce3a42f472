import { expect, type Page } from '@playwright/test';
import { addSample } from '../../src/cli/drive-app.ts';
import type { ReadyProfile } from './ready-profiles.ts';
import { World, type WorldOptions } from './world.ts';

/** A vault that holds the sample. How it comes in is tested by main-job.spec.ts and others. */
const SAMPLE: ReadyProfile<World> = {
  name: 'sample',
  make: async (world) => {
    await addSample({ page: await world.visit() });
    await expect(page(world).getByText('All files (21)')).toBeVisible();
  },
};

const page = (world: World): Page => world.context.pages()[0] as Page;

/** The app as its owner finds it the day after the sample was brought in, in a first tab. */
export async function openWithSample(
  options: Omit<WorldOptions, 'ready' | 'port' | 'root'> = {},
  path = '/',
): Promise<{ readonly world: World; readonly page: Page }> {
  const world = await World.open({ ...options, ready: SAMPLE });
  try {
    const first = await world.visit(path);
    await expect(first.getByText('All files (21)')).toBeVisible();
    return { world, page: first };
  } catch (error) {
    await world.close();
    throw error;
  }
}
