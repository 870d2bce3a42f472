import { denyAddress, isNoticedQuestion, type DeniedByNotice } from '#adapters/window/notice-message.ts';

/** The pages of the app, as a service worker reaches them. */
interface Pages {
  readonly matchAll: (options: { readonly type: 'window' }) => Promise<readonly OpenPage[]>;
  readonly openWindow: (url: string) => Promise<unknown>;
}

interface OpenPage {
  readonly postMessage: (message: unknown) => void;
  readonly focus: () => Promise<OpenPage>;
  readonly navigate: (url: string) => Promise<unknown>;
}

/** A click on a notification opens the question or denies it. There is no action that approves. */
export async function answerNoticeClick(
  pages: Pages,
  notification: Pick<Notification, 'close' | 'data'>,
  action: string,
): Promise<void> {
  notification.close();
  const question: unknown = notification.data;
  const [page] = await pages.matchAll({ type: 'window' });
  if (action === 'deny' && isNoticedQuestion(question)) {
    const message: DeniedByNotice = { type: 'deny-question', run: question.run, approval: question.approval };
    if (page === undefined) await pages.openWindow(denyAddress(question));
    else page.postMessage(message);
    return;
  }
  if (page === undefined) await pages.openWindow('/approvals');
  else {
    const shown = await page.focus().catch(() => page);
    await shown.navigate('/approvals').catch(() => null);
  }
}
