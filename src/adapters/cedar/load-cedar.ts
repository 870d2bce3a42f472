import init from '@cedar-policy/cedar-wasm/web';

/** Fetches Cedar from where the app lies, and makes it ready. */
export async function loadCedar(): Promise<void> {
  await init();
}
