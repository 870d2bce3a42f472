/** A file as the owner handed it over, with the path it had in its folder. */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

interface DirectoryPicker {
  showDirectoryPicker?(options: { mode: 'read' }): Promise<FileSystemDirectoryHandle>;
}

/** Opens the browser's file picker. Needs a click. @returns an empty list when the owner cancelled */
export function pickFiles(accept: string): Promise<PickedFile[]> {
  return openInput((input) => {
    input.multiple = true;
    input.accept = accept;
  });
}

/** Whether a whole folder can be added in this browser. */
export function canPickFolder(): boolean {
  return 'showDirectoryPicker' in globalThis || 'webkitdirectory' in HTMLInputElement.prototype;
}

/** Opens the folder picker: File System Access where present, the older input otherwise. Needs a click. */
export async function pickFolder(): Promise<PickedFile[]> {
  const picker = globalThis as unknown as DirectoryPicker;
  if (picker.showDirectoryPicker === undefined) {
    return openInput((input) => {
      input.webkitdirectory = true;
    });
  }
  try {
    const folder = await picker.showDirectoryPicker({ mode: 'read' });
    return await walkHandle(folder, folder.name);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [];
    throw error;
  }
}

function openInput(prepare: (input: HTMLInputElement) => void): Promise<PickedFile[]> {
  const input = document.createElement('input');
  input.type = 'file';
  prepare(input);
  return new Promise((resolve) => {
    input.addEventListener('cancel', () => {
      resolve([]);
    });
    input.addEventListener('change', () => {
      resolve(
        Array.from(input.files ?? [], (file) => ({
          path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
          file,
        })),
      );
    });
    input.click();
  });
}

async function walkHandle(folder: FileSystemDirectoryHandle, path: string): Promise<PickedFile[]> {
  const found: PickedFile[] = [];
  const entries = (
    folder as unknown as { values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle> }
  ).values();
  for await (const entry of entries) {
    if (entry.kind === 'directory') found.push(...(await walkHandle(entry, `${path}/${entry.name}`)));
    else found.push({ path: `${path}/${entry.name}`, file: await entry.getFile() });
  }
  return found;
}
