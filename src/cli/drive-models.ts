import { MODEL_JOBS, type ModelJob } from '#core/models/jobs.ts';
import { moneyText } from '#core/spend/money.ts';
import { openPage, type DrivenApp, type ExportedFact } from './drive-app.ts';

/** Which model has its part in what the driven app does. */
export type ModelChoice =
  | { readonly kind: 'builtin' }
  | { readonly kind: 'none' }
  /** @property name null for the first that the host lists */
  | { readonly kind: 'host'; readonly address: URL; readonly key: string; readonly name: string | null };

const JOB_LABELS: Readonly<Record<ModelJob, string>> = {
  answering: 'Answering questions from your files',
  wording: 'Wording of answers',
  planning: 'Planning what no method fits',
};
/** How long a host may take over its list. */
const LIST_TIMEOUT_MS = 120_000;

/** @throws in words for the person at the terminal */
export function readModelChoice(
  model: string,
  { name, keyEnv, env }: { readonly name?: string; readonly keyEnv?: string; readonly env: NodeJS.ProcessEnv },
): ModelChoice {
  if (model === 'builtin' || model === 'none') {
    if (name !== undefined || keyEnv !== undefined)
      throw new Error('--model-name and --key-env go with --model and the address of a host.');
    return { kind: model };
  }
  const address = URL.canParse(model) ? new URL(model) : null;
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new Error(`--model must be builtin, none or an address as http://127.0.0.1:11434/v1; it is "${model}".`);
  const key = keyEnv === undefined ? '' : (env[keyEnv] ?? '');
  if (keyEnv !== undefined && key === '') throw new Error(`There is no key in the environment variable ${keyEnv}.`);
  return { kind: 'host', address, key, name: name ?? null };
}

/** Sets the app up as its owner would. @throws what the page says where the host cannot be used */
export async function chooseModel(app: DrivenApp, choice: ModelChoice): Promise<void> {
  if (choice.kind === 'none') await turnOffReader(app);
  if (choice.kind === 'host') await useHost(app, choice);
}

async function turnOffReader({ page }: Pick<DrivenApp, 'page'>): Promise<void> {
  await openPage(page, 'Models');
  await page.getByRole('checkbox', { name: 'Read goals with the built-in model' }).uncheck();
  await page.getByText('Goals are read by the rules alone.').first().waitFor();
}

async function useHost(
  { page }: Pick<DrivenApp, 'page'>,
  { address, key, name }: Extract<ModelChoice, { readonly kind: 'host' }>,
): Promise<void> {
  await openPage(page, 'Models');
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.getByRole('button', { name: 'Add a provider' }).first().click();
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: 'Approve this provider' }) });
  await form.getByRole('textbox', { name: 'Address' }).fill(address.href);
  await form.getByRole('textbox', { name: 'Name' }).fill(address.host);
  await form.getByLabel('Key', { exact: true }).fill(key);
  // Its clearance is for private things: the goal goes to it unasked, the files only after a yes.
  await form.getByRole('radio').nth(1).check();
  await form.getByRole('button', { name: 'Approve this provider' }).click();
  const jobs = page.getByRole('region', { name: 'Which model helps with what' });
  const list = jobs.getByRole('button', { name: `List the models of ${address.host}` });
  const said = form.getByRole('alert').filter({ hasText: /./ });
  await list.or(said).first().waitFor();
  if (await said.isVisible()) throw new Error(`${address.href} cannot be used: ${await said.innerText()}`);
  await list.click();
  const failed = jobs.getByRole('alert').filter({ hasText: /./ });
  const unlisted = jobs.getByText('Models of a provider can be chosen when it has listed them');
  await Promise.race([
    failed.waitFor({ timeout: LIST_TIMEOUT_MS }),
    unlisted.waitFor({ state: 'detached', timeout: LIST_TIMEOUT_MS }),
  ]);
  if (await failed.isVisible()) throw new Error(`${address.href} lists no models: ${await failed.innerText()}`);
  const first = jobs.getByRole('combobox', { name: JOB_LABELS.answering });
  const listed = await first.locator(`optgroup[label="${address.host}"] option`).allInnerTexts();
  const model = name ?? listed[0];
  if (model === undefined) throw new Error(`${address.href} has no models. Load one there first.`);
  if (!listed.includes(model))
    throw new Error(`${address.href} has no model "${model}". It lists: ${listed.join(', ')}.`);
  for (const job of MODEL_JOBS)
    await jobs.getByRole('combobox', { name: JOB_LABELS[job] }).selectOption({ label: model });
  await jobs.getByRole('button', { name: 'Save the choice' }).click();
  await page.getByText('Which model helps with what is saved.').first().waitFor();
}

/** What left by the gate, and what it cost, as the journal tells. */
export interface Left {
  readonly host: string;
  readonly requests: number;
  readonly bytes: number;
}

export function leftOf(facts: readonly ExportedFact[]): readonly Left[] {
  const kept = new Set(
    facts.flatMap(({ fact }) => (fact.type === 'egress.answered' && fact.answer.sent === 'no' ? [fact.intent] : [])),
  );
  const byHost = new Map<string, Left>();
  for (const { fact } of facts) {
    if (fact.type !== 'egress.intent' || kept.has(fact.intent.id)) continue;
    const { host, bytes } = fact.intent;
    const before = byHost.get(host) ?? { host, requests: 0, bytes: 0 };
    byHost.set(host, { host, requests: before.requests + 1, bytes: before.bytes + bytes });
  }
  return [...byHost.values()];
}

/** "0.0012 EUR" for each currency; none where nothing cost anything. */
export function costOf(facts: readonly ExportedFact[]): readonly string[] {
  const open = new Map<string, { readonly micro: number; readonly currency: string }>();
  for (const { fact } of facts) {
    if (fact.type === 'spend.reserved') open.set(fact.reservation.id, fact.reservation);
    if (fact.type === 'spend.given-back') open.delete(fact.reservation);
    const reserved = fact.type === 'spend.settled' ? open.get(fact.reservation) : undefined;
    if (fact.type === 'spend.settled' && reserved !== undefined)
      open.set(fact.reservation, { ...reserved, micro: fact.actual });
  }
  const sums = new Map<string, number>();
  for (const { micro, currency } of open.values()) sums.set(currency, (sums.get(currency) ?? 0) + micro);
  return [...sums].filter(([, micro]) => micro > 0).map(([currency, micro]) => moneyText(micro, currency));
}
