import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultline, faultlineProcess, Folder } from '../cli/harness.js';

const FIXTURES = 'test/fixtures/importing';
let folder: Folder;

beforeEach(() => void (folder = new Folder()));
afterEach(() => folder.remove());

describe('faultline import', () => {
  it.each([
    'bookinfo',
    'online-boutique',
    'petclinic',
    'voting-app',
    'astronomy-shop',
    'envoy-gateway',
    'aks-store',
    'ftgo',
    'petclinic-cloud',
  ])('makes a scenario of %s that runs', (name) => {
    const out = folder.at('out.yaml');
    const done = faultline(['import', `${FIXTURES}/${name}`, '--out', out]);
    expect(done.stderr).toBe('');
    expect(done.stdout).toMatch(/^\S+: \d+ components from \d+ documents?\n\d+ values: /);
    const json = folder.at('result.json');
    const ran = faultline([
      'run',
      out,
      '--quiet',
      '--no-explain',
      '--out',
      folder.path,
      '--json',
      json,
    ]);
    expect(ran.status).toBe(0);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toHaveProperty('variants');
  });

  it('of the folder that one is in has its name as title', () => {
    mkdirSync(folder.at('shop'));
    writeFileSync(folder.at('shop/a.yaml'), readFileSync('examples/compose/compose.yaml'));
    faultline(['import', '.', '--out', 'o.yaml'], { cwd: folder.at('shop') });
    expect(readFileSync(folder.at('shop/o.yaml'), 'utf8')).toContain('title: Imported from shop\n');
  });

  it('of a folder leaves out what cannot be read, and takes UTF-16 and traces that end too early', () => {
    const manifest = readFileSync('examples/compose/compose.yaml');
    const at = (name: string): string => folder.at(`shop/${name}`);
    mkdirSync(folder.at('shop'));
    writeFileSync(at('a.yaml'), Buffer.from(`\uFEFF${manifest.toString()}`, 'utf16le'));
    writeFileSync(at('b.yaml'), Buffer.from([0x80, 0x81]));
    writeFileSync(at('c.json.gz'), gzipSync('{}'));
    const packed = readFileSync('examples/shop/traces.jsonl.gz');
    writeFileSync(at('d.jsonl.gz'), packed.subarray(0, packed.length / 2));
    const { stdout, stderr } = faultline([
      'import',
      folder.at('shop'),
      '--out',
      folder.at('o.yaml'),
    ]);
    expect(stderr).toBe('');
    expect(stdout).toContain(
      `Files left out: the scenario has nothing of them\n  ${at('b.yaml')}: is not valid UTF-8 text\n` +
        `  ${at('c.json.gz')}: has no spans, and of packed files only traces are read: unpack it\n`,
    );
    expect(stdout).toMatch(/ spans of \d\d+ traces\n/);
    expect(stdout).toContain('documents that end too early: the rest of a file is missing');
    const named = faultline(['import', at('b.yaml'), '--out', folder.at('p.yaml')]);
    expect(named.status).toBe(2);
  });

  it('predicts the minute of Online Boutique that it was made from: of 85 figures none is certain to differ', () => {
    const out = folder.at('out.yaml');
    const traces = 'test/importing/traces/fixtures/online-boutique.zipkin.json.gz';
    const account = folder.at('account.json');
    const card = faultline(['import', traces, '--out', out, '--json', account]).stdout;
    // All of them were said to agree: of some a prediction of half and of twice the value would.
    expect(card).toContain(
      'Predicted beside measured: 59 of 85 figures agree within 10 %, 26 undecided, within the noise of the traces\n',
    );
    expect(card).toMatch(/ p95 640 ms for 746 ms \(undecided\)/);
    expect(card).toMatch(/\n {2}frontend->\S+: p50 \S+ m?s for \S+ m?s, p95 .*; n = [\d,]+\n/);
    const { traces: read } = JSON.parse(readFileSync(account, 'utf8'));
    expect(read.predicted).toHaveLength(85);
    const json = folder.at('drift.json');
    const done = faultline(['drift', out, traces, '--json', json]);
    expect(done.stdout).toContain('No drift found: 85 figures compared, 26 of them undecided.');
    const { drifted, undecided } = JSON.parse(readFileSync(json, 'utf8')).figures;
    expect([drifted.length, undecided.length]).toEqual([0, 26]);
    for (const { error, figure } of undecided)
      expect(Math.abs(error)).toBeGreaterThan(figure === 'failures' ? 0.01 : 0.09);
    expect(done.status).toBe(0);
  });

  it('finds in the example what saturates first, from manifests and packed traces at 20/s', () => {
    const out = folder.at('out.yaml');
    const done = faultline(['import', 'examples/shop', '--out', out]);
    expect(done.stdout).toMatch(/\d spans of 596 traces\n/);
    expect(done.stdout).toMatch(
      /\nAll figures, predicted beside measured: faultline drift \S+ examples\/shop\/traces\.jsonl\.gz\n$/,
    );
    const ran = faultline(['run', out, '--no-explain', '--out', folder.path]);
    // Two cores at 4 ms for four of five requests: 2 / (0.8 x 4 ms) = 625/s, and no other component before.
    const [, rate] = /headroom {2}catalog saturates first, at [\d.]+x this load, ([\d,]+)\/s/.exec(
      ran.stdout,
    )!;
    expect(Number(rate) / 625).toBeGreaterThan(0.9);
    expect(Number(rate) / 625).toBeLessThan(1.1);
  });

  it('takes the share of the requests that is traced, and asks for it where spans do not say it', () => {
    const traces = 'examples/shop/traces.jsonl.gz';
    const rate = (flags: readonly string[]): readonly [number, string] => {
      const done = faultline(['import', traces, '--out', '-', '--json', account, ...flags]);
      const [, perSecond] = /arrivals: poisson\(([\d.]+)\/s\)/.exec(done.stdout) ?? [];
      return [Number(perSecond), readFileSync(account, 'utf8')];
    };
    const account = folder.at('account.json');
    const [whole, asked] = rate([]);
    const [scaled, known] = rate(['--sampled', '5%', '--force']);
    expect(scaled / whole).toBeCloseTo(20, 1);
    const question = 'Which share of the requests is traced? (--sampled 10%)';
    expect([asked.includes(question), known.includes(question)]).toEqual([true, false]);
    const without = faultline(['import', 'examples/kong', '--out', '-', '--sampled', '5%']);
    expect([without.status, without.stderr]).toEqual([
      2,
      'faultline: --sampled is the share of requests that traces have: name files with traces\n',
    ]);
  });

  it('finds in the Compose example which pool saturates first, from traces of Jaeger at 15/s', () => {
    const out = folder.at('out.yaml');
    const card = faultline(['import', 'examples/compose', '--out', out]).stdout;
    expect(card).toMatch(/\d spans of 478 traces\n/);
    expect(card).toMatch(
      /Predicted beside measured: \d+ of \d+ figures agree within 10 %(, \d undecided, .*)?\n/,
    );
    const truth = 'test/fixtures/importing/compose-truth.yaml';
    const [found, right] = [out, truth].map((file) => {
      const { stdout } = faultline(['run', file, '--no-explain', '--out', folder.path]);
      const line =
        /headroom {2}orders saturates first, at [\d.]+x this load, ([\d,]+)\/s .* of its 5 connections to db/;
      return Number(line.exec(stdout)![1]);
    });
    expect(found! / right!).toBeGreaterThan(0.9);
    expect(found! / right!).toBeLessThan(1.1);
  });

  it('reads standard input and writes standard output, with nothing else there', () => {
    const input = readFileSync(`${FIXTURES}/bookinfo/bookinfo.yaml`, 'utf8');
    const done = faultlineProcess(['import', '-', '--out', '-'], { input });
    expect(done.status).toBe(0);
    expect(done.stdout).toMatch(/^faultline: 1\n/);
    expect(done.stdout).toContain('# <stdin>:');
  });

  it('says of traces without a whole span what was lost, and writes nothing', () => {
    const out = folder.at('out.yaml');
    const traces = folder.put('cut.json', '{"data":[{"traceID":"a","spans":[{"traceID":"a"');
    const done = faultline(['import', traces, '--out', out]);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain(
      'no span of the traces executes a service (left out: 1 documents that end too early: the rest of a file is missing)',
    );
    expect(existsSync(out)).toBe(false);
  });

  it('overwrites no file without --force', () => {
    const out = folder.put('out.yaml', 'mine');
    const args = ['import', `${FIXTURES}/bookinfo`, '--out', out];
    const refused = faultline(args);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('exists already: add --force');
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect(faultline([...args, '--force']).status).toBe(0);
    expect(readFileSync(out, 'utf8')).toMatch(/^faultline: 1/);
  });

  it('writes nothing if a file cannot be read', () => {
    folder.put('bad.yaml', 'kind: [');
    const out = folder.at('out.yaml');
    const done = faultline(['import', folder.path, '--out', out]);
    expect(done.status).toBe(2);
    expect(done.stderr).toMatch(/bad\.yaml:1: is not valid YAML/);
    expect(existsSync(out)).toBe(false);
  });

  it('reads no settings of tests in the layout of Maven and Gradle', () => {
    for (const part of ['main', 'test', 'integrationTest', 'testFixtures']) {
      mkdirSync(folder.at(`orders/src/${part}/resources`), { recursive: true });
      const text = 'spring: { application: { name: orders } }\nserver: { port: 1 }\n';
      writeFileSync(folder.at(`orders/src/${part}/resources/application.yml`), text);
    }
    writeFileSync(folder.at('orders/compose.yaml'), 'services: { orders: { image: orders } }\n');
    const { stdout } = faultline(['import', folder.at('orders'), '--out', folder.at('out.yaml')]);
    expect(stdout).toContain('from 2 documents');
  });

  it('follows no link out of the folder', () => {
    const secret = folder.put('secret.yaml', 'secret: [');
    const inner = folder.at('k8s');
    mkdirSync(inner);
    symlinkSync(secret, `${inner}/link.yaml`);
    writeFileSync(`${inner}/a.yaml`, readFileSync(`${FIXTURES}/bookinfo/bookinfo.yaml`));
    const done = faultline(['import', inner, '--out', folder.at('out.yaml')]);
    expect(done.status).toBe(0);
  });

  it('takes other names, and refuses names that are not allowed', () => {
    const out = folder.at('out.yaml');
    const path = `${FIXTURES}/bookinfo`;
    faultline(['import', path, '--out', out, '--map', 'productpage=page', '--quiet']);
    expect(readFileSync(out, 'utf8')).toMatch(/^ {2}page: {2}#/m);
    const refused = faultline(['import', path, '--out', folder.at('b'), '--map', 'a=b.c']);
    expect(refused.stderr).toContain('--map a=b.c: b.c is not a name here; write b-c');
    expect(refused.status).toBe(2);
  });

  it.each([
    ['run', 'bookinfo/bookinfo.yaml', 'a Kubernetes manifest'],
    ['validate', 'voting-app/docker-compose.yml', 'a file of Docker Compose'],
    ['lint', 'online-boutique/kubernetes-manifests.yaml', 'a Kubernetes manifest'],
    ['validate', '../../../examples/shop/application-orders.yml', 'a configuration of Spring'],
  ])('is named by %s where it is given %s', (command, name, what) => {
    const done = faultline([command, `${FIXTURES}/${name}`]);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain(
      `is ${what}, not a scenario: faultline import ${FIXTURES}/${name}`,
    );
  });
});
