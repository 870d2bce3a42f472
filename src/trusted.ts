/**
 * The page's and the workers' only Trusted Types policy: script URLs of our own build and nothing else. Imported first
 * everywhere, because the Content-Security-Policy refuses every script URL that no policy let through.
 */
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string | undefined }): unknown;
}

const OWN_SCRIPT = /^\/(_app\/immutable\/(workers|assets)\/[\w.-]+\.m?js|service-worker\.js)$/;

const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
trustedTypes?.createPolicy('default', {
  createScriptURL(text) {
    const url = new URL(text, location.href);
    const own = url.origin === location.origin && (OWN_SCRIPT.test(url.pathname) || import.meta.env.DEV);
    return own ? text : undefined;
  },
});
