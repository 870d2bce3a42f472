import { t } from '#lib/messages/t.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'failed';
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

const TOAST_MS = 8_000;

/** What the interface itself remembers: open overlays and short notices. Nothing of the owner's. */
export class InterfaceState {
  palette = $state(false);
  shortcuts = $state(false);
  updateReady = $state(false);
  toasts = $state.raw<readonly Toast[]>([]);
  #next = 1;

  /** Says something for a few seconds; with an action it stays until used or dismissed. */
  say(text: string, action: Toast['action'] = null): void {
    this.#add({ id: this.#next++, text, tone: 'plain', action });
  }

  /**
   * Says what was done, with an Undo beside it that says so in turn.
   * @param takeBack gives what went wrong, or null; null where nothing takes it back
   */
  sayDone(text: string, takeBack: (() => Promise<string | null>) | null): void {
    if (takeBack === null) {
      this.say(text);
      return;
    }
    const undo = async (): Promise<void> => {
      const fault = await takeBack();
      if (fault === null) this.say(t('app.undone', { what: text }));
      else this.sayFailed(fault);
    };
    this.say(text, { label: t('app.undo'), run: () => void undo() });
  }

  sayFailed(text: string): void {
    this.#add({ id: this.#next++, text, tone: 'failed', action: null });
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  #add(toast: Toast): void {
    this.toasts = [...this.toasts.slice(-2), toast];
    setTimeout(
      () => {
        this.dismiss(toast.id);
      },
      toast.action === null && toast.tone === 'plain' ? TOAST_MS : 3 * TOAST_MS,
    );
  }
}
