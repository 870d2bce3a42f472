import { requireShut } from '#workers/lockdown.ts';
import { openEgress } from '#workers/egress.ts';
import { makeAttempt, type Attempt } from '#tests/conformance/egress-attempt.ts';

/** A worker of the app that does nothing but send what a test gives it. */
await requireShut();
const egress = openEgress();
addEventListener('message', ({ data }: MessageEvent<Attempt>) => {
  void makeAttempt(egress, data).then((outcome) => postMessage(outcome));
});
postMessage('ready');
