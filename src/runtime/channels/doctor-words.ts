import type { Finding } from '#core/channels/diagnose.ts';
import type { SharingText } from '#core/channels/sharing-headers.ts';

export interface FindingText {
  /** What it is, in a few words. */
  readonly title: string;
  /** What it means and what to do. */
  readonly text: string;
}

/** @param host the origin that was asked */
export function findingText(finding: Finding, host: string): FindingText {
  switch (finding.code) {
    case 'works':
      return { title: 'It works', text: `${host} answers, and says that this app may read its answers.` };
    case 'offline':
      return { title: 'This device is offline', text: 'Connect it to a network and ask again.' };
    case 'no-way-out':
      return {
        title: 'The part of the app that sends is not running',
        text: 'Reload the page. If it stays like this, the browser does not allow service workers for this site: allow them in its settings.',
      };
    case 'blocked-here':
      return {
        title: 'The rules that came with this app’s own files stop it',
        text: 'Nothing was sent. Whoever serves this app sends another Content-Security-Policy with service-worker.js than the app brings along (its file _headers has the right one).',
      };
    case 'redirect':
      return {
        title: 'The host wants the request sent elsewhere',
        text: 'A redirect is never followed: what was approved for one host would go to another. Open the address in a browser, see where it leads, and use that address.',
      };
    case 'silent':
      return {
        title: 'The host does not answer',
        text: 'A connection may be there, but nothing came in 30 seconds. The host may be busy, or a firewall drops what is sent to it.',
      };
    case 'cut':
      return {
        title: 'The connection was lost before there was an answer',
        text: 'Ask again; if it stays so, look at the host’s own log.',
      };
    case 'local-denied':
      return {
        title: 'The browser is not allowed to reach this device’s network',
        text: 'It asked once and was told no. Allow “local network access” (or “apps on device”) for this site in the browser’s site settings, beside the address bar.',
      };
    case 'local-unasked':
      return {
        title: 'The browser may not have been allowed to reach this device’s network',
        text: 'It has not asked yet, and may not ask for what the app sends. Allow “local network access” (or “apps on device”) for this site in the browser’s site settings, beside the address bar, and ask again.',
      };
    case 'no-answer':
      return { title: 'No answer that this app may read', text: noAnswerText(finding.space, host) };
    case 'headers-not-allowed':
      return {
        title: `The host does not allow the header ${finding.headers.join(', ')}`,
        text: `Other headers came through, so what is missing is just this in its Access-Control-Allow-Headers, in the answer to OPTIONS. By the standard a * there does not stand for authorization, which has to be named.`,
      };
    case 'preflight':
      return {
        title: 'The host does not answer the browser’s question beforehand as it should',
        text: `A plain request comes through. With ${finding.headers.join(', ')} the browser first asks with OPTIONS, and that fails. It does not tell the app which of these it is: OPTIONS is not answered with a status from 200 to 299 and no key asked for; its answer has no Access-Control-Allow-Origin; or its Access-Control-Allow-Headers does not name ${finding.headers.join(', ')}.`,
      };
    case 'key-asked':
      return {
        title: `The host wants to know who asks (${String(finding.status)})`,
        text: 'The connection is fine. The question carried no key; requests of yours need one, in the header that the host names (often authorization).',
      };
    case 'forbidden':
      return {
        title: `The host refuses this (${String(finding.status)})`,
        text: 'The connection is fine. The host, or something before it, does not let this request in: it may want a key, know only certain addresses, or not take requests from pages.',
      };
    case 'no-such-place':
      return {
        title: `The host has nothing at this path (${String(finding.status)})`,
        text: 'The connection is fine. Look whether the path is right. Some hosts answer so to GET where they take POST.',
      };
    case 'get-not-taken':
      return {
        title: `The host does not take GET at this path (${String(finding.status)})`,
        text: 'The connection is fine. Leave GET out of the way out’s methods, or use another path.',
      };
    case 'too-often':
      return {
        title: `The host is asked too often (${String(finding.status)})`,
        text: 'The connection is fine. Wait a while, and lower the requests a minute.',
      };
    case 'in-trouble':
      return {
        title: `The host itself is in trouble (${String(finding.status)})`,
        text: 'The connection is fine. Ask again later, or tell whoever runs it.',
      };
    case 'refused':
      return {
        title: `The host does not take such a question (${String(finding.status)})`,
        text: 'The connection is fine. It may take what the way out is for.',
      };
    case 'methods-untried':
      return {
        title: `${finding.methods.join(', ')} was not tried`,
        text: 'Trying it would do it. The host has to name it in its Access-Control-Allow-Methods, in the answer to OPTIONS.',
      };
  }
}

/** What the owner can send to whoever runs the host. */
export function letterText(
  { page, origin, path }: { readonly page: string; readonly origin: string; readonly path: string },
  { lines }: Pick<SharingText, 'lines'>,
): string {
  return `Hello,

I use an app in my browser that talks to ${origin}${path} directly. It is served from ${page}. The browser keeps the answers from it, because they do not say that this page may read them (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). Could you have these headers sent?

${lines}

They give nobody access who has none: keys are checked as before. They only let pages of ${page} read what they are answered.`;
}

function noAnswerText(space: Extract<Finding, { code: 'no-answer' }>['space'], host: string): string {
  const there =
    space === 'public'
      ? 'there is no such host, it is not running, or its certificate is not valid'
      : 'no program listens there (look at the port), or it is not running';
  return `The browser tells apps the same of all of these: ${there}; or the host is there and its answer has no Access-Control-Allow-Origin for this app; or it answers with a redirect that has none. To tell which: open ${host} in another tab. If anything comes from the host there, even an error of its own, it is running, and the header is what is missing: send the text below to whoever runs it.`;
}
