import type { PickedFile } from './pickers.ts';

/** The files in a drop, folders walked. Must be called inside the drop event: the list is emptied after it. */
export function droppedFiles(transfer: DataTransfer): Promise<PickedFile[]> {
  const roots: Promise<PickedFile[]>[] = [];
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const file = entry === null ? item.getAsFile() : null;
    if (entry !== null) roots.push(walk(entry));
    else if (file !== null) roots.push(Promise.resolve([{ path: file.name, file }]));
  }
  return Promise.all(roots).then((lists) => lists.flat());
}

async function walk(entry: FileSystemEntry): Promise<PickedFile[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: PickedFile[] = [];
  // readEntries hands out at most 100 at a time and an empty list at the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (batch.length === 0) return found;
    for (const child of batch) found.push(...(await walk(child)));
  }
}
