import type { ByteSource } from '#ports/parser.ts';

/** A file the owner dropped or picked. Its bytes stay on disk until they are read. */
export function fileBytes(path: string, file: Blob): ByteSource {
  return {
    path,
    size: file.size,
    modifiedAt: file instanceof File && file.lastModified > 0 ? file.lastModified : null,
    stream: () => chunks(file),
    slice: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

/** Bytes already in memory: a zip inside a zip, sample files, tests. */
export function memoryBytes(path: string, bytes: Uint8Array, modifiedAt: number | null = null): ByteSource {
  return {
    path,
    size: bytes.length,
    modifiedAt,
    // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous
    stream: async function* () {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
    },
    slice: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

const CHUNK_BYTES = 256 * 1024;

async function* chunks(file: Blob): AsyncIterable<Uint8Array> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Left early or broken: nothing more is read from disk.
    await reader.cancel().catch(() => undefined);
  }
}
