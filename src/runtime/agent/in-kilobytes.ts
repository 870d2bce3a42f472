/** A size as cards say it: "312 bytes", "2.1 kB". */
export function inKilobytes(bytes: number): string {
  return bytes < 1000 ? `${String(bytes)} bytes` : `${(bytes / 1000).toFixed(1)} kB`;
}
