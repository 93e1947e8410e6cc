import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queueAddress } from '../../../src/cli/queue/address.js';
import { connectionOf, loadBull, queueName } from '../../../src/cli/queue/connection.js';
import { nameOf, packed, unpacked } from '../../../src/cli/queue/parcel.js';
import {
  Folder,
  NO_PROOFS,
  faultline,
  faultlineProcess,
  smallScenario,
  start,
} from '../harness.js';

const HAS_REDIS = spawnSync('redis-server', ['--version']).error === undefined;
if (!HAS_REDIS) console.warn('no redis-server on this machine: the tests with a queue are skipped');

/** A port that is free at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let look = 0; look < 2400; look++) {
    if (isSo()) return;
    await pause(50);
  }
  throw new Error(`never: ${what}`);
}

/** A process with what it has printed so far. */
class Running {
  text = '';
  readonly ended: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => (this.text += bytes.toString()));
    this.ended = new Promise((resolve) => child.on('close', resolve));
  }

  says(words: string): Promise<void> {
    return until(`${words} in ${this.text}`, () => this.text.includes(words));
  }
}

describe('an address', () => {
  it('is shown without its password', () => {
    const { url, shown } = queueAddress('rediss://me:secret@queue.example:6380/2');
    expect(url).toContain('secret');
    expect(shown).toBe('rediss://queue.example:6380/2');
  });

  it.each(['localhost:6379', 'http://localhost', 'redis://', '', 'redis'])(
    'is not %j: exit code 2 with an example',
    (address) => {
      const { status, stderr } = faultline(['worker', address]);
      expect(status).toBe(2);
      expect(stderr).toContain('an address such as redis://localhost:6379 is expected');
    },
  );
});

describe('a parcel', () => {
  it('keeps every bit of columns, NaN and -0 too', () => {
    const value = { columns: new Float64Array([NaN, -0, 1 / 3]), some: [undefined, null] };
    const back = unpacked(packed(value)) as typeof value;
    expect(back).toStrictEqual(value);
    expect(Object.is(back.columns[1], -0)).toBe(true);
  });

  it('is refused where it is damaged', () => {
    const text = packed({ a: 1 });
    expect(() => unpacked(text.slice(4))).toThrow();
    expect(nameOf(text)).toMatch(/^[0-9a-f]{40}$/);
  });
});

it('says that Redis does not answer: exit code 3', async () => {
  const address = `redis://127.0.0.1:${await freePort()}`;
  const folder = new Folder();
  const file = folder.put('small.yaml', smallScenario());
  const { status, stderr } = faultlineProcess(['run', file, '--queue', address], {
    cwd: folder.path,
  });
  expect(stderr).toContain(`faultline: ${address} does not answer (ECONNREFUSED)`);
  expect(status).toBe(3);
  folder.remove();
});

describe.skipIf(!HAS_REDIS)('a queue', () => {
  let folder: Folder;
  let port: number;
  let address: string;
  const running: Running[] = [];

  const begin = (child: ChildProcess): Running => {
    const own = new Running(child);
    running.push(own);
    return own;
  };
  /** Redis that keeps nothing: after a restart it knows no job. */
  const redis = async (): Promise<Running> => {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const own = begin(spawn('redis-server', args, { cwd: folder.path }));
    await own.says('Ready to accept connections');
    return own;
  };
  const worker = async (): Promise<Running> => {
    const own = begin(start(['worker', address, '--workers', '1'], folder.path));
    await own.says('1 thread for runs at');
    return own;
  };

  beforeEach(async () => {
    folder = new Folder();
    port = await freePort();
    address = `redis://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ ended }) => ended));
    folder.remove();
  });

  it('gives the bytes of one process, with a worker killed and Redis restarted', async () => {
    const file = folder.put('small.yaml', smallScenario().replace('20s', '60s'));
    const sweep = ['sweep', file, '--set', 'workloads.people.arrivals.rate=40/s..600/s:16'];
    let server = await redis();
    const workers = [await worker(), await worker(), await worker()];
    const asked = begin(start([...sweep, '--queue', address, '--out', 'far'], folder.path));
    const cases = (): number => {
      try {
        return readdirSync(folder.at('far/small.set.cases')).length;
      } catch {
        return 0;
      }
    };
    await until('three settings are done', () => cases() >= 3);
    workers[0]!.child.kill('SIGKILL');
    await until('six settings are done', () => cases() >= 6);
    server.child.kill('SIGKILL');
    await server.ended;
    await workers[1]!.says('does not answer: waiting for it');
    server = await redis();
    expect(await asked.ended, asked.text).toBe(0);
    expect(asked.text).toContain(`${address} answers again`);

    const near = faultline([...sweep, '--out', 'near'], { cwd: folder.path });
    expect(near.status).toBe(0);
    const files = readdirSync(folder.at('near'), { recursive: true, encoding: 'utf8' }).sort();
    expect(readdirSync(folder.at('far'), { recursive: true, encoding: 'utf8' }).sort()).toEqual(
      files,
    );
    for (const name of files.filter((one) => one.includes('.json') || one.includes('.html')))
      expect(readFileSync(folder.at(`far/${name}`), 'utf8'), name).toBe(
        readFileSync(folder.at(`near/${name}`), 'utf8'),
      );
  });

  it('says what Redis says: a password is missing', async () => {
    const file = folder.put('small.yaml', smallScenario());
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--requirepass', 'key'];
    await begin(spawn('redis-server', args, { cwd: folder.path })).says('Ready to accept');
    const { status, stderr } = faultlineProcess(['run', file, '--queue', address], {
      cwd: folder.path,
    });
    expect(stderr).toMatch(/does not answer \(NOAUTH/);
    expect(status).toBe(3);
  });

  it('says that a result is damaged', async () => {
    const file = folder.put('small.yaml', smallScenario());
    await redis();
    const name = queueName(new URL('../../../dist/run/worker.js', import.meta.url));
    const bull = await loadBull();
    const connection = connectionOf({ url: address, shown: address }, { isOver: false });
    const liar = new bull.Worker(name, async () => 'nothing', { connection });
    // So each of these commands has asked the queue.
    for (const command of ['run', 'check', 'compare', 'story', 'ask']) {
      const more = command === 'ask' ? ['people.success'] : [];
      const asked = begin(start([command, file, ...more, '--queue', address], folder.path));
      expect(await asked.ended, command).toBe(3);
      expect(asked.text).toContain('a worker of the queue gave a damaged result');
    }
    await liar.close(true);
  });

  it('makes the runs of other commands, and a signal ends a worker at once', async () => {
    const file = folder.put('small.yaml', smallScenario());
    await redis();
    const own = await worker();
    for (const args of [
      ['run', file, '--json', '-', '--quiet', NO_PROOFS],
      ['check', file, '--json', '-', '--quiet'],
      [
        'explore',
        file,
        '--json',
        '-',
        '--quiet',
        '--max-runs',
        '6',
        '--budget',
        'people.success > 50%',
      ],
    ]) {
      const far = faultlineProcess([...args, '--queue', address], { cwd: folder.path });
      expect(far.status, far.stderr).toBe(0);
      expect(far.stdout).toBe(faultline(args, { cwd: folder.path }).stdout);
    }
    own.child.kill('SIGTERM');
    expect(await own.ended).toBe(130);
  });

  it('says that no worker is there, and gives a run back that a signal ends', async () => {
    const file = folder.put('long.yaml', smallScenario().replace('20s', '600s'));
    await redis();
    const asked = begin(
      start(['run', file, '--queue', address, NO_PROOFS, '--replications', '1'], folder.path),
    );
    await asked.says(`no worker has come to ${address} yet: start "faultline worker ${address}"`);
    const first = await worker();
    await pause(500);
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(130);
    await worker();
    expect(await asked.ended, asked.text).toBe(0);
  });
});
