import { deniedIn, isDeniedByNotice, isNoticedQuestion, type NoticedQuestion } from './notice-message.ts';

export type NoticePermission = 'absent' | 'default' | 'granted' | 'denied';

export interface NoticeText {
  readonly title: string;
  readonly body: string;
  readonly open: string;
  readonly deny: string;
}

interface NoticeAction {
  readonly action: string;
  readonly title: string;
}

/**
 * Notifications that a question waits, while nobody looks at the app. They open the question or deny it; they cannot show
 * the exact bytes, so they never approve. What is asked is not in them: the system keeps what they say.
 */
export class QuestionNotices {
  readonly #shown = new Set<string>();

  get permission(): NoticePermission {
    return 'Notification' in globalThis && 'serviceWorker' in navigator ? Notification.permission : 'absent';
  }

  /** Asks the owner, in answer to a click on a button. */
  async ask(): Promise<NoticePermission> {
    if (this.permission === 'default') await Notification.requestPermission();
    return this.permission;
  }

  /** Shows one for each question that is new while the page is hidden, and takes away those of questions that are over. */
  async show(questions: readonly NoticedQuestion[], text: NoticeText): Promise<void> {
    if (this.permission !== 'granted') return;
    const registration = await navigator.serviceWorker.ready;
    const waiting = new Set(questions.map(({ approval }) => approval));
    for (const notification of await registration.getNotifications())
      if (isNoticedQuestion(notification.data) && !waiting.has(notification.data.approval)) notification.close();
    for (const question of questions) {
      if (this.#shown.has(question.approval)) continue;
      this.#shown.add(question.approval);
      if (!document.hidden) continue;
      const actions: NoticeAction[] = [
        { action: 'open', title: text.open },
        { action: 'deny', title: text.deny },
      ];
      const options = { body: text.body, tag: question.approval, data: question, icon: '/icons/icon-192.png', actions };
      await registration.showNotification(text.title, options);
    }
  }

  /** @param deny called with each question that the owner denied from a notification */
  onDenied(deny: (question: NoticedQuestion) => void): () => void {
    const listening = new AbortController();
    const heard = ({ data }: MessageEvent<unknown>): void => {
      if (isDeniedByNotice(data)) deny(data);
    };
    if ('serviceWorker' in navigator) navigator.serviceWorker.addEventListener('message', heard, listening);
    const opened = deniedIn(location.hash);
    if (opened !== null) {
      history.replaceState(history.state, '', location.pathname);
      deny(opened);
    }
    return () => listening.abort();
  }
}
