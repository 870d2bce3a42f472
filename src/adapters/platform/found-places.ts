/** What the browser keeps for this address, by name, as far as a worker can ask. */
export async function foundPlaces(): Promise<
  readonly { readonly where: 'IndexedDB' | 'private file system' | 'cache'; readonly name: string }[]
> {
  const [databases, folders, stores] = await Promise.all([
    indexedDB.databases().catch(() => []),
    rootNames().catch(() => []),
    caches.keys().catch(() => []),
  ]);
  return [
    ...databases.map(({ name = '' }) => ({ where: 'IndexedDB' as const, name })),
    ...folders.map((name) => ({ where: 'private file system' as const, name })),
    ...stores.map((name) => ({ where: 'cache' as const, name })),
  ].sort((a, b) => `${a.where}/${a.name}`.localeCompare(`${b.where}/${b.name}`, 'en'));
}

async function rootNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
  return names;
}
