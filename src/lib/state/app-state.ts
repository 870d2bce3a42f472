import { createContext } from 'svelte';
import type { Device } from '#lib/client/device.ts';
import type { AgentState } from './agent-state.svelte.ts';
import type { AgentsState } from './agents-state.svelte.ts';
import type { BackupState } from './backup-state.svelte.ts';
import type { ChannelsState } from './channels-state.svelte.ts';
import type { DownloadsState } from './downloads-state.svelte.ts';
import type { FolderState } from './folder-state.svelte.ts';
import type { GoalState } from './goal-state.svelte.ts';
import type { ImportState } from './import-state.svelte.ts';
import type { InterfaceState } from './interface-state.svelte.ts';
import type { OnDeviceState } from './on-device-state.svelte.ts';
import type { PolicyState } from './policy-state.svelte.ts';
import type { VaultGate } from './vault-gate.svelte.ts';
import type { CurrentRun } from './current-run.svelte.ts';

/** All state of the page, made once in the root layout. */
export interface AppState {
  readonly agent: AgentState;
  readonly goal: GoalState;
  readonly imports: ImportState;
  readonly interface: InterfaceState;
  readonly folder: FolderState;
  readonly backup: BackupState;
  readonly agents: AgentsState;
  readonly channels: ChannelsState;
  readonly policy: PolicyState;
  readonly onDevice: OnDeviceState;
  readonly downloads: DownloadsState;
  readonly current: CurrentRun;
  readonly vault: VaultGate;
  readonly device: Device;
  /** Goes to a path of this app. */
  readonly go: (path: string) => Promise<void>;
}

export const [getApp, setApp] = createContext<AppState>();
