/** WebAuthn's PRF extension (W3C Web Authentication level 3, section 10.1.4): a passkey as a source of a key. */
export type PasskeyError = 'unsupported' | 'cancelled' | 'no-prf';
export type PasskeyResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PasskeyError };

export interface MadePasskey {
  readonly credential: Uint8Array;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

interface PrfResults {
  readonly prf?: { readonly enabled?: boolean; readonly results?: { readonly first?: BufferSource } };
}

const RANDOM_BYTES = 32;
const ED25519 = -8;
const ES256 = -7;
const RS256 = -257;

export function passkeysAvailable(): boolean {
  return 'credentials' in navigator && 'PublicKeyCredential' in globalThis;
}

/** Makes a passkey for this app and asks it once for what it gives: what unlocking will ask for, too. */
export async function createPasskey(label: string): Promise<PasskeyResult<MadePasskey>> {
  if (!passkeysAvailable()) return { ok: false, error: 'unsupported' };
  return attempt(async () => {
    const made = (await navigator.credentials.create({
      publicKey: {
        challenge: random(),
        rp: { name: 'Windhover' },
        user: { id: random(), name: label, displayName: label },
        pubKeyCredParams: [ED25519, ES256, RS256].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        extensions: { prf: {} },
      },
    })) as PublicKeyCredential | null;
    if (made === null) return { ok: false, error: 'cancelled' };
    if ((made.getClientExtensionResults() as PrfResults).prf?.enabled !== true) return { ok: false, error: 'no-prf' };
    const credential = new Uint8Array(made.rawId);
    const input = random();
    const asked = await ask([{ credential, input }]);
    return asked.ok ? { ok: true, value: { credential, input, output: asked.value.output } } : asked;
  });
}

/** Asks whichever of these passkeys the owner has at hand. @returns which one, and what it gives for its input */
export function askPasskey(
  known: readonly { readonly credential: Uint8Array; readonly input: Uint8Array }[],
): Promise<PasskeyResult<{ readonly credential: Uint8Array; readonly output: Uint8Array }>> {
  if (!passkeysAvailable()) return Promise.resolve({ ok: false, error: 'unsupported' });
  return attempt(() => ask(known));
}

async function ask(
  known: readonly { readonly credential: Uint8Array; readonly input: Uint8Array }[],
): Promise<PasskeyResult<{ readonly credential: Uint8Array; readonly output: Uint8Array }>> {
  const evalByCredential = Object.fromEntries(
    known.map(({ credential, input }) => [base64url(credential), { first: unshared(input) }]),
  );
  const answer = (await navigator.credentials.get({
    publicKey: {
      challenge: random(),
      allowCredentials: known.map(({ credential }) => ({ type: 'public-key', id: unshared(credential) })),
      userVerification: 'required',
      extensions: { prf: { evalByCredential } },
    },
  })) as PublicKeyCredential | null;
  if (answer === null) return { ok: false, error: 'cancelled' };
  const first = (answer.getClientExtensionResults() as PrfResults).prf?.results?.first;
  if (first === undefined) return { ok: false, error: 'no-prf' };
  const output = first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array((first as Uint8Array).slice());
  return { ok: true, value: { credential: new Uint8Array(answer.rawId), output } };
}

/** The browser says NotAllowedError for a refusal, a timeout and an authenticator that does not know the passkey. */
async function attempt<T>(work: () => Promise<PasskeyResult<T>>): Promise<PasskeyResult<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { ok: false, error: error.name === 'NotSupportedError' ? 'unsupported' : 'cancelled' };
  }
}

function random(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
}

function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** RFC 4648 section 5, without padding: what WebAuthn names credentials by. */
function base64url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
