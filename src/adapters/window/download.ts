const REVOKE_AFTER_MS = 60_000;

/** Hands bytes to the browser as a download. Where it ends up is the browser's and the owner's matter. */
export function download(name: string, mediaType: string, bytes: Uint8Array): void {
  downloadBlob(name, new Blob([bytes.slice()], { type: mediaType }));
}

export function downloadBlob(name: string, body: Blob): void {
  const url = URL.createObjectURL(body);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, REVOKE_AFTER_MS);
}
