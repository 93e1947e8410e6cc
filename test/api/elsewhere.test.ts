import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import vm from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, type Browser } from 'playwright-core';
import { simulate } from '../../src/index.js';
import { scenarioFile } from '../../src/node.js';
import { Folder, NO_PROOFS, faultline } from '../cli/harness.js';
import { CHROMIUM } from '../support/chromium.js';

const ROOT = resolve(import.meta.dirname, '../..');
const BUNDLE = readFileSync(join(ROOT, 'dist/library/index.js'), 'utf8');

/** The bundle as a script, which cannot export: its names go to an object instead. */
const SCRIPT = BUNDLE.replace(
  /\bexport ?\{([^}]*)\};?\s*$/,
  (_all, names: string) =>
    `;globalThis.faultline={${names.replace(/([\w$]+) as ([\w$]+)/g, '$2: $1')}};`,
);

/** Scenarios of many kinds with few events. */
const SCENARIOS = [
  'audit-load',
  'breaker-resilience4j',
  'cache-ttl',
  'cdc-connector',
  'closed-users',
  'coalescing',
  'connection-storm',
  'cpu-quota',
  'deadlock',
  'disk-full',
  'event-loop-block',
  'fallback',
  'function-cold-starts',
  'limit-req-delay',
  'makeshift-answer',
  'message-order',
  'optimistic-conflicts',
  'outbox',
  'poison-message',
  'poll-interval',
].map((name) => `scenarios/patterns/${name}.yaml`);

interface Sample {
  readonly path: string;
  readonly text: string;
  /** The digest of the command line. */
  readonly digest: string;
}

const folder = new Folder();
let samples: readonly Sample[] = [];
beforeAll(() => {
  const flags = ['--replications', '1', NO_PROOFS, '--format', 'json', '--out', folder.path];
  const { status, stderr } = faultline(['run', ...SCENARIOS, ...flags]);
  expect(status, stderr).toBe(0);
  samples = SCENARIOS.map((path) => {
    const name = path.replace(/^.*\//, '').replace(/\.yaml$/, '.json');
    const { digest } = JSON.parse(readFileSync(folder.at(name), 'utf8')) as Sample;
    return { path, text: readFileSync(join(ROOT, path), 'utf8'), digest };
  });
});
afterAll(() => folder.remove());

/** `path: digest` of each. */
const linesOf = (all: readonly Pick<Sample, 'path' | 'digest'>[]): readonly string[] =>
  all.map(({ path, digest }) => `${path}: ${digest}`);

if (CHROMIUM === null)
  process.stderr.write('no Chromium on this machine: the library is not tried in a browser\n');

describe('the bundle of the library', () => {
  it('imports nothing and uses nothing of Node', () => {
    // A script that had an import or import.meta would not even be read.
    expect(() => new vm.Script(SCRIPT)).not.toThrow();
    expect([...BUNDLE.matchAll(/\bimport\(|["'`]node:\w+["'`]/g)]).toEqual([]);
    expect(BUNDLE).not.toMatch(/\brequire\(["'`]/);
  });

  it('has 20 scenarios of different digests to compare', () => {
    expect(new Set(samples.map(({ digest }) => digest)).size).toBe(20);
  });
});

describe('the digests of the command line', () => {
  it('are those of the library in Node', async () => {
    const own: Sample[] = [];
    for (const sample of samples) {
      const source = scenarioFile(join(ROOT, sample.path));
      own.push({ ...sample, digest: (await simulate(source, { replications: 1 })).digest });
    }
    expect(linesOf(own)).toEqual(linesOf(samples));
  });

  it('are those of the bundle in a context that has the language and nothing else', async () => {
    // TextEncoder is not of the language, but every browser and every engine for servers has it.
    const context = vm.createContext({ TextEncoder });
    const globals = 'typeof process + typeof require + typeof Buffer + typeof setTimeout';
    expect(vm.runInContext(globals, context)).toBe('undefined'.repeat(4));
    vm.runInContext(SCRIPT, context, { filename: 'faultline.js' });
    const run = vm.runInContext(
      '(text) => faultline.simulate(text, { replications: 1 }).then(({ digest }) => digest)',
      context,
    ) as (text: string) => Promise<string>;
    const own: Sample[] = [];
    for (const sample of samples) own.push({ ...sample, digest: await run(sample.text) });
    expect(linesOf(own)).toEqual(linesOf(samples));
  });

  describe.skipIf(CHROMIUM === null)('in a browser', () => {
    let server: Server;
    let browser: Browser;
    beforeAll(async () => {
      server = createServer(({ url }, response) => {
        const isPage = url === '/';
        response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript');
        response.end(isPage ? '<!doctype html><title>faultline</title>' : files.get(url!));
      }).listen(0, '127.0.0.1');
      await new Promise((done) => server.once('listening', done));
      const args = ['--no-sandbox', '--disable-gpu'];
      browser = await chromium.launch({ executablePath: CHROMIUM!, args });
    });
    afterAll(async () => {
      await browser.close();
      server.close();
    });

    it('are those of a worker', async () => {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const digests = await page.evaluate(
        async (texts) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          const answer = new Promise<unknown>((done, fail) => {
            worker.onmessage = ({ data }) => done(data);
            worker.onerror = ({ message }) => fail(new Error(message));
          });
          worker.postMessage(texts);
          return (await answer) as readonly string[];
        },
        samples.map(({ text }) => text),
      );
      const own = samples.map((sample, i) => ({ ...sample, digest: digests[i]! }));
      expect(linesOf(own)).toEqual(linesOf(samples));
    });
  });
});

const files = new Map([
  ['/faultline.js', BUNDLE],
  [
    '/worker.js',
    `import { simulate } from './faultline.js';
     onmessage = async ({ data }) => {
       const digests = [];
       for (const text of data) digests.push((await simulate(text, { replications: 1 })).digest);
       postMessage(digests);
     };`,
  ],
]);
