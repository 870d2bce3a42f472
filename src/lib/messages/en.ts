import { agents } from './en/agents.ts';
import { app } from './en/app.ts';
import { approvals } from './en/approvals.ts';
import { audit } from './en/audit.ts';
import { backup } from './en/backup.ts';
import { channels } from './en/channels.ts';
import { downloads } from './en/downloads.ts';
import { files } from './en/files.ts';
import { goal } from './en/goal.ts';
import { identity } from './en/identity.ts';
import { models } from './en/models.ts';
import { modelsJobs } from './en/models-jobs.ts';
import { money } from './en/money.ts';
import { policy } from './en/policy.ts';
import { run } from './en/run.ts';
import { settings } from './en/settings.ts';
import { vault } from './en/vault.ts';

/** Every text of the interface, by place. Accessible names in here are a contract: people and tests rely on them. */
export const en = {
  ...app,
  ...goal,
  ...run,
  ...approvals,
  ...files,
  ...agents,
  ...audit,
  ...channels,
  ...models,
  ...modelsJobs,
  ...downloads,
  ...policy,
  ...money,
  ...identity,
  ...vault,
  ...backup,
  ...settings,
} as const;
