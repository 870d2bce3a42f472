import { tick } from 'svelte';

/** Whether what had the keyboard is gone, or can no longer be pressed. */
export function isKeyboardLost(): boolean {
  const { activeElement } = document;
  return (
    activeElement === null ||
    activeElement === document.body ||
    !activeElement.isConnected ||
    activeElement.matches(':disabled')
  );
}

/** After something was done: where the keyboard is lost by it, it goes on at the page. */
export async function keepKeyboard(): Promise<void> {
  await tick();
  if (isKeyboardLost()) document.getElementById('content')?.focus({ preventScroll: true });
}
