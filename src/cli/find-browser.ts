import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chromium } from 'playwright';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** Flags every automated browser of the project is started with. */
export const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--disable-sync',
];

/**
 * A Chromium to run in: CHROMIUM_PATH, an installed Chrome or Chromium, Playwright's own, else one is installed:
 * Debian's package where that is possible, else Playwright's.
 * @throws when none can be had, saying what to do
 */
export function findBrowser(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== '') {
    if (runs(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, which cannot be run.`);
  }
  const installed = [...PLACES, chromium.executablePath()].find(runs);
  if (installed !== undefined) return installed;
  for (const install of [installDebian, installPlaywright]) {
    const path = install();
    if (path !== null && runs(path)) return path;
  }
  throw new Error('No Chrome or Chromium was found and none could be installed. Install one, or set CHROMIUM_PATH.');
}

function installDebian(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  console.error('No browser found: installing Debian’s chromium …');
  return attempt(() => {
    execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'] });
    return '/usr/bin/chromium';
  });
}

function installPlaywright(): string | null {
  console.error('No browser found: installing Playwright’s chromium …');
  return attempt(() => {
    execFileSync('npx', ['playwright', 'install', 'chromium'], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    return chromium.executablePath();
  });
}

function attempt(install: () => string): string | null {
  try {
    return install();
  } catch (error) {
    console.error(String(error));
    return null;
  }
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
