import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { smallScenario } from '../cli/harness.js';

const ROOT = resolve(import.meta.dirname, '../..');
const FILE = 'resilience/checkout.yaml';
const GOOD = smallScenario(['people.success >= 50%']);
const WORSE = GOOD.replace('concurrency: 8\n', 'concurrency: 1\n');

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly token: string;
}

/** A server with the comments of one request, as GitHub and GitLab have them. */
class Comments {
  readonly all: { id: number; body: string }[] = [];
  readonly sent: Sent[] = [];
  /** The status of every answer, if it is not the usual one. */
  status: number | null = null;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const token = String(headers.authorization ?? headers['private-token']);
        this.sent.push({ method, url, token });
        response.statusCode = this.status ?? 200;
        response.end(JSON.stringify(this.answer(method, url, Buffer.concat(chunks).toString())));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await new Promise((done) => this.server.once('listening', done));
  }

  stop(): void {
    this.server.close();
  }

  private answer(method: string, url: string, text: string): unknown {
    if (method === 'GET') {
      const page = Number(/[?&]page=(\d+)/.exec(url)![1]);
      return this.all.slice(100 * (page - 1), 100 * page);
    }
    const { body } = JSON.parse(text) as { body: string };
    if (method === 'POST') return this.all.push({ id: this.all.length + 1, body });
    return (this.all.find(({ id }) => id === Number(url.split('/').at(-1)))!.body = body);
  }
}

let folder = '';
const comments = new Comments();
beforeAll(async () => {
  await comments.start();
  folder = mkdtempSync(join(tmpdir(), 'faultline-request-'));
  mkdirSync(join(folder, 'here', 'resilience'), { recursive: true });
  writeFileSync(join(folder, 'here', FILE), GOOD);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'first');
  execFileSync('git', ['clone', '--quiet', '--bare', 'here', 'there'], { cwd: folder });
  git('remote', 'add', 'origin', join(folder, 'there'));
  writeFileSync(join(folder, 'event.json'), '{ "pull_request": { "number": 7 } }');
});
afterAll(() => {
  comments.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  comments.all.length = comments.sent.length = 0;
  comments.status = null;
});

function git(...args: readonly string[]): void {
  execFileSync('git', args, { cwd: join(folder, 'here'), stdio: 'pipe' });
}

interface Ended {
  readonly code: number;
  readonly text: string;
}

function bash(script: string, own: NodeJS.ProcessEnv): Promise<Ended> {
  const env = { PATH: process.env['PATH'], HOME: folder, CI: 'true', ...own };
  return new Promise((done) => {
    execFile('bash', ['-e', '-c', script], { cwd: join(folder, 'here'), env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), text: out + err }),
    );
  });
}

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

/** Runs the steps of action.yml as a runner of GitHub does, up to the first one that fails. */
async function action(inputs: Readonly<Record<string, string>>): Promise<readonly Ended[]> {
  const { inputs: known, runs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as {
    readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
    readonly runs: { readonly steps: readonly Step[] };
  };
  const values = new Map([
    ['github.token', 'secret'],
    ['runner.temp', folder],
  ]);
  const filled = (text: string): string =>
    text.replace(/\$\{\{ (\S+) \}\}/g, (_all, name: string) => values.get(name)!);
  for (const [name, { default: usual = '' }] of Object.entries(known)) {
    values.set(`inputs.${name}`, inputs[name] ?? filled(usual));
  }
  const ended: Ended[] = [];
  for (const { id, env = {}, run } of runs.steps) {
    const output = join(folder, 'output');
    writeFileSync(output, '');
    const own = Object.fromEntries(Object.entries(env).map(([name, text]) => [name, filled(text)]));
    const end = await bash(run, {
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_API_URL: comments.url,
      GITHUB_BASE_REF: 'main',
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_OUTPUT: output,
      GITHUB_REPOSITORY: 'us/shop',
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      ...own,
    });
    ended.push(end);
    if (end.code !== 0) break;
    for (const line of readFileSync(output, 'utf8').split('\n')) {
      const [name, value] = line.split('=');
      if (id !== undefined && value !== undefined) values.set(`steps.${id}.outputs.${name}`, value);
    }
  }
  return ended;
}

const FEW = { file: FILE, arguments: '--max-runs 20' };

describe('action.yml', () => {
  it('comments on a change that is worse, once, and fails after the comment', async () => {
    writeFileSync(join(folder, 'here', FILE), WORSE);
    const ended = await action(FEW);
    expect(
      ended.map(({ code }) => code),
      ended.map(({ text }) => text).join('\n'),
    ).toEqual([0, 0, 0, 1]);
    expect(comments.all).toHaveLength(1);
    expect(comments.all[0]!.body).toContain(`<!-- faultline: ${FILE} -->`);
    expect(comments.all[0]!.body).toContain('Worse than');
    expect(ended[1]!.text).toContain('::');
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('Worse than');
    expect(comments.sent.every(({ token }) => token === 'Bearer secret')).toBe(true);
    expect(comments.sent.at(-1)!.url).toBe('/repos/us/shop/issues/7/comments');
    // The next push replaces the comment.
    writeFileSync(join(folder, 'here', FILE), GOOD);
    const again = await action(FEW);
    expect(again.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(comments.all).toHaveLength(1);
    expect(comments.all[0]!.body).not.toContain('Worse than');
  });

  it('fails with the words of the command where the scenario is wrong, without a comment', async () => {
    writeFileSync(join(folder, 'here', FILE), GOOD.replace('concurrency: 8\n', 'concurency: 8\n'));
    const ended = await action(FEW);
    expect(ended.at(-1)!.code).toBe(2);
    expect(ended[1]!.text).toContain('did you mean "concurrency"?');
    expect(comments.all).toEqual([]);
  });
});

describe('ci/comment.mjs', () => {
  const comment = (
    env: NodeJS.ProcessEnv,
    text = '# All good\n',
    name = 'shop',
  ): Promise<Ended> => {
    writeFileSync(join(folder, 'comment.md'), text);
    return bash(`node "${ROOT}/ci/comment.mjs" "${folder}/comment.md" "${name}"`, env);
  };
  const gitlab = (): NodeJS.ProcessEnv => ({
    CI_API_V4_URL: `${comments.url}/api/v4`,
    CI_PROJECT_ID: '12',
    CI_MERGE_REQUEST_IID: '3',
    GITLAB_TOKEN: 'secret',
  });

  it('finds its comment among hundreds, in GitLab', async () => {
    for (let id = 1; id <= 150; id++) comments.all.push({ id, body: `comment ${id}` });
    await comment(gitlab());
    await comment(gitlab(), '# Worse\n');
    await comment(gitlab(), '# Other\n', 'other');
    expect(comments.all).toHaveLength(152);
    expect(comments.all[150]!.body).toBe('<!-- faultline: shop -->\n# Worse\n');
    const [, , created, , , updated] = comments.sent;
    expect(created).toMatchObject({ method: 'POST', token: 'secret' });
    expect(updated).toMatchObject({
      method: 'PUT',
      url: '/api/v4/projects/12/merge_requests/3/notes/151',
    });
  });

  it('cuts a text that is longer than GitHub takes', async () => {
    await comment(gitlab(), 'x'.repeat(70_000));
    expect(comments.all[0]!.body.length).toBeLessThanOrEqual(65_536);
    expect(comments.all[0]!.body).toContain('The rest is in the log of the job');
  });

  it('says what is missing: a file, a request, a permission, a server', async () => {
    const none = await bash(`node "${ROOT}/ci/comment.mjs" no.md`, gitlab());
    expect(none).toMatchObject({ code: 0, text: expect.stringContaining('was not written') });
    expect(await comment({})).toMatchObject({
      code: 0,
      text: expect.stringContaining('no pull request'),
    });
    comments.status = 403;
    const denied = await comment(gitlab());
    expect(denied.code).toBe(1);
    expect(denied.text).toContain('403: GITLAB_TOKEN must be');
    const away = await comment({ ...gitlab(), CI_API_V4_URL: 'http://127.0.0.1:9' });
    expect(away.code).toBe(1);
    expect(away.text).toContain('127.0.0.1:9 did not answer');
  });
});

describe('ci/gitlab.yml', () => {
  it('comments on the merge request and ends with the code of the check', async () => {
    const { faultline } = parse(readFileSync(join(ROOT, 'ci/gitlab.yml'), 'utf8')) as {
      readonly faultline: {
        readonly variables: Readonly<Record<string, string>>;
        readonly script: readonly string[];
      };
    };
    const { variables, script } = faultline;
    // The package is installed already, and the program is that of this checkout.
    const own = script
      .filter((line) => line !== 'npm ci')
      .map((line) => line.replace('npx faultline', `node "${ROOT}/dist/cli/main.js"`))
      .map((line) => line.replace('node_modules/faultline', ROOT));
    expect(own).toHaveLength(script.length - 1);
    writeFileSync(join(folder, 'here', FILE), WORSE);
    const env = {
      ...variables,
      CI_API_V4_URL: comments.url,
      CI_PROJECT_ID: '12',
      CI_MERGE_REQUEST_IID: '3',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      GITLAB_TOKEN: 'secret',
    };
    const { code, text } = await bash(own.join('\n'), env);
    expect(code, text).toBe(1);
    expect(comments.all[0]!.body).toContain('Worse than');
    expect(readFileSync(join(folder, 'here', 'faultline.xml'), 'utf8')).toContain('<testsuite');
  });
});
