import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where Debian and Ubuntu have the browser. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium of this machine; null without one. */
export const CHROMIUM =
  PATHS.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }) ?? null;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page in a real browser, with what it asks for and what goes wrong in it. */
export interface Opened {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly errors: readonly string[];
}

/** A browser that shows pages of text, until it is closed. */
export class RealBrowser {
  private readonly browser: Browser;
  private readonly folder = mkdtempSync(join(tmpdir(), 'faultline-page-'));
  private count = 0;

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  static async start(): Promise<RealBrowser> {
    return new RealBrowser(await chromium.launch({ executablePath: CHROMIUM!, args: FLAGS }));
  }

  async open(html: string, fragment = '', width = 1440): Promise<Opened> {
    const path = join(this.folder, `${this.count++}.html`);
    writeFileSync(path, html);
    const context = await this.browser.newContext({
      viewport: { width, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const [requests, errors]: [string[], string[]] = [[], []];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(`file://${path}${fragment}`);
    return { page, requests, errors };
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
