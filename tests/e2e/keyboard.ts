import { expect, type Locator } from '@playwright/test';

const TABS_MAX = 80;

const isHere = (place: Locator): Promise<boolean> => place.evaluate((element) => element === document.activeElement);

/** A field may stand in a frame that shows it. */
const FRAMES_MAX = 3;

/** What Tab passes on its way to a place, each with something to be seen around it. */
export async function tabTo(place: Locator, key = 'Tab'): Promise<string[]> {
  const page = place.page();
  const passed: string[] = [];
  for (let pressed = 0; pressed < TABS_MAX; pressed++) {
    await page.keyboard.press(key);
    const [name, seen] = await page.evaluate((frames) => {
      const element = document.activeElement ?? document.body;
      let around: Element | null = element;
      let shown = false;
      for (let frame = 0; frame <= frames && around !== null && !shown; frame++, around = around.parentElement) {
        const { outlineStyle, boxShadow } = getComputedStyle(around);
        shown = outlineStyle !== 'none' || (around === element && boxShadow !== 'none');
      }
      const named = element.getAttribute('aria-label') ?? element.textContent;
      return [`${element.tagName} ${named.trim()}`.slice(0, 60), shown];
    }, FRAMES_MAX);
    expect(seen, `the keyboard is seen at ${name}`).toBe(true);
    passed.push(name);
    if (await isHere(place)) return passed;
  }
  throw new Error(`Tab does not come there: ${passed.join(' | ')}`);
}
