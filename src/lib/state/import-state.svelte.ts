import type { AgentClient } from '#lib/client/agent.ts';
import type { ImportFile } from '#runtime/contract/agent-api.ts';
import type { ImportProgress } from '#runtime/contract/views.ts';

type ImportStart = (id: string, listener: (progress: ImportProgress) => void) => Promise<ImportProgress>;

/** The import that goes on in this tab, and the result of the last one. */
export class ImportState {
  progress = $state.raw<ImportProgress | null>(null);
  /** Why the import as a whole failed; a file's own problem is in its result. */
  problem = $state.raw<string | null>(null);
  readonly running = $derived(this.progress?.state === 'running');

  /** The import under way. */
  #last: Promise<void> = Promise.resolve();

  constructor(readonly client: AgentClient) {}

  /** Resolves when no import is under way. */
  settled(): Promise<void> {
    return this.#last;
  }

  addFiles(files: readonly ImportFile[]): Promise<void> {
    return this.#start((id, listener) => this.client.importFiles(id, files, listener), files);
  }

  addSample(): Promise<void> {
    return this.#start((id, listener) => this.client.importSample(id, listener), []);
  }

  async cancel(): Promise<void> {
    if (this.progress?.state === 'running') await this.client.cancelImport(this.progress.id);
  }

  dismiss(): void {
    if (!this.running) this.progress = null;
    this.problem = null;
  }

  #start(start: ImportStart, files: readonly ImportFile[]): Promise<void> {
    if (!this.running) this.#last = this.#run(start, files);
    return this.#last;
  }

  async #run(start: ImportStart, files: readonly ImportFile[]): Promise<void> {
    const id = crypto.randomUUID();
    this.problem = null;
    this.progress = {
      id,
      files: files.length,
      filesDone: 0,
      bytes: files.reduce((sum, { file }) => sum + file.size, 0),
      bytesDone: 0,
      current: '',
      results: [],
      state: 'running',
    };
    try {
      this.progress = await start(id, (progress) => {
        if (this.progress?.id === id && this.progress.state === 'running') this.progress = progress;
      });
    } catch (error) {
      this.progress = null;
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }
}
