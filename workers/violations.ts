/** A report comes in a turn of its own, about when the request fails. */
const REPORTED_MS = 100;
const KEPT_MAX = 50;

/**
 * Listens to what the content policy of a worker stops.
 * @returns whether it stopped something to an origin, since that was last asked
 */
export function violationLog(scope: EventTarget): (origin: string) => Promise<boolean> {
  const stopped: string[] = [];
  scope.addEventListener('securitypolicyviolation', (event) => {
    const { blockedURI } = event as SecurityPolicyViolationEvent;
    stopped.push(blockedURI);
    if (stopped.length > KEPT_MAX) stopped.shift();
  });
  return async (origin) => {
    await new Promise((done) => setTimeout(done, REPORTED_MS));
    const found = stopped.some((blocked) => blocked === origin || blocked.startsWith(`${origin}/`));
    if (found) stopped.splice(0, stopped.length, ...stopped.filter((blocked) => !blocked.startsWith(origin)));
    return found;
  };
}
